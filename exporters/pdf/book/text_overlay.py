"""Lines of text written straight onto pages: running heads, feet, page numbers.

They say what is known when all pages are there, on every page of a book; laying them out with
WeasyPrint would take as long as the contents of the pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from exporters.pdf.setting.missing_glyphs import BOX
from exporters.pdf.setting.text_width import CUT, POINTS, face, font
from exporters.pdf.sheet import Label

_UNITS = 1000  # of a font's size, in which a PDF has its widths


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph as it is in the font's file: its width in thousandths of the size, its text."""

    width: int
    text: str


class Lettering:
    """Writes labels in fonts that the document has, and remembers which glyphs it needed.

    `names` are the names of the fonts in the document, by file: the regular text font and the
    bold one first, then those that have what these lack.
    """

    def __init__(self, regular: Path, bold: Path, names: Mapping[Path, str]) -> None:
        self._names = names
        others = [path for path in names if path not in (regular, bold)]
        self._order = {False: [regular, bold, *others], True: [bold, regular, *others]}
        self.used: dict[Path, dict[int, Glyph]] = {}

    def written(self, label: Label, height: float) -> bytes:
        """The operators that write the label on a page of this height (in points)."""
        glyphs = self._fitting(label)
        left = label.x * POINTS
        if label.right:
            left -= sum(glyph.width for _, _, glyph in glyphs) * label.size / _UNITS
        red, green, blue = (int(label.color[i : i + 2], 16) / 255 for i in (1, 3, 5))
        operators = [
            f"{red:.3f} {green:.3f} {blue:.3f} rg BT",
            f"1 0 0 1 {left:.3f} {height - label.y * POINTS:.3f} Tm",
        ]
        before = None
        for path, number, glyph in glyphs:
            self.used.setdefault(path, {})[number] = glyph
            if path != before:
                operators.append(f"{self._names[path]} {label.size} Tf")
                before = path
            operators.append(f"<{number:04x}> Tj")
        operators.append("ET\n")
        return " ".join(operators).encode("ascii")

    def _fitting(self, label: Label) -> list[tuple[Path, int, Glyph]]:
        most = label.width * POINTS / label.size * _UNITS
        glyphs = self._glyphs(label.text, label.bold)
        if sum(glyph.width for _, _, glyph in glyphs) <= most:
            return glyphs
        end = self._glyphs(CUT, label.bold)
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
                width = round(advance * _UNITS / face(path).upem)
                return path, number, Glyph(width, character)
        return None
