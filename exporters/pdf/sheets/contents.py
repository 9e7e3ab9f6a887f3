"""The contents, cut into columns.

Columns that the layout engine balances are laid out again and again until they are level: for a
hundred lines that takes longer than the hundred cards. So the lines are counted here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from exporters.pdf.setting.page_geometry import Geometry

_COLUMN = 61.3  # millimetres that a column of the usual type likes to have
_AROUND = 9.5  # of them beside the text
_EM = 0.786 * 25.4 / 72  # millimetres, for each point of the sheet's type
_LEADING = 1.46
_AIR, _SECTION_AIR = 0.21, 0.5  # lines around an entry and a section (sheet.css)
# Lines end where words do, and columns where entries do.
_RAGGED, _UNEVEN = 1.5, 1.5
# Millimetres above and below the contents, and those of the title block, in the usual type; its
# lines take more of them where the page is narrow.
_ABOVE, _TITLE, _TITLE_NARROW = 27.0, 31.0, 42.0
_NARROW = 150
# Of a page of contents, how much there may be for the cards to begin below it.
_SHORT = 0.37


@dataclass(frozen=True, slots=True)
class Room:
    """What fits into the contents: columns, the halves of Chinese characters in a line of one, the
    lines of one below the title, and on a page of its own.
    """

    columns: int
    line: float
    first: int
    next: int

    @classmethod
    def of(cls, geometry: Geometry) -> Room:
        width, height = geometry.room
        columns = max(1, round(width / (_COLUMN * geometry.scale)))
        em = _EM * geometry.size
        line = (width / columns - _AROUND * geometry.scale) / (em / 2)
        lines = (height - _ABOVE) / (em * _LEADING)
        title = (_TITLE_NARROW if width < _NARROW else _TITLE) * geometry.scale
        first = lines - title / (em * _LEADING)
        return cls(columns, line, *(max(1, int(most - _UNEVEN)) for most in (first, lines)))


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the contents: the id that it leads to, its text, and whether it is a section."""

    target: str
    text: str
    section: bool = False


def short(lines: Sequence[Line], room: Room) -> bool:
    """Whether the cards may begin on the same page: when the numbers of the pages are filled in,
    every page that shows one is laid out anew.
    """
    return _height(lines, room) <= room.columns * room.next * _SHORT


def blocks(lines: Sequence[Line], room: Room) -> Iterator[tuple[tuple[Line, ...], ...]]:
    """Blocks of columns, each of them for one page."""
    page: list[Line] = []
    there = room.first
    height = 0.0
    for line in lines:
        height += _height((line,), room)
        if page and height > room.columns * there:
            yield tuple(_columns(page, room))
            page = []
            there = room.next
            height = _height((line,), room)
        page.append(line)
    if page:
        yield tuple(_columns(page, room))


def _columns(lines: Sequence[Line], room: Room) -> Iterator[tuple[Line, ...]]:
    """Runs of lines, one a column, of about the same height; no section stands alone at a foot."""
    goal = _height(lines, room) / room.columns
    column: list[Line] = []
    made = 0
    done = 0.0
    for line in lines:
        height = _height((line,), room)
        if column and made < room.columns - 1 and done + height / 2 > goal * (made + 1):
            alone = len(column) > 1 and column[-1].section
            carried = [column.pop()] if alone else []
            yield tuple(column)
            made += 1
            column = carried
        column.append(line)
        done += height
    yield tuple(column)


def _height(lines: Sequence[Line], room: Room) -> float:
    """In lines of text, with the air around them."""
    return sum(_rows(line.text, room) + (_SECTION_AIR if line.section else _AIR) for line in lines)


def _rows(text: str, room: Room) -> int:
    width = sum(2 if east_asian_width(character) in "WFA" else 1.15 for character in text)
    return 1 if width <= room.line else -int(-width // (room.line - _RAGGED))
