"""Where on a page the text stands."""

from __future__ import annotations

from dataclasses import dataclass

from .imposition import Imposition


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
