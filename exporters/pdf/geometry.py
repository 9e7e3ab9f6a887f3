"""Where on a page the text stands."""

from __future__ import annotations

from dataclasses import dataclass

from exporters.theme import color

from .imposition import Imposition
from .lettering import Label


@dataclass(frozen=True, slots=True)
class Geometry:
    """A page of columns. All lengths are in millimetres."""

    width: float = 210
    height: float = 297
    top: float = 17
    right: float = 13
    bottom: float = 15
    left: float = 13
    columns: int = 2
    gap: float = 8

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
        )

    def of_columns(self) -> str:
        """The CSS of a document whose pages are columns, for `imposition`."""
        height = self.height - self.top - self.bottom
        return f"@page {{ size: {self.column:.3f}mm {height}mm; margin: 0 }}\n"

    def head_left(self, text: str) -> Label:
        return Label(
            text, self.left, self._head, 0.62 * self._room, 7.2, color("accent"), bold=True
        )

    def head_right(self, text: str) -> Label:
        x = self.width - self.right
        return Label(text, x, self._head, 0.36 * self._room, 7.2, color("muted"), right=True)

    def foot_left(self, text: str) -> Label:
        return Label(text, self.left, self._foot, 0.72 * self._room, 6.6, color("muted"))

    def foot_right(self, text: str) -> Label:
        x = self.width - self.right
        return Label(text, x, self._foot, 0.26 * self._room, 6.6, color("muted"), right=True)

    @property
    def _room(self) -> float:
        return self.width - self.left - self.right

    @property
    def _head(self) -> float:
        return self.top - 3.7

    @property
    def _foot(self) -> float:
        return self.height - self.bottom + 4.7
