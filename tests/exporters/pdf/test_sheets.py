"""The self-test and the flash cards, read back from their PDFs."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pdfminer.high_level import extract_pages
from pdfminer.layout import LTCurve

from deckpress.model import (
    Artifact,
    Card,
    CardKind,
    ClozeEnd,
    ClozeStart,
    Deck,
    Html,
    Option,
    Part,
    PartName,
    Section,
)
from exporters.job import PrintOptions
from exporters.pdf import export
from exporters.pdf.sheets import question_view
from exporters.pdf.sheets.card_grid import MARGIN, CardGrid
from exporters.pdf.sheets.self_test import SelfTest
from exporters.theme import words
from exporters.view import gaps, has_gaps
from tests.exporters.pdf_reading import (
    MILLIMETRE,
    Glyph,
    body,
    glyphs,
    links,
    outline,
    page_sizes,
    places,
    sample_pdf,
    sentences,
    squeezed,
)
from tests.exporters.printing import here, printed
from tests.exporters.samples import RELEASE, VERSION, Kept, card, deck, sample

ROOT = Path(__file__).parents[3]
PRINTED = [card for card in sample().cards() if not card.retired]
GAP = next(each for each in PRINTED if each.kind is CardKind.CLOZE)
CHOICE = next(each for each in PRINTED if each.kind is CardKind.CHOICE)
TOKEN = "".join(f"x{number:03d}" for number in range(125))
CARDS = PrintOptions(sheets=("cards",))
FOOT = 4 * MILLIMETRE  # below it stands the sheet's own line
LONG = [f"这是很长的回答里的第{number}句话。" for number in range(100)]
EMPTY = deck(Section("s", "空", (), ()))


@cache
def sample_sheet(sheet: str) -> bytes:
    return printed(sample(), sheet)


def texts(pdf: bytes) -> list[str]:
    """The text of each page, without white space."""
    found = [""] * len(page_sizes(pdf))
    for glyph in glyphs(pdf):
        found[glyph.page] += glyph.text
    return [squeezed(text) for text in found]


def many(count: int) -> Deck:
    """A deck of so many cards in two sections."""
    cards = [card(f"c{n}", f"第{n}个问题？", f"<p>第{n}个答案。</p>") for n in range(1, count + 1)]
    half = count // 2
    return deck(
        Section("one", "甲章", (), tuple(cards[:half])),
        Section("two", "乙章", (), tuple(replace(c, section="two") for c in cards[half:])),
    )


@cache
def printed_many(count: int, sheet: str, **options: Any) -> bytes:
    return printed(many(count), sheet, **options)


# Names of the files


@cache
def of_no_cards() -> dict[str, Artifact]:
    """The four sheets of a deck without cards."""
    sheets = export(EMPTY, VERSION, here(PrintOptions()))
    return dict(zip(("cheat", "handbook", "test", "cards"), sheets, strict=True))


def test_a_build_has_four_sheets() -> None:
    endings = ("", "-handbook", "-selftest", "-cards")
    names = [f"sample-1.2.3-dev+0a1b2c3d{ending}.pdf" for ending in endings]
    assert [made.name for made in of_no_cards().values()] == names


@pytest.mark.parametrize("sheet", ["handbook", "cards"])
def test_each_sheet_can_be_made_alone(sheet: str) -> None:
    (alone,) = export(EMPTY, VERSION, here(PrintOptions(sheets=(sheet,))))
    assert alone == of_no_cards()[sheet]


# Self-test


def test_every_kind_of_question_is_asked() -> None:
    text = "".join(texts(sample_sheet("test")))
    for each in PRINTED:
        sides = [question_view.blank_gaps(each.question)]
        if each.kind is CardKind.REVERSE:  # half of them are asked from their answer
            sides.append(each.short)
        assert any(all(part in text for part in sentences(side)) for side in sides), each.id
        for html in (*each.steps, *(option.html for option in each.options)):
            assert all(sentence in text for sentence in sentences(html)), each.id


@pytest.mark.parametrize(
    "count",
    [pytest.param(12, id="in one piece"), pytest.param(42, id="as a book", marks=pytest.mark.slow)],
)
def test_the_key_stands_behind_all_questions(count: int) -> None:
    assert SelfTest(many(count), VERSION).in_one_piece == (count == 12)
    pages = texts(printed_many(count, "test"))
    first = next(number for number, text in enumerate(pages) if "个答案" in text)
    asked, answered = "".join(pages[:first]), "".join(pages[first:])
    assert "第1个问题？" in pages[0]
    for number in range(1, count + 1):
        assert f"第{number}个问题？" in asked
        assert f"第{number}个答案。" in answered
    assert "个问题" not in answered


@pytest.mark.slow
@pytest.mark.parametrize("count", [12, 42], ids=["in one piece", "as a book"])
def test_the_key_names_the_page_of_each_question_and_links_lead_both_ways(count: int) -> None:
    pdf = printed_many(count, "test")
    pages = texts(pdf)
    key = "".join(pages)
    for number in (1, count // 2, count):
        page = next(n for n, text in enumerate(pages, 1) if f"第{number}个问题？" in text)
        assert f"{number}{page}页第{number}个答案" in key
    _, inside = links(pdf)
    assert {f"c{number}" for number in range(1, count + 1)} <= inside
    assert {f"_key-c{number}" for number in range(1, count + 1)} <= inside
    assert inside <= places(pdf)


@cache
def asked_and_key() -> tuple[str, str]:
    """The two pages of a self-test that asks for the words of gaps, an order and right options."""
    steps = tuple((f"<p>步骤{name}</p>",) for name in "甲乙丙丁")
    ordered = card("o", "顺序？", kind=CardKind.ORDERED, steps=steps)
    asked, key = texts(printed(deck(Section("one", "One", (), (GAP, ordered, CHOICE))), "test"))
    return asked, key


def test_gaps_are_empty_and_their_words_are_in_the_key_alone() -> None:
    words = [content for _, content in gaps(GAP.question) + gaps(GAP.short)]
    asked, key = asked_and_key()
    for content in words:
        for sentence in sentences(content):
            assert sentence not in asked
            assert sentence in key


@pytest.mark.slow
@pytest.mark.parametrize("sheet", ["test", "cards"])
def test_a_prompt_is_asked_with_its_question_but_not_with_its_answer(sheet: str) -> None:
    lead: Html = ("<p>LookAtThis</p>",)
    # Of the two that are asked both ways, the self-test asks one from its answer.
    reverse = [card(id, f"term-{id}", "<p>m</p>", kind=CardKind.REVERSE, lead=lead) for id in "ae"]
    cloze = replace(GAP, question=("Fill",), short=GAP.short or GAP.question, lead=lead)
    cards = (card("p", "Plain?", "<p>yes</p>", lead=lead), cloze, *reverse)
    pages = texts(printed(deck(Section("one", "One", (), cards)), sheet))
    assert pages[0].count("LookAtThis") == len(cards) - (sheet == "test")
    assert "LookAtThis" not in "".join(pages[1:])


def test_steps_are_asked_out_of_their_order_and_the_key_puts_them_right() -> None:
    asked, key = asked_and_key()
    shown = sorted("甲乙丙丁", key=lambda name: asked.index(f"步骤{name}"))
    assert shown != list("甲乙丙丁")
    letters = {name: "ABCD"[position] for position, name in enumerate(shown)}
    assert "→".join(letters[name] for name in "甲乙丙丁") in key


@pytest.mark.parametrize("count", range(2, 9))
def test_steps_never_stand_in_their_order(count: int) -> None:
    steps = tuple((f"<p>{number}</p>",) for number in range(count))
    for name in ("a", "b", "c", "d", "e", "f", "g"):
        order = question_view.shuffled_steps(card(name, "Q", kind=CardKind.ORDERED, steps=steps))
        assert sorted(order) == list(range(count)) != list(order)


def test_the_right_options_are_in_the_key_alone() -> None:
    asked, key = asked_and_key()
    assert "正确：" not in asked
    several = sum(option.right for option in CHOICE.options) > 1
    said = words("zh-CN")["choose-several" if several else "choose-one"]
    assert "".join(said.split()) in asked
    right = [letter for letter, o in zip("ABCDEFG", CHOICE.options, strict=False) if o.right]
    assert "".join(right) in key


def test_a_self_test_says_its_version_and_its_pages() -> None:
    pages = texts(sample_sheet("test"))
    for number, text in enumerate(pages, 1):
        assert f"第{number}页，共{len(pages)}页" in text
        assert "1.2.3-dev+0a1b2c3d" in text


@pytest.mark.parametrize(
    "count",
    [pytest.param(12, id="in one piece"), pytest.param(42, id="as a book", marks=pytest.mark.slow)],
)
def test_each_cell_for_a_score_says_its_section_and_its_column(count: int) -> None:
    with pikepdf.open(BytesIO(printed_many(count, "test"))) as pdf:
        cells: list[Any] = [item for item in pdf.objects if _is_cell(item)]
        of_header = {str(cell.ID): str(cell.A.Scope) for cell in cells if cell.S == "/TH"}
        assert Counter(of_header.values()) == {"/Row": 2, "/Column": 5}
        data = [cell for cell in cells if cell.S == "/TD"]
        assert len(data) == 2 * 4
        for cell in data:
            headers = [str(header) for header in cell.A.Headers]
            assert sorted(of_header[header] for header in headers) == ["/Column", "/Row"]


def test_a_deck_of_many_sections_is_scored_as_a_whole_and_asks_on_the_first_page() -> None:
    sections = tuple(
        Section(f"s{n}", f"第{n}章", (), (card(f"c{n}", f"第{n}问？", "<p>答。</p>"),))
        for n in range(31)
    )
    first, *_ = texts(printed(deck(*sections), "test"))
    assert "第0问？" in first
    assert "全部31" in first


def _is_cell(item: Any) -> bool:
    return isinstance(item, pikepdf.Dictionary) and item.get("/S") in ("/TH", "/TD")


def test_each_question_has_a_bookmark_that_gives_nothing_away() -> None:
    titles = [title for level, title in outline(sample_sheet("test")) if level == 2]
    assert len(titles) == len(PRINTED)
    for each, title in zip(PRINTED, titles, strict=True):
        if has_gaps(each.question):
            assert "____" in title
            assert each.title not in title


@pytest.mark.slow
def test_a_long_key_goes_on_from_sheet_to_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = printed_many(42, "test")
    for module in ("sheets.chunks", "sheets.self_test"):
        monkeypatch.setattr(f"exporters.pdf.{module}.MAX_WEIGHT", 8_000)
    cut = printed(many(42), "test")
    assert len(page_sizes(cut)) > len(page_sizes(whole))
    assert places(cut) == places(whole)
    text = "".join(texts(cut))
    for number in range(1, 43):
        assert text.count(f"第{number}个答案。") == 1
    assert outline(cut) == outline(whole)


# Flash cards


def cells(pdf: bytes, cutting: CardGrid) -> list[dict[int, str]]:
    """Of each page, the text in each place where a front can stand, by its number."""
    found: list[dict[int, str]] = [{} for _ in page_sizes(pdf)]
    for glyph in glyphs(pdf):
        number = _place(glyph, cutting)
        if number is not None:
            page = found[glyph.page]
            page[number] = page.get(number, "") + glyph.text
    return [{number: squeezed(text) for number, text in page.items()} for page in found]


def _place(glyph: Glyph, cutting: CardGrid) -> int | None:
    width, height = cutting.card
    x, y = glyph.x / MILLIMETRE - MARGIN, cutting.height - glyph.y / MILLIMETRE - MARGIN
    column, row = int(x // width), int(y // height)
    inside = 0 <= column < cutting.columns and 0 <= row < cutting.rows
    return row * cutting.columns + column if inside else None


def on_cards(pdf: bytes) -> list[Glyph]:
    """All glyphs but those of the line below the cards, at the edge of the paper."""
    return [glyph for glyph in glyphs(pdf) if glyph.y > FOOT]


def test_cards_are_set_as_large_as_they_fit() -> None:
    """Five short options have room in 12.5 points; two cards of a long answer are both full."""
    options = tuple(Option((f"<p>{'选项' * 8}{n}</p>",), n == 0) for n in range(5))
    choice = card("c1", "选择哪一项？", kind=CardKind.CHOICE, options=options)
    answer = "".join(f"<p>{'很长的回答' * 20}{n}</p>" for n in range(8))
    long = card("c2", "很长？", answer)
    pdf = printed(deck(Section("one", "一", (), (choice, long))), "cards")
    asked = [g.size for g in on_cards(pdf) if g.page == 0 and g.text == "选"]
    assert max(asked) >= 12
    said = [g.size for g in on_cards(pdf) if g.page == 1 and g.text == "很"]
    assert min(said) > 5.6


@pytest.mark.parametrize(
    ("paper", "per_page", "flip"),
    [
        ("Letter", 6, "short"),
        ("A5", 4, "long"),
        *(
            pytest.param(*each, marks=pytest.mark.slow)
            for each in (
                ("A4", 8, "long"),
                ("A4", 8, "short"),
                ("Letter", 6, "long"),
                ("A5", 4, "short"),
                ("A4", 12, "long"),
                ("A4", 12, "short"),
            )
        ),
    ],
)
def test_each_back_lies_behind_its_front(paper: str, per_page: int, flip: str) -> None:
    count = per_page + 1
    pdf = printed(many(count), "cards", paper=paper, per_page=per_page, flip=flip)
    cutting = CardGrid.for_paper(paper, per_page, flip, (0, 0))
    pages = cells(pdf, cutting)
    assert len(pages) == 4  # two sheets of paper, both sides
    for front, back in (pages[:2], pages[2:]):
        for number, text in front.items():
            row, column = divmod(number, cutting.columns)
            if flip == "long":
                behind = row * cutting.columns + cutting.columns - 1 - column
            else:
                behind = (cutting.rows - 1 - row) * cutting.columns + column
            asked = text.partition("第")[2].partition("个问题")[0]
            assert f"第{asked}个答案。" in back[behind], number


@pytest.mark.slow
def test_the_offset_moves_backs_and_nothing_else() -> None:
    plain = on_cards(printed_many(3, "cards", per_page=8))
    moved = on_cards(printed(many(3), "cards", per_page=8, offset=(2.0, -1.0)))
    for before, after in zip(plain, moved, strict=True):
        back = before.page % 2 == 1
        assert after.x - before.x == pytest.approx(-2 * MILLIMETRE * back, abs=0.05)
        assert after.y - before.y == pytest.approx(-1 * MILLIMETRE * back, abs=0.05)


@pytest.mark.parametrize(
    "per_page", [*(pytest.param(count, marks=pytest.mark.slow) for count in (1, 2)), 8, 24]
)
def test_each_sheet_names_its_version_and_its_place_outside_the_cut(per_page: int) -> None:
    pdf = printed_many(3, "cards", per_page=per_page)
    pages = len(page_sizes(pdf))
    below = [glyph for glyph in glyphs(pdf) if glyph.y <= FOOT]
    for page in range(pages):
        text = squeezed("".join(glyph.text for glyph in below if glyph.page == page))
        assert squeezed(f"第{page + 1}页，共{pages}页") in text
        if per_page < 24:  # whose columns are too narrow for all of it
            assert VERSION.name in text
    assert {glyph.page for glyph in below} == set(range(pages))


@cache
def in_packs() -> tuple[bytes, Kept]:
    """Ten cards in packs of eight, and what is remembered of them."""
    memo = Kept()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("exporters.pdf.sheets.card_packs._CARDS_PER_PACK", 8)
        (sheet,) = export(many(10), VERSION, here(CARDS, memo))
    return sheet.data, memo


@pytest.mark.slow
def test_a_card_has_the_same_sides_in_whatever_pack() -> None:
    assert on_cards(in_packs()[0]) == on_cards(printed(many(10), "cards"))


@pytest.mark.slow
def test_an_edit_prints_one_pack_again(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, memo = in_packs()
    packs = len(memo)
    assert packs == 2
    one, two = many(10).sections
    edited = replace(two.cards[-1], short=("<p>改了。</p>",))
    again = replace(many(10), sections=(one, replace(two, cards=(*two.cards[:-1], edited))))
    monkeypatch.setattr("exporters.pdf.sheets.card_packs._CARDS_PER_PACK", 8)
    (sheet,) = export(again, RELEASE, here(CARDS, memo))
    assert len(memo) == packs + 1
    assert "改了" in body(sheet.data)
    assert sheet.data != plain


@pytest.mark.slow
def test_both_sides_have_the_number_and_only_the_back_the_id() -> None:
    """An id often says the answer."""
    pdf = sample_sheet("cards")
    pages = texts(pdf)
    fronts, backs = "".join(pages[::2]), "".join(pages[1::2])
    for number, each in enumerate(PRINTED, 1):
        assert str(number) in fronts
        assert f"{number}{each.id}" in backs
        assert each.id not in fronts


@pytest.mark.parametrize("sheet", ["test", "cards"])
def test_a_gap_is_as_long_for_a_long_word_as_for_a_short_one(sheet: str) -> None:
    def gap(number: int, hidden: str) -> Card:
        question = ("甲", ClozeStart(1), hidden, ClozeEnd(), "乙")
        answer = f"<p>答{number}</p>"
        return card(f"c{number}", question, answer, kind=CardKind.CLOZE, title="-", section="one")

    cards = (gap(1, "丙"), gap(2, "很长很长的一个说法"))
    pdf = printed(deck(Section("one", "章", (), cards)), sheet)
    first, second = ([g for g in glyphs(pdf) if g.text == sign and not g.page] for sign in "甲乙")
    lengths = {round(end.x - start.x, 2) for start, end in zip(first, second, strict=True)}
    assert len(first) == 2
    assert len(lengths) == 1


@pytest.mark.parametrize("sheet", ["test", "cards"])
def test_a_gap_in_a_long_line_of_code_has_its_room(sheet: str) -> None:
    gap = (ClozeStart(1), "hidden", ClozeEnd())
    code = ('<div class="code"><pre><code>(', *gap, f") {'long ' * 30}</code></pre></div>")
    made = card("c", "？", code, kind=CardKind.CLOZE, section="one")
    pdf = printed(deck(Section("one", "章", (), (made,))), sheet)
    start, end = (next(g for g in glyphs(pdf) if g.text == sign) for sign in "()")
    assert end.y == start.y
    assert end.x - start.x > 30


def test_a_front_asks_and_a_back_answers() -> None:
    pages = texts(sample_sheet("cards"))
    fronts, backs = "".join(pages[::2]), "".join(pages[1::2])
    for each in PRINTED:
        for sentence in sentences(question_view.blank_gaps(each.question)):
            assert sentence in fronts, each.id
        if each.kind is CardKind.BASIC:
            for sentence in sentences(each.short):
                assert sentence in backs, each.id
                assert len(sentence) < 6 or sentence not in fronts, each.id


def _explained() -> Deck:
    parts = (
        Part(PartName.WHY, ("<p>因为有一个原因。</p>",)),
        Part(PartName.EXAMPLE, ("<p>比如这个例子。</p>",)),
        Part(PartName.PITFALL, ("<p>误区在这里。</p>",)),
    )
    endless: tuple[Part, ...] = (Part(PartName.WHY, ("<p>短短的原因。</p>",)),)
    endless += (Part(PartName.EXAMPLE, (f"<p>{'很长的例子。' * 150}</p>",)),)
    cards = [card("short", "短？", "<p>短。</p>"), card("long", "长？", "<p>长。</p>")]
    told = (replace(cards[0], parts=parts), replace(cards[1], parts=endless))
    return deck(Section("one", "One", (), told))


def test_large_cards_say_why_and_show_the_example_as_far_as_it_fits() -> None:
    fronts, backs = texts(printed(_explained(), "cards", per_page=4))
    assert "因为有一个原因" not in fronts
    assert "因为有一个原因。" in backs
    assert "比如这个例子。" in backs
    assert "误区在这里" not in backs
    assert "短短的原因。" in backs
    assert "很长的例子" not in backs
    assert "因为有一个原因" not in texts(printed(_explained(), "cards"))[1]


def test_a_title_too_long_for_its_corner_is_cut_and_copies_as_it_stands() -> None:
    """The printer's ellipsis would have had all that is not shown as its text."""
    made = deck(Section("one", "Long " * 30, (), (card("c", "?", "<p>!</p>", section="one"),)))
    data = printed(made, "cards", per_page=24)
    corner = squeezed("".join(glyph.text for glyph in glyphs(data) if glyph.size == 6))
    assert re.match("(Long)+[A-Za-z]*…", corner)
    with pikepdf.open(BytesIO(data)) as pdf:
        maps = {font.ToUnicode.read_bytes() for font in pdf.pages[0].Resources.Font.values()}
    texts = [text for each in maps for _, text in re.findall(rb"<(\w{4})> <(\w+)>", each)]
    assert texts
    assert max(map(len, texts)) <= 16


def test_lines_to_cut_along_lie_between_the_cards_of_the_front() -> None:
    pdf = printed(many(3), "cards", per_page=4, cut_lines=True)
    front, back = extract_pages(BytesIO(pdf))
    ruled = [shape.bbox for shape in front if isinstance(shape, LTCurve)]
    long = {round(max(right - left, top - low) / MILLIMETRE) for left, low, right, top in ruled}
    assert long == {208, 295}
    assert any(abs(left / MILLIMETRE - 105) < 0.3 for left, *_ in ruled)
    assert not [shape for shape in back if isinstance(shape, LTCurve)]


def _crowded() -> Sequence[Card]:
    row = "".join(f"<td>格{number}</td>" for number in range(30))
    code = f'<div class="code"><pre><code>{TOKEN}\n{TOKEN}</code></pre></div>'
    steps = tuple((f"<p>{'很长的步骤' * 12}{name}</p>",) for name in range(8))
    return (
        card("token", TOKEN, f"<p>{TOKEN}</p>"),
        card("long", "很长？", f"<p>{''.join(LONG)}</p>"),
        card("code", "代码？", code),
        card("table", "表？", f'<div class="table"><table><tr>{row}</tr></table></div>'),
        card("steps", "步骤？", kind=CardKind.ORDERED, steps=steps),
    )


@pytest.mark.parametrize(
    "options",
    [
        {"per_page": 12},
        *(
            pytest.param(options, marks=pytest.mark.slow)
            for options in ({}, {"large_print": True}, {"paper": "A5"})
        ),
    ],
    ids=str,
)
def test_nothing_is_cut_off_and_nothing_is_lost(options: dict[str, Any]) -> None:
    pdf = printed(deck(Section("one", "One", (), tuple(_crowded()))), "cards", **options)
    settings = PrintOptions(**options)
    cutting = CardGrid.for_paper(settings.paper, settings.per_page, settings.flip, settings.offset)
    width, height = cutting.card
    for glyph in on_cards(pdf):
        if glyph.text.isspace():
            continue
        left, bottom, right, top = (side / MILLIMETRE for side in glyph.box)
        start = (left - MARGIN) % width
        assert start > 3, glyph
        assert start + right - left < width - 3, glyph
        low = (bottom - MARGIN) % height
        assert low > 1.5, glyph
        assert low + top - bottom < height - 1, glyph
    text = "".join(texts(pdf))
    for sentence in LONG:
        # A sentence may go on on the next card, between whose texts stand corners.
        assert sentence[:9] in text or sentence[-5:] in text
    assert text.count("格29") == 1
    assert f"({1}/" in text  # the long answer takes several cards, which say so


def test_the_cards_are_tagged_and_have_bookmarks() -> None:
    pdf = sample_sheet("cards")
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert opened.Root.MarkInfo.Marked
        assert opened.Root.Lang == "zh-CN"
    cards = [title for level, title in outline(pdf) if level == 2]
    assert len(cards) == len(PRINTED)


def test_bookmarks_of_cards_are_below_their_section_which_is_closed() -> None:
    pdf, _ = in_packs()
    levels = [level for level, _ in outline(pdf)]
    assert levels == [1, *[2] * 5, 1, *[2] * 5]
    assert [title for level, title in outline(pdf) if level == 1] == ["甲章", "乙章"]
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert opened.Root.Outlines.Count == 2


@pytest.mark.parametrize("sheet", ["test", "cards"])
def test_a_deck_without_cards_gives_a_page(sheet: str) -> None:
    assert len(page_sizes(of_no_cards()[sheet].data)) == 1


def hashes() -> list[str]:
    """Of each sheet of the sample."""
    sheets = (sample_pdf(), sample_sheet("test"), sample_sheet("cards"))
    return [hashlib.sha256(sheet).hexdigest() for sheet in sheets]


@pytest.mark.slow
def test_the_same_deck_gives_the_same_bytes_anywhere(tmp_path: Path) -> None:
    program = "from tests.exporters.pdf.test_sheets import hashes; print(*hashes())"
    changed = {
        "PYTHONHASHSEED": "4711",
        "PYTHONPATH": str(ROOT),
        "TZ": "Asia/Tokyo",
        "LANG": "C",
        "LC_ALL": "C",
        "HOME": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=os.environ | changed,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == hashes()
