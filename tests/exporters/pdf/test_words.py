"""Nothing that was written is read as something else on paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import pikepdf
import pytest
from pdfua import Severity, validate

from deckpress.model import CardKind, Deck, Option, Section
from exporters.job import PrintOptions
from exporters.pdf.setting.field_html import PaperRenderer
from exporters.pdf.sheets.handbook import Handbook
from exporters.pdf.sheets.self_test import SelfTest
from tests.exporters.pdf_reading import MILLIMETRE, Glyph, body, glyphs, squeezed
from tests.exporters.printing import printed
from tests.exporters.samples import VERSION, card, deck

SHEETS = ("handbook", "test", "cards")
UNKNOWN = "\U00020000"  # a Chinese character that no bundled font has
TITLE = "面向初中级后端开发者的运维综合面试题目精选合集及其答案" * 3
TABLE = """<div class="table"><table>
<thead><tr><th class="left">Parameter</th><th>Value</th><th>Unit</th><th>Note</th></tr></thead>
<tbody>
<tr><td><code>max_connections</code></td><td>100</td><td>connections</td>
<td>each takes about 10 MB of memory</td></tr>
<tr><td><code>effective_cache_size</code></td><td>524288</td><td>8 kB pages</td>
<td>only a hint for the planner</td></tr>
</tbody></table></div>"""


def one(*short: str, title: str = "一副牌", cards: int = 1, lang: str = "zh-CN") -> Deck:
    made = [card(f"c{number}", f"问题{number}？", *short) for number in range(cards)]
    return deck(Section("one", "一节", (), tuple(made)), title=title, lang=lang)


def lines(pdf: bytes, columns: int = 1) -> list[str]:
    """The text of each line in each of the columns of A4, without white space."""
    found: dict[tuple[int, int, int], str] = {}
    for glyph in glyphs(pdf):
        place = (glyph.page, round(glyph.y), int(glyph.x / (210 * MILLIMETRE / columns)))
        found[place] = found.get(place, "") + glyph.text
    return [squeezed(line) for line in found.values()]


def place(pdf: bytes, text: str) -> Glyph:
    """The first letter of a text that stands there once."""
    every = [glyph for glyph in glyphs(pdf) if glyph.text.strip()]
    whole = "".join(glyph.text for glyph in every)
    assert whole.count(text) == 1
    return every[whole.index(text)]


SLOW_SHEETS = [pytest.param(name, marks=pytest.mark.slow) for name in SHEETS if name != "handbook"]


@cache
def hard_to_name(sheet: str, cards: int) -> bytes:
    """So many cards below a title that is too long and has a character that no font has."""
    made = one(f"<p>答{UNKNOWN}案。</p>", title=f"牌{UNKNOWN}{TITLE}", cards=cards)
    paper = PrintOptions(paper="A5" if sheet == "handbook" else "A4")
    if sheet != "cards":
        kind = Handbook if sheet == "handbook" else SelfTest
        assert kind(made, VERSION, paper).in_one_piece == (cards == 1)
    return printed(made, sheet, paper=paper.paper)


@pytest.mark.slow
@pytest.mark.parametrize("cards", [1, 42], ids=["in one piece", "as a book"])
@pytest.mark.parametrize("sheet", ["handbook", *SLOW_SHEETS])
def test_a_character_that_no_font_has_is_a_box_and_harms_no_other(sheet: str, cards: int) -> None:
    pdf = hard_to_name(sheet, cards)
    text = squeezed("".join(glyph.text for glyph in glyphs(pdf)))
    assert text.count("答□案。") == cards
    assert VERSION.name in text
    with pikepdf.open(BytesIO(pdf)) as opened:
        for page in opened.pages:
            fonts: Any = page.obj.Resources.Font
            assert {str(fonts[name].Encoding) for name in fonts} == {"/Identity-H"}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("abcd\tx", "abcd    x"),
        ("abc\tx", "abc x"),
        ("\tx\ty", "    x   y"),
        ("&lt;b&gt;\tx", "&lt;b&gt; x"),
        ('<span class="k">if</span>\tx', '<span class="k">if</span>  x'),
        ("甲\tx", "甲  x"),
    ],
)
def test_a_tab_leads_to_the_next_stop(written: str, shown: str) -> None:
    html = PaperRenderer({}).field((f"<pre><code>a\n{written}</code></pre>",))
    assert html == f"<pre><code>a\n{shown}</code></pre>"


def test_no_number_in_a_table_is_divided() -> None:
    there = (lines(on_a_sheet(), 2), lines(printed(one(TABLE), columns=3), 3))
    for every in there:
        for number in ("524288", "Value"):
            assert any(number in line for line in every)
    for word in ("max_connections", "effective_cache_size", "connections", "memory"):
        assert any(word in line for line in there[0])


def test_a_table_without_room_for_its_words_is_set_as_text() -> None:
    pdf = printed(one(TABLE), paper="A5", columns=3)
    assert "Parameter|Value|Unit|Note" in squeezed(body(pdf))
    assert any("524288" in line for line in lines(pdf))


@pytest.mark.slow
@pytest.mark.parametrize("sheet", ["handbook", "cards"])
def test_a_table_of_two_hundred_columns_can_be_read_aloud(sheet: str, tmp_path: Path) -> None:
    rows = ("th", "td", "td")
    cells = ["".join(f"<{tag}>{tag}{n}</{tag}>" for n in range(200)) for tag in rows]
    table = "".join(f"<tr>{row}</tr>" for row in cells)
    (tmp_path / "wide.pdf").write_bytes(
        printed(one(f'<div class="table"><table>{table}</table></div>'), sheet)
    )
    found = validate(str(tmp_path / "wide.pdf")).findings
    assert [each for each in found if each.severity is Severity.ERROR] == []


def test_a_line_of_code_that_goes_on_is_hung_in_on_a_flash_card() -> None:
    code = "docker run --name web --publish 8080:80 registry.example.org/nginx"
    pdf = printed(one(f'<div class="code"><pre><code>{code}\nx=1</code></pre></div>'), "cards")
    (start, end) = (place(pdf, "dockerrun"), place(pdf, "x=1"))
    between = [g for g in glyphs(pdf) if g.page == start.page and end.y < g.y < start.y - 3]
    assert between
    assert min(g.x for g in between) > start.x + 5
    assert end.x == pytest.approx(start.x, abs=0.5)


@pytest.mark.slow
@pytest.mark.parametrize("cards", [1, 42], ids=["in one piece", "as a book"])
@pytest.mark.parametrize("sheet", SHEETS)
def test_a_long_title_leaves_the_version_in_the_foot(sheet: str, cards: int) -> None:
    pdf = hard_to_name(sheet, cards)
    last = max(glyph.page for glyph in glyphs(pdf))
    foot = "".join(g.text for g in glyphs(pdf) if g.page == last and g.y < 40)
    assert "…·" in squeezed(foot) or sheet == "cards"
    assert squeezed(VERSION.name) in squeezed(foot)


SHORT = """<div class="table"><table>
<thead><tr><th>级别</th><th>脏读</th><th>幻读</th><th>说明</th></tr></thead>
<tbody><tr><td>读未提交</td><td>可能</td><td>不会</td>
<td>几乎不用，因为会读到别的事务没有提交的数据，而且没有什么好处</td></tr></tbody></table></div>"""
FIVE = """<div class="table"><table>
<thead><tr><th>Database</th><th>Type</th><th>Consistency</th><th>Replication</th><th>Best for</th>
</tr></thead><tbody><tr><td>Elasticsearch</td><td>Search engine</td><td>Eventual</td>
<td>Primary, replicas</td><td>Full-text search</td></tr></tbody></table></div>"""


LONG_LINE = '<span class="k">func</span> (s *Server) handleConnection(ctx context.Context, c int)'
STEPS = {
    f"SYN_S{letter}NT": f"<p>{'进' * count}入 <code>SYN_S{letter}NT</code>。</p>"
    for count, letter in enumerate(ascii_uppercase[:20], 4)
}


@cache
def on_a_sheet() -> bytes:
    """A handbook with all tables and a line of code."""
    answers = (TABLE, SHORT, FIVE, f"<pre><code>{LONG_LINE}</code></pre>")
    made = tuple(card(f"c{n}", f"问题{n}？", answer) for n, answer in enumerate(answers))
    return printed(deck(Section("one", "一节", (), made)))


@cache
def on_cards() -> bytes:
    """Flash cards: a table, and steps with a name in each."""
    made = (
        card("table", "表格？", SHORT),
        *(
            card(f"c{n}", "顺序？", kind=CardKind.ORDERED, steps=((step,), ("二",)))
            for n, step in enumerate(STEPS.values())
        ),
    )
    return printed(deck(Section("one", "一节", (), made)), "cards")


@pytest.mark.slow
@pytest.mark.parametrize("pdf", [on_a_sheet, on_cards])
def test_a_few_characters_in_a_cell_stay_in_one_line(pdf: Callable[[], bytes]) -> None:
    there = lines(pdf(), 2)
    assert any("级别脏读幻读说明" in line for line in there)
    assert any("读未提交可能不会" in line for line in there)


def test_five_columns_of_words_are_whole_in_smaller_type() -> None:
    there = lines(on_a_sheet(), 2)
    for word in ("Elasticsearch", "Consistency", "Replication", "Eventual"):
        assert any(word in line for line in there)


def test_a_line_of_code_goes_on_where_its_last_word_fits() -> None:
    there = lines(on_a_sheet(), 2)
    assert any(line.startswith("func(s*Server)handleConnection(") for line in there)


def test_a_name_is_not_broken_where_the_next_line_has_room_for_it() -> None:
    there = lines(on_cards(), 2)
    whole = Counter(name for name in STEPS for line in there if name in line)
    assert whole == dict.fromkeys(STEPS, 2)  # on the front and on the back
    assert len(STEPS) == 20


def test_quotes_and_apostrophes_of_english_are_narrow() -> None:
    pdf = printed(one("<p>It’s “fine”.</p>", lang="en"))
    quotes = [glyph for glyph in glyphs(pdf) if glyph.text in "’“”"]
    assert len(quotes) == 3
    assert all(glyph.box[2] - glyph.box[0] < 0.6 * glyph.size for glyph in quotes)


def test_a_list_copies_with_its_bullets_and_numbers() -> None:
    text = "<ul><li>甲<ul><li>乙</li></ul></li></ul><ol><li><p>丙</p></li><li>丁</li></ol>"
    copied = body(printed(one(text))).replace("·", "•")  # the font has one glyph for both
    assert "•甲◦乙1.丙2.丁" in copied


def test_no_badge_is_divided_behind_an_option_of_any_length() -> None:
    options = tuple(Option(("问" * length,), True) for length in range(8, 40))
    choice = replace(card("c", "题" * 18, "答"), kind=CardKind.CHOICE, level=2, options=options)
    there = lines(printed(deck(Section("one", "一节", (), (choice,))), columns=3), 3)
    assert sum(line.count("正确") for line in there) == len(options)
    assert sum(line.count("进阶") for line in there) == 1


def test_the_letters_of_an_answer_run_in_with_what_is_said_of_it() -> None:
    options = (Option(("甲",), False), Option(("乙",), True))
    choice = replace(
        card("c", "哪个？", "<p>因为如此。</p>"), kind=CardKind.CHOICE, options=options
    )
    key = printed(deck(Section("one", "一节", (), (choice,))), "test", columns=1)
    assert place(key, "B因为如此").y == place(key, "因为如此").y
