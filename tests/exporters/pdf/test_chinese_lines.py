"""Chinese as its readers expect it: no holes between two marks, and lines that end together."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from itertools import pairwise

import pytest
from pdfminer.high_level import extract_text

from deckpress.model import Section
from tests.exporters.pdf_reading import MILLIMETRE, Glyph, glyphs
from tests.exporters.printing import printed
from tests.exporters.samples import card, deck

MIDDLE = 105 * MILLIMETRE
PAIRS = "他说「好」，再（见）。看「（一）」：三、「四」"
SPREAD = "进程收到信号，先停掉监听，再把手上的请求做完；到了时限还没做完的，一律断开。" * 4
CODE = "容器里的一号进程用<code>exec</code>换成真正的程序，信号才到得了它。" * 4


@cache
def page() -> bytes:
    """Two columns: pairs of marks, lines of every length that end in a mark, and paragraphs."""
    ends = (f"<p>{'一' * length}丁，{'丙' * 9}。</p>" for length in range(20, 32))
    # So narrow that a line has room for half a character more.
    quoted = f"<blockquote><blockquote>{''.join(ends)}</blockquote></blockquote>"
    text = "".join((f"<p>{PAIRS}</p>", quoted, f"<p>{SPREAD}</p>", f"<p>{CODE}</p>"))
    return printed(deck(Section("one", "一节", (), (card("c", "问？", text),))), columns=2)


def rows(pdf: bytes) -> list[list[Glyph]]:
    """The glyphs of each line in its column, without spaces."""
    found: dict[tuple[int, bool, int], list[Glyph]] = {}
    for glyph in glyphs(pdf):
        if glyph.text.strip():
            place = (glyph.page, glyph.x > MIDDLE, round(glyph.y))
            found.setdefault(place, []).append(glyph)
    return list(found.values())


def steps(row: list[Glyph]) -> dict[str, float]:
    """How far it is, in ems, from each glyph to the next."""
    return {
        one.text + other.text: (other.x - one.x) / (one.box[2] - one.box[0])
        for one, other in pairwise(row)
    }


def ends(text: str) -> list[float]:
    """Where the lines that hold nothing but these characters end, but for the last."""
    full = [row for row in rows(page()) if {glyph.text for glyph in row} <= set(text)]
    return [row[-1].box[2] for row in full][:-1]


@pytest.mark.parametrize("pair", ["」，", "）。", "「（", "）」", "」：", "、「"])
def test_two_marks_in_a_row_take_one_and_a_half_ems(pair: str) -> None:
    (row,) = (row for row in rows(page()) if "他说" in "".join(glyph.text for glyph in row))
    each = steps(row)
    # The ink of an opening mark is in its second half, which is where the mark before it ends.
    assert each[pair] == pytest.approx(0.5, abs=0.03)
    assert each["他说"] == pytest.approx(1, abs=0.03)


def test_what_is_copied_is_what_was_written() -> None:
    copied = extract_text(BytesIO(page()))
    assert PAIRS in copied
    assert SPREAD[:20] in copied


def test_a_line_ends_with_a_mark_that_has_half_its_room() -> None:
    words = ["".join(glyph.text for glyph in row) for row in rows(page())]
    full = max(len(word) for word in words if set(word) == {"一"})
    assert f"{'一' * (full - 1)}丁，" in words


@pytest.mark.parametrize("text", [SPREAD, CODE.replace("<code>", "").replace("</code>", "")])
def test_lines_of_a_wide_column_end_together(text: str) -> None:
    found = ends(text)
    assert len(found) > 2
    assert max(found) - min(found) < 1
