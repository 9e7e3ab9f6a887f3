"""Sheets to fold: which page lies where, and that it stands upright when the paper is folded."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from io import BytesIO

import pikepdf
import pytest

from exporters.pdf.book.folding import booklet, pocket
from tests.exporters.pdf_reading import glyphs, page_sizes, squeezed
from tests.exporters.printing import printed
from tests.exporters.samples import sample

MILLIMETRE = 72 / 25.4


@dataclass(frozen=True)
class Lies:
    """Where the number of a page is read: the side of the paper, and the place in percent."""

    side: int
    across: int
    down: int
    upright: bool


def numbered(count: int, width: float, height: float) -> bytes:
    """A PDF of small pages, each with its letter in its middle: A for the first."""
    with pikepdf.Pdf.new() as made:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1)
        font.BaseFont = pikepdf.Name.Helvetica
        for number in range(count):
            page = made.add_blank_page(page_size=(width * MILLIMETRE, height * MILLIMETRE)).obj
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
            middle = f"{width * MILLIMETRE / 2:.2f} {height * MILLIMETRE / 2:.2f}"
            text = f"BT /F 1 Tf 1 0 0 1 {middle} Tm ({chr(65 + number)}) Tj ET"
            page.Contents = made.make_stream(text.encode())
        buffer = BytesIO()
        made.save(buffer)
        return buffer.getvalue()


def lying(pdf: bytes) -> dict[Lies, str]:
    """The letter of the page that lies at each place."""
    (wide, high), *_ = page_sizes(pdf)
    return {
        Lies(
            glyph.page,
            round(100 * glyph.x / MILLIMETRE / wide),
            100 - round(100 * glyph.y / MILLIMETRE / high),
            glyph.upright,
        ): glyph.text
        for glyph in glyphs(pdf)
    }


@pytest.mark.parametrize("count", [1, 4, 5, 8, 13])
def test_a_booklet_is_read_from_the_first_page_to_the_last(count: int) -> None:
    """Folded sheets lie in one another; the back of a left half is the right half of the back."""
    pdf = booklet(numbered(count, 148.5, 210), "A4")
    assert set(page_sizes(pdf)) == {(297, 210)}
    there, sheets = lying(pdf), range(0, len(page_sizes(pdf)), 2)
    outside_in = [
        Lies(sheet + behind, across, 50, True)
        for sheet in sheets
        for behind, across in ((0, 75), (1, 25))
    ]
    inside_out = [
        Lies(sheet + behind, across, 50, True)
        for sheet in reversed(sheets)
        for behind, across in ((1, 75), (0, 25))
    ]
    read = [there.pop(place, "") for place in outside_in + inside_out]
    assert read[:count] == list("ABCDEFGHIJKLM"[:count])  # the empty pages are at the end
    assert len(read) == 4 * len(sheets) == -(-count // 4) * 4
    assert not there


def test_inner_sheets_of_a_booklet_are_printed_nearer_to_the_fold() -> None:
    """Each sheet of 0.1 mm pushes those inside it outwards; printed so, all margins are alike."""
    pdf = booklet(numbered(13, 148.5, 210), "A4")
    across = {
        (glyph.page, glyph.x > 148.5 * MILLIMETRE): glyph.x / MILLIMETRE for glyph in glyphs(pdf)
    }
    for (side, right), x in across.items():
        creep = side // 2 * 0.1
        assert x == pytest.approx(222.75 - creep if right else 74.25 + creep, abs=0.01)
    assert {side for side, _ in across} == set(range(8))


@pytest.mark.parametrize("count", [2, 8, 11])
def test_a_pocket_sheet_is_read_from_the_front_to_the_back(count: int) -> None:
    """Front and back are the lower half. The upper one, behind it, stands on its head till then."""
    pdf = pocket(numbered(count, 105, 148.5), "A4")
    assert set(page_sizes(pdf)) == {(210, 297)}
    there, read = lying(pdf), []
    for side in range(0, len(page_sizes(pdf)), 2):
        read += [
            Lies(side, 75, 75, True),  # the front
            Lies(side, 75, 25, False),  # behind it, and opposite
            Lies(side, 25, 25, False),
            *(Lies(side + 1, across, down, True) for down in (25, 75) for across in (25, 75)),
            Lies(side, 25, 75, True),  # the back
        ]
    letters = [there.pop(place, "") for place in read]
    assert letters[:count] == list("ABCDEFGHIJKLM"[:count])
    assert not there


def test_a_booklet_has_the_words_of_the_handbook_on_small_pages() -> None:
    first, *_ = sample().sections
    made = replace(sample(), sections=(replace(first, cards=first.cards[:3]),))
    small, large = (
        Counter(squeezed("".join(glyph.text for glyph in glyphs(pdf))))
        for pdf in (
            printed(made, booklet=True),
            printed(made, paper="A4/2"),
        )
    )
    assert small == large


def test_a_pocket_sheet_is_one_sheet_of_paper_in_type_that_can_be_read() -> None:
    pdf = printed(sample(), "cheat", pocket=True)
    assert page_sizes(pdf) == [(210, 297)] * 2
    assert min(glyph.size for glyph in glyphs(pdf)) >= 6.99
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert "1.2.3-dev+0a1b2c3d" in str(opened.docinfo.Keywords)
        assert opened.Root.ViewerPreferences.Duplex == pikepdf.Name.DuplexFlipLongEdge
