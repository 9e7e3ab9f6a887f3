"""The contents, cut into columns.

Columns that the layout engine balances are laid out again and again until they are level: for a
hundred lines that takes longer than the hundred cards. So the lines are counted here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

COLUMNS = 3
# What fits into a line of a contents column, in halves of a Chinese character.
_LINE = 44
# Lines that fit below the title, and on a page of their own.
_FIRST_PAGE = 61
_NEXT_PAGE = 70
# Contents no longer than this share their page with the first cards.
_SHORT = 26


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the contents: the id that it leads to, its text, and whether it is a section."""

    target: str
    text: str
    section: bool = False


def short(lines: Sequence[Line]) -> bool:
    """Whether the cards may begin on the same page: when the numbers of the pages are filled in,
    every page that shows one is laid out anew.
    """
    return _height(lines) <= COLUMNS * _SHORT


def blocks(lines: Sequence[Line]) -> Iterator[tuple[tuple[Line, ...], ...]]:
    """Blocks of columns, each of them for one page."""
    page: list[Line] = []
    room = _FIRST_PAGE
    height = 0.0
    for line in lines:
        height += _height((line,))
        if page and height > COLUMNS * room:
            yield tuple(_columns(page))
            page = []
            room = _NEXT_PAGE
            height = _height((line,))
        page.append(line)
    if page:
        yield tuple(_columns(page))


def _columns(lines: Sequence[Line]) -> Iterator[tuple[Line, ...]]:
    """`COLUMNS` runs of lines of about the same height; no section stands alone at a foot."""
    goal = _height(lines) / COLUMNS
    column: list[Line] = []
    made = 0
    done = 0.0
    for line in lines:
        height = _height((line,))
        if column and made < COLUMNS - 1 and done + height / 2 > goal * (made + 1):
            alone = len(column) > 1 and column[-1].section
            carried = [column.pop()] if alone else []
            yield tuple(column)
            made += 1
            column = carried
        column.append(line)
        done += height
    yield tuple(column)


def _height(lines: Sequence[Line]) -> float:
    """In lines of text; a section has some air above it."""
    return sum(_rows(line.text) + (0.5 if line.section else 0) for line in lines)


def _rows(text: str) -> int:
    width = sum(2 if east_asian_width(character) in "WFA" else 1.15 for character in text)
    return -int(-width // _LINE)
