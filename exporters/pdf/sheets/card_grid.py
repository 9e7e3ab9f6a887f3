"""Where cards stand on paper that is printed on both sides and cut."""

from __future__ import annotations

from dataclasses import dataclass

from exporters.job import PAPERS

# What a printer does not reach, in millimetres; the marks for the cut are drawn in it.
MARGIN = 8.0
_MARK = 4.0
_RATIO = 1.4  # a card's width by its height, as near as the number of cards allows

_LEAST = 25.0  # millimetres that a card is wide and high, to hold a line besides its corners

_CARDS = {"A4": 8, "A5": 4, "Letter": 8}


@dataclass(frozen=True, slots=True)
class Mark:
    """A stroke: its left and top end and its extent, in millimetres."""

    left: float
    top: float
    width: float = 0
    height: float = 0


@dataclass(frozen=True, slots=True)
class Cutting:
    """A sheet of `columns` by `rows` cards. All lengths are in millimetres.

    `flip` is the edge over which the printer turns the paper, ``long`` or ``short``; `offset` is
    how far it draws the backs off to the right and down, which is taken back.
    """

    width: float
    height: float
    columns: int
    rows: int
    flip: str = "long"
    offset: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def of(cls, paper: str, cards: int, flip: str, offset: tuple[float, float]) -> Cutting:
        """So many `cards` on that `paper`, 0 for as many as suit it, in the shape they like."""
        width, height = PAPERS[paper]
        count = cards or _CARDS[paper]

        def slant(columns: int) -> float:
            ratio = (width / columns) / (height * columns / count) / _RATIO
            return max(ratio, 1 / ratio)

        columns = min((n for n in range(1, count + 1) if count % n == 0), key=slant)
        return cls(width, height, columns, count // columns, flip, offset)

    @property
    def usable(self) -> bool:
        """Whether its cards are large enough: many a number of them makes strips."""
        return min(self.card) >= _LEAST

    @property
    def card(self) -> tuple[float, float]:
        """A card's width and height."""
        return (
            (self.width - 2 * MARGIN) / self.columns,
            (self.height - 2 * MARGIN) / self.rows,
        )

    def fronts(self) -> tuple[tuple[float, float], ...]:
        """The left and top edges of the cards, in the order in which a sheet is filled."""
        width, height = self.card
        return tuple(
            (MARGIN + width * column, MARGIN + height * row)
            for row in range(self.rows)
            for column in range(self.columns)
        )

    def backs(self) -> tuple[tuple[float, float], ...]:
        """Those of their backs: behind them once the paper is turned."""
        width, height = self.card
        right, down = self.offset
        if self.flip == "short":
            mirrored = ((left, self.height - top - height) for left, top in self.fronts())
        else:
            mirrored = ((self.width - left - width, top) for left, top in self.fronts())
        return tuple((left - right, top - down) for left, top in mirrored)

    def marks(self) -> tuple[Mark, ...]:
        """Strokes in the margins that say where to cut."""
        width, height = self.card
        found = []
        for column in range(self.columns + 1):
            left = MARGIN + width * column
            found += [Mark(left, y, height=_MARK) for y in (1.0, self.height - 1.0 - _MARK)]
        for row in range(self.rows + 1):
            top = MARGIN + height * row
            found += [Mark(x, top, width=_MARK) for x in (1.0, self.width - 1.0 - _MARK)]
        return tuple(found)
