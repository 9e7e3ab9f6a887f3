"""Content that no column was made for: all of it is printed, and none of it leaves its column."""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO

import pytest
from PIL import Image

from deckpress.model import Asset, Card, Deck, Math, Part, PartName, Picture, Section
from exporters.pdf import export
from tests.exporters.pdf_reading import (
    BODY,
    HANDBOOK,
    MARGIN,
    MILLIMETRE,
    bitmaps,
    body,
    glyphs,
    squeezed,
)
from tests.exporters.samples import VERSION, card, deck

TOKEN = "".join(f"x{number:03d}" for number in range(125))
CELLS = [f"格{number}" for number in range(40)]
QUESTION = "".join(f"第{number}个条件成立时，" for number in range(60)) + "会怎样？"
SENTENCES = [
    f"这是很长的回答里的第{number}句话，它说的是同一件事的另一面。" for number in range(160)
]
LINES = [f"server 10.0.{number}.1:8001 weight={number};" for number in range(90)]
NARROW = [f"列{number}甲乙丙" for number in range(9)]

pytestmark = pytest.mark.slow

COLUMN = 91.75 * MILLIMETRE
GAP = 6.5 * MILLIMETRE


def _row(cells: list[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


def _table(cells: list[str]) -> str:
    rows = _row(cells, "td") * 2
    head = _row(cells, "th")
    return f'<div class="table"><table><thead>{head}</thead><tbody>{rows}</tbody></table></div>'


def _cards() -> list[Card]:
    tall = Picture("tall.png", "很高的图", 400, 8000)
    broad = Picture("broad.png", "很宽的图", 8000, 400)
    unsized = Picture("broad.png", "不知大小的图")
    wide = Math(
        "x" * 80,
        True,
        '<svg xmlns="http://www.w3.org/2000/svg" width="90em" '
        'height="2em" viewBox="0 0 90 2"><path d="M0 0H90V2H0z"/></svg>',
        10,
    )
    code = '<div class="code"><pre><code>{}</code></pre></div>'
    nested = "<ul><li>外" * 12 + "里" + "</li></ul>" * 12
    return [
        card("token", TOKEN, f"<p>{TOKEN}</p><p><code>{TOKEN}</code></p>" + code.format(TOKEN)),
        card("table", "四十列？", _table(CELLS) + _table([TOKEN[:100], "短"]) + _table(NARROW)),
        card("images", "图？", ("<p>", tall, "</p><p>", broad, unsized, "</p><p>", wide, "</p>")),
        card("question", QUESTION, "<p>不会怎样。</p>"),
        card("answer", "三千字？", "<p>" + "".join(SENTENCES) + "</p>"),
        card("code", "长代码？", code.format("\n".join(LINES))),
        card("nested", "很深？", nested, parts=(Part(PartName.PITFALL, (nested,)),)),
        card("empty", "没有答案？"),
    ]


def _deck() -> Deck:
    made = deck(
        Section("nothing", "没有卡片也没有介绍", (), ()),
        Section("long", "很长的标题" * 30, (), tuple(_cards())),
        title="很长的卡组名字" * 12,
    )
    assets = {
        "tall.png": Asset("tall.png", "image/png", _image(100, 2000)),
        "broad.png": Asset("broad.png", "image/png", _image(2000, 100)),
    }
    return Deck(made.name, made.meta, made.sections, assets, made.source)


@cache
def _pdf() -> bytes:
    (artifact,) = export(_deck(), VERSION, HANDBOOK)
    return artifact.data


@pytest.mark.parametrize(
    "text",
    [TOKEN, QUESTION, "没有卡片也没有介绍", "很长的标题" * 30, "没有答案？", "外" * 12 + "里"],
    ids=["token", "question", "section", "heading", "no answer", "nested"],
)
def test_long_text_is_printed_whole(text: str) -> None:
    assert squeezed(text) in body(_pdf()).replace("•", "").replace("▪", "").replace("◦", "")


def test_a_long_answer_loses_no_sentence_over_columns_and_pages() -> None:
    text = re.sub(r"\d续", "", body(_pdf()))  # what stands above columns that go on
    assert [sentence for sentence in SENTENCES if sentence not in text] == []
    assert [line for line in LINES if squeezed(line) not in text] == []


def test_no_cell_of_a_wide_table_is_lost() -> None:
    text = body(_pdf())
    assert all(text.count(cell) >= 3 for cell in [*CELLS, *NARROW, "短"])


def test_nothing_leaves_its_column_or_its_page() -> None:
    low, high = BODY
    left = MARGIN - 1
    for glyph in glyphs(_pdf()):
        x0, y0, x1, y1 = glyph.box
        if glyph.text in "，。、；：）」』》":  # at the end of a line, the empty half is cut off
            x1 -= glyph.size / 2
        assert y0 > 8 * MILLIMETRE
        assert y1 < 289 * MILLIMETRE
        first = left <= x0 and x1 <= left + COLUMN + 2
        second = left + COLUMN + GAP <= x0 and x1 <= left + 2 * COLUMN + GAP + 2
        contents = glyph.page < 1
        assert first or second or contents or not low < glyph.y < high, glyph


def test_pictures_larger_than_a_page_are_printed() -> None:
    assert len(bitmaps(_pdf())) == 3


def _image(width: int, height: int) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (width, height), (36, 80, 110)).save(buffer, "PNG")
    return buffer.getvalue()
