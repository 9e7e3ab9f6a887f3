"""What is too wide or too large for its place: it is broken or made smaller, and covers nothing."""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from deckpress.model import Asset, CardKind, Deck, Html, Math, Option, PartName, Picture, Section
from exporters.job import PrintOptions
from exporters.pdf.setting.field_html import PaperRenderer
from exporters.pdf.setting.page_geometry import Geometry
from exporters.pdf.sheet import Sheet
from exporters.pdf.sheets.card_grid import CardGrid
from exporters.pdf.sheets.handbook import Handbook
from exporters.pdf.weasy.press import lay_out, print_environment
from tests.exporters.pdf_reading import MILLIMETRE, Glyph, bitmaps, glyphs, squeezed
from tests.exporters.printing import printed
from tests.exporters.samples import VERSION, card, deck, part

with print_environment():  # so that the libraries find our fonts
    from weasyprint.formatting_structure.boxes import TextBox

TAIL = "".join(f"x{number:03d}" for number in range(30))
CODE = '<div class="code"><pre><code>{}</code></pre></div>'
NAME = '<span class="n">self</span>.{}'
TOKENS = {
    "in code": CODE.format(f"a = 1\n    return {NAME}[<span>0</span>]"),
    "in code, indented": CODE.format(f"c = 1\n        {NAME}\nb = 2"),
    "in code in a list": f"<ul><li>{CODE.format(NAME)}</li></ul>",
    "bold at first": "<p>Words <strong>self</strong>.{} and words.</p>",
    "code at first": "<p><code>self</code>.{}</p>",
    "in a table": '<div class="table"><table><tbody><tr>'
    "<td><code>self</code>.{}</td><td>b</td></tr></tbody></table></div>",
}
# Each has a word of its own, by which it is found among the others.
TAILS = dict(zip(TOKENS, (TAIL.replace("x", letter) for letter in "uvwxyz"), strict=True))
WIDE = Math(
    "x" * 80,
    False,
    '<svg xmlns="http://www.w3.org/2000/svg" width="90em" '
    'height="2em" viewBox="0 0 90 2"><path d="M0 0H90V2H0z"/></svg>',
    10,
)
PHOTO = Picture("photo.png", "A photo", 640, 480)


def one(*short: Any, cards: int = 1, **meta: str) -> Deck:
    made = [card(f"c{number}", f"问题{number}？", *short) for number in range(cards)]
    return deck(Section("one", "一节", (), tuple(made)), **meta)


@cache
def _tokens(sheet: str, columns: int = 0, paper: str = "A4", large_print: bool = False) -> bytes:
    """A card for each of the tokens."""
    cards = [
        card(f"c{number}", f"问题{number}？", token.format(TAILS[kind]))
        for number, (kind, token) in enumerate(TOKENS.items())
    ]
    options: dict[str, Any] = {"columns": columns, "paper": paper, "large_print": large_print}
    return printed(deck(Section("one", "一节", (), tuple(cards))), sheet, **options)


@cache
def _photo() -> bytes:
    data = BytesIO()
    Image.new("RGB", (640, 480), "teal").save(data, "PNG")
    return data.getvalue()


def _with_photo(made: Deck) -> Deck:
    object.__setattr__(made, "assets", {"photo.png": Asset("photo.png", "image/png", _photo())})
    return made


def _rooms(sheet: str, printing: PrintOptions) -> list[tuple[float, float]]:
    """Where the columns or the cards of a sheet begin and end, in points from the left."""
    if sheet == "cards":
        cut = CardGrid.for_paper(printing.paper, printing.per_page, "long", (0, 0))
        step, width = cut.card[0], cut.card[0] - 10
        lefts = [8 + 5 + step * number for number in range(cut.columns)]
    else:
        there = Geometry.from_options(printing)
        there = there.with_close_margins() if sheet == "handbook" else there
        width = there.column_width
        lefts = [there.left + (width + there.gap) * number for number in range(there.columns)]
    return [(left * MILLIMETRE, (left + width) * MILLIMETRE) for left in lefts]


def _told(pdf: bytes, text: str) -> list[list[Glyph]]:
    """The glyphs of a text without white space, wherever it stands."""
    return _matching(pdf, re.escape(text))


def _matching(pdf: bytes, pattern: str) -> list[list[Glyph]]:
    every = [glyph for glyph in glyphs(pdf) if glyph.text.strip()]
    whole = "".join(glyph.text for glyph in every)
    return [every[found.start() : found.end()] for found in re.finditer(pattern, whole)]


def _inside(glyph: Glyph, rooms: list[tuple[float, float]]) -> bool:
    return any(left - 0.5 <= glyph.box[0] and glyph.box[2] <= end + 0.5 for left, end in rooms)


@pytest.mark.slow
@pytest.mark.parametrize("kind", TOKENS)
@pytest.mark.parametrize(
    ("sheet", "options"),
    [
        ("handbook", {}),
        ("handbook", {"columns": 3}),
        ("handbook", {"paper": "A5", "large_print": True}),
        ("test", {"columns": 3}),
        ("cards", {}),
    ],
    ids=str,
)
def test_a_long_word_of_several_elements_stays_in_its_column(
    kind: str, sheet: str, options: dict[str, Any]
) -> None:
    rooms = _rooms(sheet, PrintOptions(sheets=(sheet,), **options))
    found = _matching(_tokens(sheet, **options), rf"{TAILS[kind][0]}\d{{3}}")
    assert len(found) >= 30 - 1  # it may go on in the next column
    assert [glyph for word in found for glyph in word if not _inside(glyph, rooms)] == []


def test_code_whose_first_word_is_too_long_has_no_empty_line_before_it() -> None:
    pdf = _tokens("handbook")
    (before,), (word,) = _told(pdf, "c=1"), _told(pdf, f"self.{TAILS['in code, indented']}")
    assert before[0].y - word[0].y == pytest.approx(8.4 * 0.774 * 1.38, abs=0.5)


@pytest.mark.parametrize(
    "cards",
    [
        pytest.param(5, id="in one piece"),
        pytest.param(28, id="as a book", marks=pytest.mark.slow),
    ],
)
def test_a_question_stands_with_the_first_line_of_its_code(cards: int) -> None:
    code = f"return {NAME.format(TAIL)}"
    made = [
        card(f"c{n}", f"第{n}问？", CODE.format("\n".join([code] * (1 + n % 4))))
        for n in range(cards)
    ]
    of = deck(Section("one", "一节", (), tuple(made)))
    # Small pages have many ends.
    options: dict[str, Any] = {"paper": "A5", "columns": 2}
    assert Handbook(of, VERSION, PrintOptions(**options)).in_one_piece == (cards < 20)
    pdf = printed(of, "handbook", **options)
    for n in range(cards):
        (question,) = _told(pdf, f"第{n}问？入门return")
        first, code_begins = question[0], question[-1]
        assert first.page == code_begins.page
        assert 0 < first.y - code_begins.y < 30 * MILLIMETRE


def _table(piece: Any, beside: str) -> Html:
    start = '<div class="table"><table><thead><tr><th>图像</th><th>说明</th></tr></thead><tbody>'
    return (f"{start}<tr><td>", piece, f"</td><td>{beside}</td></tr></tbody></table></div>")


@cache
def _crowded(sheet: str, large_print: bool = False) -> bytes:
    options = tuple(Option((f"选项{n}。",), right=n == 0) for n in range(30))
    steps = (("<p>第一步。</p><p>它的说明。</p>",), ("第二步。",))
    cards = (
        card("formula", "公式？", _table(WIDE, "beside")),
        card("photo", "图片？", _table(PHOTO, "旁边的话")),
        card("choice", "哪一个？", "<p>因为。</p>", kind=CardKind.CHOICE, options=options),
        card("steps", "按什么顺序？", kind=CardKind.ORDERED, steps=steps),
    )
    made = _with_photo(deck(Section("one", "一节", (), cards)))
    return printed(made, sheet, large_print=large_print)


@pytest.mark.parametrize("sheet", ["handbook", "test", "cards"])
def test_a_picture_in_a_table_leaves_its_column_to_others(sheet: str) -> None:
    pdf = _crowded(sheet)
    rooms = _rooms(sheet, PrintOptions())
    (place,) = bitmaps(pdf)
    page, (left, _, right, _) = place
    assert any(start <= left and right <= end for start, end in rooms)
    (beside,) = _told(pdf, "旁边的话")
    assert beside[0].page == page
    assert beside[0].box[0] > right
    assert page in [head[0].page for head in _told(pdf, "图像说明")]
    assert len(_told(pdf, "图像说明")) == 2  # one of them is the formula's
    assert all(_inside(glyph, rooms) for glyph in beside)


def test_a_formula_in_a_table_gets_what_the_words_leave() -> None:
    pdf = _crowded("handbook")
    (beside,) = _told(pdf, "beside")
    left, right = _rooms("handbook", PrintOptions())[0]
    assert left + 0.6 * (right - left) < beside[0].box[0] < beside[-1].box[2] < right


@pytest.mark.parametrize(
    "per_page", [*(pytest.param(count, marks=pytest.mark.slow) for count in (2, 8)), 21]
)
def test_a_picture_on_a_flash_card_keeps_its_shape_and_leaves_room_for_words(per_page: int) -> None:
    pdf = printed(
        _with_photo(one(("<p>几个字。</p><p>", PHOTO, "</p>"))), "cards", per_page=per_page
    )
    (place,) = bitmaps(pdf)
    page, (left, low, right, high) = place
    assert (right - left) / (high - low) == pytest.approx(640 / 480, rel=0.02)
    (words,) = _told(pdf, "几个字。")
    assert words[0].page == page
    assert words[0].size > 7


@pytest.mark.parametrize(
    "options", [{}, pytest.param({"large_print": True}, marks=pytest.mark.slow)], ids=str
)
@pytest.mark.parametrize("sheet", ["test", "cards"])
def test_the_letter_of_an_option_stands_whole_before_it(
    sheet: str, options: dict[str, Any]
) -> None:
    pdf = _crowded(sheet, **options)
    for number, letter in ((3, "D"), (22, "W"), (26, "AA"), (29, "AD")):
        option = _told(pdf, f"{letter}选项{number}。")[0]
        assert len({round(glyph.y) for glyph in option}) == 1
        assert option[len(letter) - 1].box[2] <= option[len(letter)].box[0]


@pytest.mark.parametrize("sheet", ["test", "cards"])
def test_the_second_paragraph_of_a_step_has_a_line_of_its_own(sheet: str) -> None:
    pdf = _crowded(sheet)
    for step in _told(pdf, "第一步。它的说明。"):
        assert step[0].y - step[-1].y > 8


def test_heads_and_feet_are_as_large_as_large_print() -> None:
    pdf = printed(one("<p>答。</p>"), paper="A5", large_print=True)
    (foot,) = _told(pdf, "第1页，共")
    assert foot[0].size > 12


@pytest.mark.slow
@pytest.mark.parametrize("large", [False, True])
def test_nothing_touches_the_note_above_a_column_that_goes_on(large: bool) -> None:
    pdf = printed(one(f"<p>{'答' * 99}。</p>" * 90), paper="A5", large_print=large)
    note, *_ = _told(pdf, "1续")
    others = [g for g in glyphs(pdf) if g.page == note[0].page and g not in note and g.text.strip()]
    above = min(glyph.y for glyph in others if glyph.y > note[0].y)
    below = max(glyph.y + 0.85 * glyph.size for glyph in others if glyph.y < note[0].y)
    assert below + 3 < note[0].y
    assert note[0].y + 0.85 * note[0].size + 1 < above
    foot = max(glyph.y + 0.85 * glyph.size for glyph in others if glyph.y < 13 * MILLIMETRE)
    assert foot < min(glyph.y for glyph in others if glyph.y > 13 * MILLIMETRE)


PIECES = st.tuples(
    st.sampled_from(["span", "b", "code", "a"]),
    st.text(st.sampled_from("abcW_./=(- 反向代理，。「」—é👍"), min_size=1, max_size=30),
)
BLOCKS = st.tuples(st.lists(PIECES, min_size=1, max_size=6), st.sampled_from(["p", "pre", "td"]))


@settings(max_examples=20, deadline=None)
@given(st.lists(BLOCKS, min_size=5, max_size=5))
def test_whatever_a_line_is_made_of_it_stays_on_its_page(
    blocks: list[tuple[list[tuple[str, str]], str]],
) -> None:
    around = ""
    for pieces, block in blocks:
        inside = "".join(f"<{tag}>{text}</{tag}>" for tag, text in pieces)
        around += (
            f"<table><tr><td>{inside}</table>" if block == "td" else f"<{block}>{inside}</{block}>"
        )
    style = "@page { size: 3cm 20cm; margin: 2mm } pre { white-space: pre-wrap }"
    style += "html { font: 9pt Noto Sans SC; overflow-wrap: anywhere } td, pre, p { margin: 0 }"
    with print_environment():
        made = lay_out(Sheet(f"<html lang=zh-CN><title>-</title><style>{style}</style>{around}"))
    texts = [
        box
        for page in made.pages
        for box in page._page_box.descendants()
        if isinstance(box, TextBox)
    ]
    whole = "".join(box.text for box in texts)
    written = "".join(text for pieces, _ in blocks for _, text in pieces)
    assert squeezed(whole) == squeezed(written)
    end = 28 / 25.4 * 96
    wide = [box.text for box in texts if box.position_x + box.width > end + 0.5]
    assert [text for text in wide if len(text.strip()) > 1] == []


def _drawing(width: int, height: int, letter: str) -> Asset:
    text = f'<text x="20" y="60" font-size="14">{letter * 9}</text>'
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{text}</svg>'
    return Asset(f"{letter}.svg", "image/svg+xml", svg.encode())


@cache
def _turned() -> bytes:
    """A wide and a high drawing with small text, and two tables of many columns."""
    drawings = {"W": (1200, 200), "H": (200, 1400), "E": (300, 200)}
    assets = [_drawing(*size, letter) for letter, size in drawings.items()]
    pictures = [Picture(each.name, "", *drawings[each.name[0]]) for each in assets]
    made = one(*((each,) for each in pictures), *map(_of_many_columns, (3, 24)))
    object.__setattr__(made, "assets", {each.name: each for each in assets})
    return printed(made, columns=2)


def _of_many_columns(rows: int) -> str:
    cells = [f"<td>col{number}of{rows}</td>" for number in range(14)]
    body = f"<tr>{''.join(cells)}</tr>" * rows
    return f'<div class="table"><table><tbody>{body}</tbody></table></div>'


@pytest.mark.parametrize(("letter", "upright"), [("W", False), ("H", True), ("E", True)])
def test_the_text_of_a_drawing_is_turned_or_enlarged_to_be_read(letter: str, upright: bool) -> None:
    letters = _told(_turned(), letter * 9)[0]
    (left, _, right, _), *_ = (glyph.box for glyph in letters)
    lengths = letters[-1].box[2] - left, abs(letters[-1].y - letters[0].y)
    assert (lengths[0] > lengths[1]) == upright
    size = letters[0].size if upright else right - left
    assert size > 4.9
    rooms = _rooms("handbook", PrintOptions(columns=2))
    assert all(_inside(glyph, rooms) for glyph in letters)


def test_a_wide_table_is_turned_if_it_is_low_enough() -> None:
    rooms = _rooms("handbook", PrintOptions(columns=2))
    for rows, is_turned in ((3, True), (24, False)):
        words = _told(_turned(), f"col3of{rows}")
        assert len(words) == rows
        assert all(_inside(glyph, rooms) for word in words for glyph in word)
        assert all((word[0].y != word[3].y) == is_turned for word in words)


def test_a_picture_that_nearly_has_room_is_made_smaller_and_keeps_its_shape() -> None:
    cards = (
        card(f"c{n}", "问？", f"<p>{'答<br>' * n}</p><p>", (PHOTO,), "</p>") for n in range(3, 20)
    )
    made = _with_photo(deck(Section("one", "一节", (), tuple(cards))))
    boxes = [box for _, box in bitmaps(printed(made, columns=2))]
    sizes = {(round(box[2] - box[0]), round(box[3] - box[1])) for box in boxes}
    assert len(sizes) > 1
    assert all(width / height == pytest.approx(4 / 3, abs=0.03) for width, height in sizes)


@pytest.mark.parametrize(("size", "printed_at"), [(16, 7.4), (11, 5.1), (30, 13.9)])
def test_a_drawing_has_the_type_of_the_part_around_it_if_that_can_be_read(
    size: int, printed_at: float
) -> None:
    text = f'<text x="0" y="40" font-size="{size}">x</text>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100">{text}</svg>'
    drawing = Asset("d.svg", "image/svg+xml", svg.encode())
    renderer = PaperRenderer({}, pictures={"d.svg": drawing}, height=200, picture_type=0.881)
    html = renderer.field((Picture("d.svg", "", 200, 100),))
    (width,) = re.findall(r' width="(\d+)"', html)
    assert size * int(width) / 200 * 0.75 == pytest.approx(printed_at, abs=0.1)


@pytest.mark.slow
def test_a_line_that_leads_to_a_picture_stands_above_it() -> None:
    def leading(number: int) -> Html:
        lines = "答<br>" * number
        return (f"<p>{lines}答</p><p>引</p><p>", PHOTO, "</p>")

    cards = (
        card(f"c{n}", "问？", parts=(part(PartName.WHY, leading(n)),), tags=())
        for n in range(1, 19)
    )
    pdf = printed(_with_photo(deck(Section("one", "一节", (), tuple(cards)))), columns=2)
    pictures = bitmaps(pdf)
    leads = [glyph for glyph in glyphs(pdf) if glyph.text == "引" and glyph.size < 8]
    assert len(leads) == len(pictures) == 18
    for lead, (page, box) in zip(leads, pictures, strict=True):
        assert page == lead.page
        assert 0 < lead.y - box[3] < 3 * lead.size
