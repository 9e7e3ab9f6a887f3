"""The columns of the self-test are full, and there is room to write in each of them."""

from __future__ import annotations

from collections import Counter
from functools import cache
from io import BytesIO
from itertools import pairwise

import pytest
from pdfminer.high_level import extract_pages
from pdfminer.layout import LTRect

from deckpress.model import Deck, Section
from exporters.job import PrintOptions
from exporters.pdf import export
from exporters.pdf.setting.page_geometry import Geometry
from exporters.pdf.sheets.self_test import SelfTest
from exporters.pdf.weasy.press import print_part
from tests.exporters.pdf_reading import MILLIMETRE, glyphs, squeezed
from tests.exporters.printing import here, printed
from tests.exporters.samples import VERSION, Kept, card, deck

GEOMETRY = Geometry()
FOOT = GEOMETRY.height - GEOMETRY.bottom  # of a column, in millimetres from the top
LONG = "".join(f"<p>题面的第{number}段。</p>" for number in range(90))  # more than two columns

Column = tuple[int, int]  # the page and the place on it


def asked(*counts: int, longest: int = 70, lead: str = "", edited: str = "") -> Deck:
    """So many questions in each section, with answers of many lengths, in characters.

    The fifth has a `lead`, and the one with the id `edited` another text.
    """
    sections = []
    for at, count in enumerate(counts):
        cards = [
            card(
                f"c{at}-{number}",
                f"第<code>q{at}x{number}</code>{'改' if edited == f'c{at}-{number}' else ''}问？",
                f"<p>{'答' * (8 + number * 37 % longest)}</p>",
                section=f"s{at}",
                lead=(lead,) if lead and number == 4 else (),
            )
            for number in range(count)
        ]
        sections.append(Section(f"s{at}", f"第{at}章", (), tuple(cards)))
    return deck(*sections)


@cache
def one_part(questions: int = 20, longest: int = 70) -> bytes:
    """The columns of a part, each on a page; the first two begin below the cover."""
    (chunk,) = SelfTest(asked(questions, longest=longest), VERSION).book().chunks
    return print_part(chunk.sheet)


def bars(pdf: bytes, least: float, most: float) -> dict[Column, list[tuple[float, float]]]:
    """Top and bottom of what is as wide as between these lengths, in each column, from the top."""
    found: dict[Column, list[tuple[float, float]]] = {}
    step = GEOMETRY.column_width + GEOMETRY.gap
    for number, page in enumerate(extract_pages(BytesIO(pdf))):
        for item in page:
            if isinstance(item, LTRect) and least < item.width / MILLIMETRE < most:
                place = number, int((item.x0 / MILLIMETRE - GEOMETRY.left + 1) / step)
                ends = (round((page.height - y) / MILLIMETRE, 1) for y in (item.y1, item.y0))
                found.setdefault(place, []).append((next(ends), next(ends)))
    return found


def lines(pdf: bytes) -> dict[Column, list[float]]:
    """How far down the lines to write on are in each column."""
    wide = bars(pdf, 0.8 * GEOMETRY.column_width, 0.95 * GEOMETRY.column_width)
    ends = {
        place: sorted({low for top, low in found if low - top > 6}) for place, found in wide.items()
    }
    return {place: found[1::2] for place, found in ends.items()}  # a line is drawn within two boxes


def test_each_column_of_a_part_is_full() -> None:
    found = lines(one_part())
    assert len(found) == 3
    assert [lowest[-1] for lowest in found.values()] == pytest.approx([FOOT] * 3, abs=0.3)


@pytest.mark.parametrize(
    ("questions", "longest"),
    [
        pytest.param(20, 70, id="answers of many lengths"),
        pytest.param(20, 1, id="all short, a little too many", marks=pytest.mark.slow),
    ],
)
def test_there_is_room_to_write(questions: int, longest: int) -> None:
    """Lines are as far apart as handwriting needs, and each question has two at least."""
    for found in lines(one_part(questions, longest)).values():
        steps = [after - before for before, after in pairwise(found)]
        assert min(steps) >= 6.5
        runs = "".join("x" if step < 7.5 else " " for step in steps).split(" ")
        assert all(runs)


def test_the_ground_of_code_moves_with_its_word() -> None:
    grounds = bars(one_part(), 2, 12)
    words = {
        (glyph.page, round((GEOMETRY.height - glyph.y / MILLIMETRE), 1))
        for glyph in glyphs(one_part())
        if glyph.text == "q"
    }
    assert len(words) == 20
    for page, baseline in words:
        assert any(top < baseline < low for top, low in grounds[page, 0])


@pytest.mark.slow
def test_the_last_part_fills_its_page() -> None:
    """It would take one column of the second page, and leave the other one empty."""
    *questions, _ = glyph_columns(printed(asked(27), "test"))
    assert questions == [{0, 1}, {0, 1}]


def glyph_columns(pdf: bytes) -> list[set[int]]:
    """The columns of each page in which something stands."""
    found: dict[int, set[int]] = {}
    middle = GEOMETRY.width / 2 * MILLIMETRE
    for glyph in glyphs(pdf):
        if 14 < GEOMETRY.height - glyph.y / MILLIMETRE < FOOT:
            found.setdefault(glyph.page, set()).add(int(glyph.x > middle))
    return [found[page] for page in sorted(found)]


@pytest.mark.slow
def test_a_question_longer_than_a_column_goes_on_and_is_asked_once() -> None:
    pdf = printed(asked(14, lead=LONG), "test")
    text = squeezed("".join(glyph.text for glyph in glyphs(pdf)))
    assert [text.count(f"题面的第{number}段。") for number in range(90)] == [1] * 90
    order = [text.index(f"q0x{number}问") for number in range(14)]
    assert order == sorted(order)
    assert all(low <= FOOT + 0.3 for found in lines(pdf).values() for low in found)


@pytest.mark.slow
def test_an_edit_lays_out_one_part_of_the_questions_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("exporters.pdf.sheets.chunks._USUAL_WEIGHT", 4_000)
    memo, job = Kept(), PrintOptions(sheets=("test",))
    export(asked(9, 8, 9), VERSION, here(job, memo))
    kept = len(memo)
    (sheet,) = export(asked(9, 8, 9, edited="c1-3"), VERSION, here(job, memo))
    assert len(memo) == kept + 1
    text = squeezed("".join(glyph.text for glyph in glyphs(sheet.data)))
    assert Counter(text)["改"] == 1
