"""How wide a line of text is in the bundled fonts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import uharfbuzz

from exporters.theme import FONTS

REGULAR, BOLD = FONTS / "NotoSansSC-Regular.ttf", FONTS / "NotoSansSC-Bold.ttf"
POINTS = 72 / 25.4  # in a millimetre
CUT = "…"  # stands where a text was cut short


def width(text: str, size: float, bold: bool = False) -> float:
    """How wide a text is, in millimetres."""
    return sum(_advance(character, bold) for character in text) * size / POINTS


def shortened(text: str, room: float, size: float, bold: bool = False) -> str:
    """The text, or as much of it as there is room for, in millimetres, and that it goes on."""
    if width(text, size, bold) <= room:
        return text
    while text and width(text + CUT, size, bold) > room:
        text = text[:-1]
    return text.rstrip() + CUT


@cache
def _advance(character: str, bold: bool) -> float:
    """The width of a character, in ems; that of Chinese where another font has it."""
    path = BOLD if bold else REGULAR
    number = font(path).get_nominal_glyph(ord(character))
    return font(path).get_glyph_h_advance(number) / face(path).upem if number else 1.0


@cache
def face(path: Path) -> uharfbuzz.Face:
    return uharfbuzz.Face(path.read_bytes())


@cache
def font(path: Path) -> uharfbuzz.Font:
    return uharfbuzz.Font(face(path))
