"""The cheat sheet: one sheet of paper, and everything that its foot claims stands on it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html import unescape
from itertools import pairwise
from typing import Any

import pytest

from deckpress.model import Card, CardKind, Deck, Html, Math, Option, PartName, Section
from exporters.job import FitError
from exporters.pdf.setting.field_html import PaperRenderer
from exporters.pdf.sheets.cheat_extents import extents
from tests.exporters import printing
from tests.exporters.pdf_reading import glyphs, page_sizes, squeezed
from tests.exporters.samples import card, deck, part, sample

SMALLEST = 7.0


@cache
def printed(**options: Any) -> bytes:
    return printing.printed(sample(), "cheat", **options)


def text(pdf: bytes) -> str:
    return squeezed("".join(glyph.text for glyph in glyphs(pdf)))


def runs(html: Html) -> list[str]:
    """The stretches of text in `html` that stand on paper as they are."""
    joined = "".join(piece if isinstance(piece, str) else "\0" for piece in html)
    parts = re.split(r"<[^>]*>|\0|\n|https?://", joined)
    return [squeezed(unescape(run)) for run in parts if run.strip()]


def long_deck(core: int, extra: int, words: int = 40, must: int = 0) -> Deck:
    """Cards of which each has words of its own in its answer and in its pitfall.

    `must` says how many of the core must be known.
    """
    cards = tuple(
        card(
            f"c{n}",
            f"Ask{n}?",
            f"<p>{f'answer{n} ' * words}</p>",
            parts=(part(PartName.PITFALL, f"<p>{f'wrong{n} ' * words}</p>"),),
            tier="must" if n < must else "core" if n < core else "extra",
            section="one",
        )
        for n in range(core + extra)
    )
    return deck(Section("one", "One", (), cards), lang="en")


def test_all_that_it_claims_is_there_and_nothing_that_a_reader_does_not_need() -> None:
    said = text(printed())
    cards = [each for each in sample().cards() if not each.retired]
    assert f"速查表·全部{len(cards)}题" in said
    for each in cards:
        right = [option.html for option in each.options if option.right]
        wrong = [option.html for option in each.options if not option.right]
        pitfalls = [one.html for one in each.parts if one.name is PartName.PITFALL]
        others = [one.html for one in each.parts if one.name is not PartName.PITFALL]
        for html in (each.question, each.lead, *right, *each.steps, each.short, *pitfalls):
            assert all(run in said for run in runs(html)), (each.id, html)
        for html in (*wrong, *others):
            assert not any(run in said for run in runs(html) if len(run) > 12), (each.id, html)
    assert "目录" not in said
    assert "已实测" not in said


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="usual"),
        pytest.param(
            {"ink_saver": True, "paper": "A5", "pages": 4}, id="grey, A5", marks=pytest.mark.slow
        ),
    ],
)
def test_no_glyph_is_smaller_than_seven_points_or_outside_the_margins(
    options: dict[str, Any],
) -> None:
    pdf = printed(**options)
    width, height = (side * 72 / 25.4 for side in page_sizes(pdf)[0])
    for glyph in glyphs(pdf):
        assert glyph.size >= SMALLEST - 0.01, glyph
        assert glyph.x > 8 * 72 / 25.4, glyph
        assert glyph.box[2] < width - 8 * 72 / 25.4, glyph
        assert 8 * 72 / 25.4 < glyph.y < height - 8 * 72 / 25.4, glyph


def test_what_has_least_priority_goes_first() -> None:
    def left(of: Deck) -> list[tuple[str, int, int]]:
        found = []
        for extent in extents(of):
            cards = [entry.card for chapter in extent.chapters for entry in chapter.entries]
            found.append((extent.claim, len(cards), sum(bool(each.parts) for each in cards)))
        return found

    assert left(long_deck(3, 2)) == [
        ("cheat-all", 5, 5),
        ("cheat-core-pitfalls", 5, 3),
        ("cheat-core", 3, 3),
        ("cheat-core-no-pitfalls", 3, 0),
    ]
    assert left(long_deck(3, 2, must=1))[3:] == [
        ("cheat-core-must-pitfalls", 3, 1),
        ("cheat-core-no-pitfalls", 3, 0),
        ("cheat-must", 1, 1),
        ("cheat-must-no-pitfalls", 1, 0),
    ]
    assert left(long_deck(3, 0, must=1))[1] == ("cheat-must-pitfalls", 3, 1)
    for of in (long_deck(3, 0), long_deck(0, 3), long_deck(3, 0, must=3)):
        assert left(of) == [("cheat-all", 3, 3), ("cheat-no-pitfalls", 3, 0)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("core", "extra", "must", "claim", "pitfalls"),
    [
        (14, 8, 0, "14of22:thecore·", True),
        (22, 4, 0, "22of26:thecore,withoutpitfalls·", False),
        (60, 0, 14, "14of60:whatmustbeknown·", True),
    ],
)
def test_the_foot_says_what_was_left_out(
    core: int, extra: int, must: int, claim: str, pitfalls: bool
) -> None:
    pdf = printing.printed(long_deck(core, extra, must=must), "cheat", pages=1)
    assert len(page_sizes(pdf)) == 1
    said = text(pdf)
    assert claim in said
    for n in range(core + extra):
        shown = n < (must or core)
        assert (said.count(f"answer{n}answer") > 0) == shown, n
        assert (f"wrong{n}wrong" in said) == (pitfalls and shown), n


def test_too_much_for_the_pages_is_refused_with_the_pages_that_would_do() -> None:
    much = long_deck(36, 0)
    with pytest.raises(FitError) as caught:
        printing.printed(much, "cheat", pages=1)
    assert (caught.value.sheet, caught.value.size) == ("cheat", SMALLEST)
    needed = caught.value.needed
    assert len(page_sizes(printing.printed(much, "cheat", pages=needed))) == needed


@pytest.mark.slow
def test_a_deck_too_long_for_a_sheet_of_paper_takes_more_unless_told() -> None:
    pdf = printing.printed(long_deck(60, 5, words=70), "cheat")
    said = text(pdf)
    assert len(page_sizes(pdf)) > 2
    assert "60of65:thecore,withoutpitfalls" in said
    assert all(f"answer{n}answer{n}" in said for n in range(60))
    assert min(glyph.size for glyph in glyphs(pdf)) >= SMALLEST - 0.01


def test_every_kind_of_content_runs_in_no_smaller_than_promised() -> None:
    table = "<tr><td>" + "</td><td>".join(f"cell{n}" for n in range(6)) + "</td></tr>"
    content = (
        "<p>H<sub>2</sub>O and x<sup>3</sup>, <code>code</code></p>"
        "<ol><li>one</li><li>two</li></ol>"
        f'<div class="table"><table>{table}</table></div><blockquote><p>said</p></blockquote>'
        '<div class="code"><p class="file">x.conf</p>'
        "<pre><code>server {\n  a;\n}</code></pre></div>"
    )
    options = (Option(("<p>no</p>",), right=False), Option((content,), right=True))
    cards: tuple[Card, ...] = (
        replace(card("a", "Q?", content), options=options, kind=CardKind.CHOICE),
    )
    long = deck(Section("one", "One", (), cards), title="T" * 200, lang="en")
    pdf = printing.printed(long, "cheat")
    assert {glyph.page for glyph in glyphs(pdf)} == {0}
    assert min(glyph.size for glyph in glyphs(pdf)) >= SMALLEST
    said = text(pdf)
    for run in ("1.one2.two", "cell0|cell1", "said", "server{a;}"):
        assert said.count(run) == 2, run
    assert "x.conf" not in said


def test_an_answer_longer_than_a_column_begins_below_the_title() -> None:
    pdf = printing.printed(long_deck(1, 0, words=800), "cheat")
    first = min(glyph.x for glyph in glyphs(pdf))
    answer = next(glyph for glyph in glyphs(pdf) if glyph.text == "a")
    assert answer.page == 0
    assert answer.x < first + 100  # in the first column
    assert "1continued" in text(pdf)


def lines(pdf: bytes) -> list[str]:
    """The text of each line of each column."""
    width = page_sizes(pdf)[0][0] * 72 / 25.4
    found: dict[tuple[int, int, int], str] = {}
    for glyph in glyphs(pdf):
        line = glyph.page, int(3 * glyph.x / width), round(glyph.y)
        found[line] = found.get(line, "") + glyph.text
    return [line.strip() for line in found.values()]


def test_what_marks_a_text_ends_no_line() -> None:
    def each(length: int) -> Card:
        words = "字" * length
        steps = tuple((f"<p>{words}</p>",) for _ in range(4))
        items = f"<ul><li>{words}</li><li>\n<p>{words}</p></li></ul>"
        asked = card(
            f"c{length}", "问？", items, parts=(part(PartName.PITFALL, f"<p>{words}</p>"),)
        )
        return replace(asked, steps=steps, kind=CardKind.ORDERED)

    cards = tuple(map(each, range(3, 24)))
    ends = {
        line[-1] for line in lines(printing.printed(deck(Section("s", "章", (), cards)), "cheat"))
    }
    assert "字" in ends
    assert not ends & set("1234·区")


def test_right_options_are_told_from_what_explains_them() -> None:
    options = (Option(("<p>one</p>",), right=True), Option(("<p>two</p>",), right=True))
    made = replace(card("a", "Q?", "<p>why</p>"), options=options, kind=CardKind.CHOICE)
    assert "✓one✓two·why" in text(printing.printed(deck(Section("s", "S", (), (made,))), "cheat"))


def test_code_and_a_title_leave_no_empty_line() -> None:
    """In type of one size, lines are no further apart than the space between two cards."""
    code = '<div class="code"><pre><code>one\ntwo</code></pre></div>'
    cards = tuple(card(f"c{n}", "Q?", code) for n in range(8))
    pdf = printing.printed(deck(Section("s", "S", (), cards), title="T " * 100), "cheat", columns=1)
    heights = sorted({round(glyph.y, 1) for glyph in glyphs(pdf)}, reverse=True)[:-1]
    steps = [above - below for above, below in pairwise(heights)]
    assert max(steps) < 2.2 * 10.5


def test_a_long_title_is_not_divided_between_columns() -> None:
    cards = (card("c", "Q?", "<p>Short.</p>"),)
    pdf = printing.printed(deck(Section("s", "S", (), cards), title="Tt " * 66), "cheat")
    width = page_sizes(pdf)[0][0] * 72 / 25.4
    title = [glyph for glyph in glyphs(pdf) if glyph.text == "T" and glyph.size > 8]
    assert len(title) == 66
    assert max(glyph.x for glyph in title) < width / 3


@pytest.mark.slow
def test_the_foot_of_a_small_panel_says_what_was_left_out_in_full() -> None:
    options: dict[str, Any] = {"paper": "A5", "pocket": True, "pages": 1}
    said = text(printing.printed(long_deck(50, 8, must=7), "cheat", **options))
    assert "7of58:whatmustbeknown" in said
    assert "…" not in said


@pytest.mark.slow
def test_more_pages_than_usual_hold_what_would_have_been_left_out() -> None:
    """What must be known takes a little more than two pages; on the third there is room for all."""
    pdf = printing.printed(long_deck(24, 0, words=30, must=22), "cheat", large_print=True)
    assert len(page_sizes(pdf)) == 3
    assert "all24,withoutpitfalls" in text(pdf)


def test_no_sign_of_a_formula_is_smaller_than_promised() -> None:
    def width(least: float) -> float:
        math = Math("x^2", False, '<svg width="2em"></svg>', 0, least)
        html = PaperRenderer({}, type_size=8.0, least=SMALLEST).field((math,))
        return float(re.findall(r"width:([\d.]+)em", html)[0])

    assert width(1.0) == 2
    assert width(0.7) * 0.7 / 2 * 8.0 == pytest.approx(SMALLEST, abs=0.01)


def _lowest(pdf: bytes, size: float) -> list[float]:
    """The place of the last line of each column or panel, from the top, as a share of a page.

    What stands in the foot does not count: it is smaller than type of `size` points.
    """
    found: dict[tuple[int, int], float] = {}
    width, height = (side * 72 / 25.4 for side in page_sizes(pdf)[0])
    for glyph in glyphs(pdf):
        if glyph.size > size:
            column = glyph.page, int(3 * glyph.x / width)
            found[column] = max(1 - glyph.y / height, found.get(column, 0.0))
    return list(found.values())


def test_a_little_text_is_set_a_little_smaller_or_shared_by_all_columns() -> None:
    """In the largest type, the first would go on over a quarter of a second page."""
    one_page = printing.printed(long_deck(13, 0, words=24), "cheat")
    assert len(page_sizes(one_page)) == 1
    few = printing.printed(long_deck(6, 0, words=24), "cheat")
    ends = _lowest(few, 7.5)
    assert len(ends) == 3
    assert min(ends) > 0.7 * max(ends)


def test_no_panel_of_a_pocket_sheet_is_empty() -> None:
    pdf = printing.printed(long_deck(12, 0, words=24), "cheat", pocket=True)
    text = [squeezed("".join(g.text for g in glyphs(pdf) if g.page == side)) for side in (0, 1)]
    assert [len(re.findall(r"\d/8", each)) for each in text] == [4, 4]
