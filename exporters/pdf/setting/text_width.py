"""Measures the width of text in the bundled fonts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import uharfbuzz

from exporters.theme import FONTS

REGULAR, BOLD = FONTS / "NotoSansSC-Regular.ttf", FONTS / "NotoSansSC-Bold.ttf"
POINTS_PER_MM = 72 / 25.4
ELLIPSIS = "…"  # the end of a text that was cut short


def text_width(text: str, size: float, bold: bool = False) -> float:
    """The width of `text` in millimetres, in type of `size` points."""
    return sum(_advance(character, bold) for character in text) * size / POINTS_PER_MM


def shorten(text: str, room: float, size: float, bold: bool = False) -> str:
    """`text`, cut short with an ellipsis if it is wider than `room` millimetres.

    `size` is in points.
    """
    if text_width(text, size, bold) <= room:
        return text
    while text and text_width(text + ELLIPSIS, size, bold) > room:
        text = text[:-1]
    return text.rstrip() + ELLIPSIS


@cache
def _advance(character: str, bold: bool) -> float:
    """The width of a character in ems; 1 em, as for Chinese, if only another font has it."""
    path = BOLD if bold else REGULAR
    number = font(path).get_nominal_glyph(ord(character))
    return font(path).get_glyph_h_advance(number) / face(path).upem if number else 1.0


@cache
def face(path: Path) -> uharfbuzz.Face:
    """The font file at `path` as a HarfBuzz face."""
    return uharfbuzz.Face(path.read_bytes())


@cache
def font(path: Path) -> uharfbuzz.Font:
    """The font file at `path` as a HarfBuzz font."""
    return uharfbuzz.Font(face(path))
