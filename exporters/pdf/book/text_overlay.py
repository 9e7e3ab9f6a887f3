"""Writes lines of text directly onto finished pages: running heads, feet, page numbers.

They are known only when all pages of a book exist. To lay them out with WeasyPrint would take as
long as the pages themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from exporters.pdf.setting.missing_glyphs import BOX
from exporters.pdf.setting.text_width import ELLIPSIS, POINTS_PER_MM, face, font
from exporters.pdf.sheet import Label

_UNITS_PER_EM = 1000  # the unit of glyph widths in a PDF


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph of a font: its width in thousandths of an em, and the text it stands for."""

    width: int
    text: str


class TextOverlay:
    """Writes labels in the fonts of a document, and collects the glyphs it uses.

    `regular` and `bold` are the files of the text fonts. `names` maps each font file to the name of
    the font in the document. The other fonts are used for characters that the text fonts lack.
    """

    def __init__(self, regular: Path, bold: Path, names: Mapping[Path, str]) -> None:
        self._names = names
        others = [path for path in names if path not in (regular, bold)]
        self._order = {False: [regular, bold, *others], True: [bold, regular, *others]}
        self.used_glyphs: dict[Path, dict[int, Glyph]] = {}

    def operators(self, label: Label, height: float) -> bytes:
        """The PDF operators that write `label` on a page of `height` points."""
        glyphs = self._fitting_glyphs(label)
        left = label.x * POINTS_PER_MM
        if label.right_aligned:
            left -= sum(glyph.width for _, _, glyph in glyphs) * label.size / _UNITS_PER_EM
        red, green, blue = (int(label.color[i : i + 2], 16) / 255 for i in (1, 3, 5))
        parts = [
            f"{red:.3f} {green:.3f} {blue:.3f} rg BT",
            f"1 0 0 1 {left:.3f} {height - label.y * POINTS_PER_MM:.3f} Tm",
        ]
        before = None
        for path, number, glyph in glyphs:
            self.used_glyphs.setdefault(path, {})[number] = glyph
            if path != before:
                parts.append(f"{self._names[path]} {label.size} Tf")
                before = path
            parts.append(f"<{number:04x}> Tj")
        parts.append("ET\n")
        return " ".join(parts).encode("ascii")

    def _fitting_glyphs(self, label: Label) -> list[tuple[Path, int, Glyph]]:
        most = label.width * POINTS_PER_MM / label.size * _UNITS_PER_EM
        glyphs = self._glyphs(label.text, label.bold)
        if sum(glyph.width for _, _, glyph in glyphs) <= most:
            return glyphs
        end = self._glyphs(ELLIPSIS, label.bold)
        while glyphs and sum(glyph.width for _, _, glyph in (*glyphs, *end)) > most:
            glyphs.pop()
        return glyphs + end

    def _glyphs(self, text: str, bold: bool) -> list[tuple[Path, int, Glyph]]:
        found = (self._glyph(character, bold) or self._glyph(BOX, bold) for character in text)
        return [glyph for glyph in found if glyph]

    def _glyph(self, character: str, bold: bool) -> tuple[Path, int, Glyph] | None:
        for path in self._order[bold]:
            number = path in self._names and font(path).get_nominal_glyph(ord(character))
            if number:
                advance = font(path).get_glyph_h_advance(number)
                width = round(advance * _UNITS_PER_EM / face(path).upem)
                return path, number, Glyph(width, character)
        return None
