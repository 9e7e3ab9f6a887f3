"""The places of flash cards on paper that is printed on both sides and cut."""

from __future__ import annotations

from dataclasses import dataclass, replace

from exporters.job import PAPERS

# The margin that a printer cannot reach, in millimetres. The marks for cutting are drawn in it.
MARGIN = 8.0
_MARK_LENGTH = 4.0
_EDGE = 1.0  # between the marks and the edge of the paper
_ASPECT = 1.4  # the width of a card by its height; approximated as the number of cards allows

_SMALLEST_SIDE = 25.0  # millimetres; a smaller card has no room for a line besides its corners

_USUAL_CARDS = {"A4": 8, "A5": 4, "Letter": 8}


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark for cutting: the left and top end of a stroke and its size, in millimetres."""

    left: float
    top: float
    width: float = 0
    height: float = 0


@dataclass(frozen=True, slots=True)
class CardGrid:
    """A sheet of paper with `columns` by `rows` cards. All lengths are in millimetres.

    `flip` is the edge over which the printer turns the paper, ``long`` or ``short``. `offset` is
    how far the printer shifts the backs to the right and down; their places are shifted back.
    """

    width: float
    height: float
    columns: int
    rows: int
    flip: str = "long"
    offset: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def for_paper(cls, paper: str, cards: int, flip: str, offset: tuple[float, float]) -> CardGrid:
        """The grid for `cards` cards on `paper`, a key of `PAPERS`.

        If `cards` is 0, the paper decides it. The shape of the cards is as usual as possible.
        """
        width, height = PAPERS[paper]
        count = cards or _USUAL_CARDS[paper]

        def misfit(columns: int) -> float:
            ratio = (width / columns) / (height * columns / count) / _ASPECT
            return max(ratio, 1 / ratio)

        columns = min((n for n in range(1, count + 1) if count % n == 0), key=misfit)
        return cls(width, height, columns, count // columns, flip, offset)

    @property
    def usable(self) -> bool:
        """Whether the cards are large enough. Some numbers of cards only give narrow strips."""
        return min(self.card) >= _SMALLEST_SIDE

    @property
    def card(self) -> tuple[float, float]:
        """The width and height of a card, in millimetres."""
        return (
            (self.width - 2 * MARGIN) / self.columns,
            (self.height - 2 * MARGIN) / self.rows,
        )

    def fronts(self) -> tuple[tuple[float, float], ...]:
        """The left and top edges of the fronts, in the order in which a sheet is filled."""
        width, height = self.card
        return tuple(
            (MARGIN + width * column, MARGIN + height * row)
            for row in range(self.rows)
            for column in range(self.columns)
        )

    def backs(self) -> tuple[tuple[float, float], ...]:
        """The left and top edges of the backs, so that each is behind its front on turned paper."""
        width, height = self.card
        right, down = self.offset
        if self.flip == "short":
            mirrored = ((left, self.height - top - height) for left, top in self.fronts())
        else:
            mirrored = ((self.width - left - width, top) for left, top in self.fronts())
        return tuple((left - right, top - down) for left, top in mirrored)

    def marks(self) -> tuple[Mark, ...]:
        """The marks in the margins that show where to cut."""
        width, height = self.card
        found = []
        for column in range(self.columns + 1):
            left = MARGIN + width * column
            found += [
                Mark(left, y, height=_MARK_LENGTH)
                for y in (_EDGE, self.height - _EDGE - _MARK_LENGTH)
            ]
        for row in range(self.rows + 1):
            top = MARGIN + height * row
            found += [
                Mark(x, top, width=_MARK_LENGTH) for x in (_EDGE, self.width - _EDGE - _MARK_LENGTH)
            ]
        return tuple(found)

    def lines(self) -> tuple[Mark, ...]:
        """Lines across the paper along which to cut, instead of marks."""
        return tuple(
            replace(mark, height=self.height - 2 * mark.top)
            if mark.height
            else replace(mark, width=self.width - 2 * mark.left)
            for mark in self.marks()
            if mark.left == _EDGE or mark.top == _EDGE
        )
