"""What paper and page show alike: which sections and cards, their numbers, letters and gaps."""

from __future__ import annotations

import pytest

from deckpress.model import Card, CardKind, ClozeEnd, ClozeStart, Html, Option, Section
from deckpress.selection import Selection, select
from exporters.job import Job, PrintOptions
from exporters.pdf import export as export_pdf
from exporters.view import chapters, gaps, letter, replace_gaps
from exporters.web import export as export_page
from tests.exporters import samples
from tests.exporters.pdf_reading import glyphs


def test_a_card_has_the_number_of_the_whole_deck_where_only_some_are_shown() -> None:
    whole = {
        each.card.id: each.number for part in chapters(samples.sample()) for each in part.entries
    }
    some = chapters(select(samples.sample(), Selection(sections=("nginx",))))
    shown = {each.card.id: each.number for part in some for each in part.entries}
    assert min(shown.values()) > 1
    assert shown.items() <= whole.items()


@pytest.mark.parametrize(
    ("index", "name"),
    [
        (0, "A"),
        (25, "Z"),
        (26, "AA"),
        (27, "AB"),
        (51, "AZ"),
        (52, "BA"),
        (701, "ZZ"),
        (702, "AAA"),
    ],
)
def test_letters_go_on_after_z(index: int, name: str) -> None:
    assert letter(index) == name


def test_the_twenty_seventh_option_has_the_same_name_on_paper_and_on_the_page() -> None:
    options = tuple(Option((f"<p>Option {number}</p>",), number == 26) for number in range(27))
    card = samples.card("many", "Which one?", kind=CardKind.CHOICE, options=options)
    deck = samples.deck(Section("docker", "Docker", (), (card,)), lang="en")
    (sheet,) = export_pdf(deck, samples.VERSION, Job(PrintOptions(sheets=("test",))))
    page = export_page(deck, samples.VERSION)[0].data.decode()
    assert "AA" in "".join(glyph.text for glyph in glyphs(sheet.data))
    assert '<span class="letter">AA</span>' in page
    assert '<span class="letter">27</span>' not in page


def test_retired_cards_have_no_number_and_a_retired_section_has_no_chapter() -> None:
    def card(id: str, retired: bool = False) -> Card:
        return samples.card(id, f"Question {id}?", retired=retired)

    deck = samples.deck(
        Section("gone", "Gone", ("<p>Its introduction.</p>",), (card("old", True),)),
        Section("docker", "Docker", (), (card("a"), card("b", True), card("c"))),
        Section("empty", "Empty", (), ()),
    )
    found = list(chapters(deck))
    assert [chapter.section.id for chapter in found] == ["docker", "empty"]
    assert [(each.number, each.card.id) for each in found[0].entries] == [(1, "a"), (2, "c")]


def test_a_gap_and_what_it_hides_are_one_piece() -> None:
    start: Html = ("A ", ClozeStart(1, "hint"), "first", ClozeEnd())
    field = (*start, ", ", ClozeStart(2), "second", ClozeEnd(), ".")
    assert [(start.number, hidden) for start, hidden in gaps(field)] == [
        (1, ("first",)),
        (2, ("second",)),
    ]
    assert replace_gaps(field, lambda start, hidden: f"[{start.number}:{len(hidden)}]") == (
        "A ",
        "[1:1]",
        ", ",
        "[2:1]",
        ".",
    )
