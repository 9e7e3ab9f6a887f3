"""Where on a page the text stands."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from exporters.job import PAPERS, Printing
from exporters.pdf.setting.nesting import INDENT
from exporters.pdf.sheet import Imposition, Label
from exporters.theme import color

_SIZE, _LARGE = 8.4, 16.0  # points; in large print the smallest text to read has 14
# The width of a letter of code and that of a card's margin, by the size of the type (card.css), and
# the millimetres between them.
_CODE = 0.774 * 0.6
_GUTTER_HAN, _GUTTER, _PADDING = 2.87, 4.56, 5.8
_POINT = 25.4 / 72  # millimetres
_NARROW = 170  # a page of that width has one column
_HEAD, _FOOT = 7.2, 6.6  # points, in the usual type


@dataclass(frozen=True, slots=True)
class Geometry:
    """A page of columns, and the `size` of its type in points. All other lengths are in
    millimetres.
    """

    width: float = 210
    height: float = 297
    top: float = 17
    right: float = 13
    bottom: float = 15
    left: float = 13
    columns: int = 2
    gap: float = 8
    size: float = _SIZE
    ink_saver: bool = False

    @classmethod
    def of(cls, printing: Printing, size: float = 0) -> Geometry:
        """What was asked for, in type of `size` points or of one that suits the paper."""
        width, height = PAPERS[printing.paper]
        columns = printing.columns or (1 if printing.large_print or width < _NARROW else 2)
        chosen = size or (_LARGE if printing.large_print else _SIZE)
        if width < _NARROW:
            return cls(width, height, 14, 10, 12, 10, columns, 6, chosen, printing.ink_saver)
        return cls(width, height, columns=columns, size=chosen, ink_saver=printing.ink_saver)

    def code(self, lang: str) -> int:
        """How many characters of code stand in a line of a column, on a card in that language."""
        return int((self.card(lang) - _PADDING) / self._letter)

    def card(self, lang: str) -> float:
        """The width of what stands on a card in that language, in millimetres."""
        gutter = _GUTTER_HAN if lang.startswith("zh") else _GUTTER
        return self.column - gutter * self.size * _POINT

    @property
    def code_indent(self) -> int:
        """How many of them a list takes from the code in it."""
        return ceil(INDENT / self._letter)

    @property
    def _letter(self) -> float:
        return _CODE * self.size * _POINT

    @property
    def scale(self) -> float:
        """How large the type is beside the usual one."""
        return self.size / _SIZE

    @property
    def column(self) -> float:
        """The width of a column."""
        room = self.width - self.left - self.right
        return (room - self.gap * (self.columns - 1)) / self.columns

    def imposition(self) -> Imposition:
        """Columns that were set as pages of their own, side by side on the page."""
        step = self.column + self.gap
        lefts = (self.left + step * number for number in range(self.columns))
        return Imposition((self.width, self.height), tuple((left, self.top) for left in lefts))

    def of_pages(self) -> str:
        """The CSS of a document whose pages are whole, and whose cards flow in columns."""
        margins = f"{self.top}mm {self.right}mm {self.bottom}mm {self.left}mm"
        return (
            f"@page {{ size: {self.width}mm {self.height}mm; margin: {margins} }}\n"
            f"main {{ columns: {self.columns}; column-gap: {self.gap}mm }}\n"
            f"html {{ font-size: {self.size}pt }}\n"
            f":root {{ --head: {self._head_size:.2f}pt; --foot: {self._foot_size:.2f}pt }}\n"
        )

    def of_columns(self) -> str:
        """The CSS of a document whose pages are columns, for `imposition`."""
        height = self.height - self.top - self.bottom
        page = f"@page {{ size: {self.column:.3f}mm {height}mm; margin: 0 }}\n"
        return page + f"html {{ font-size: {self.size}pt }}\n"

    def head_left(self, text: str) -> Label:
        return Label(
            text,
            self.left,
            self._head,
            0.62 * self._room,
            self._head_size,
            self._color("accent"),
            bold=True,
        )

    def head_right(self, text: str) -> Label:
        x = self.width - self.right
        return Label(
            text,
            x,
            self._head,
            0.36 * self._room,
            self._head_size,
            self._color("muted"),
            right=True,
        )

    def foot_left(self, text: str) -> Label:
        return Label(
            text, self.left, self._foot, 0.72 * self._room, self._foot_size, self._color("muted")
        )

    def foot_right(self, text: str) -> Label:
        x = self.width - self.right
        return Label(
            text,
            x,
            self._foot,
            0.26 * self._room,
            self._foot_size,
            self._color("muted"),
            right=True,
        )

    @property
    def room(self) -> tuple[float, float]:
        """The width and height of what stands between the margins."""
        return self._room, self.height - self.top - self.bottom

    def _color(self, name: str) -> str:
        return "#000000" if self.ink_saver else color(name)

    @property
    def _room(self) -> float:
        return self.width - self.left - self.right

    @property
    def _head_size(self) -> float:
        """In small type, heads and feet stay as large as they are."""
        return _HEAD * max(1.0, self.scale)

    @property
    def _foot_size(self) -> float:
        return _FOOT * max(1.0, self.scale)

    @property
    def _head(self) -> float:
        return self.top - 3.7

    @property
    def _foot(self) -> float:
        return self.height - self.bottom + 4.7
