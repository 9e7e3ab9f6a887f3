"""The table of contents, divided into columns.

WeasyPrint balances columns by laying them out again and again until they are level. For a hundred
lines, that takes longer than the hundred cards. So the lines are counted here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from exporters.pdf.setting.page_geometry import Geometry

_COLUMN_WIDTH = 61.3  # millimetres; the preferred width of a column in the usual type
_BESIDE_TEXT = 11.0  # millimetres of it beside the text
_EM = 0.786 * 25.4 / 72  # millimetres for each point of the sheet's type size
_LEADING = 1.32
_LINE_SPACE, _SECTION_SPACE = 0.15, 0.44  # lines around an entry and a section (sheet.css)
# What is lost at the end of each line, where a word ends, and of each column, where an entry ends.
_LOST_PER_LINE, _LOST_PER_COLUMN = 1.5, 1.5
# Millimetres above and below the contents; those of the title block in the usual type, and on a
# narrow page, where it has more lines.
_OUTSIDE, _TITLE, _TITLE_NARROW = 19.0, 31.0, 42.0
_NARROW = 150
# The cards may begin below contents that take at most this share of a page.
_LARGEST_SHARE = 0.37


@dataclass(frozen=True, slots=True)
class Room:
    """The room for the contents on a page.

    It has `columns`. `line_width` is that of a line, in halves of a Chinese character. A column has
    `first_lines` below the title, and `page_lines` on a page without the title.
    """

    columns: int
    line_width: float
    first_lines: int
    page_lines: int

    @classmethod
    def from_geometry(cls, geometry: Geometry) -> Room:
        """The room on pages with this `geometry`."""
        width, height = geometry.text_area
        columns = max(1, round(width / (_COLUMN_WIDTH * geometry.scale)))
        em = _EM * geometry.size
        line = (width / columns - _BESIDE_TEXT * geometry.scale) / (em / 2)
        lines = (height - _OUTSIDE) / (em * _LEADING)
        title = (_TITLE_NARROW if width < _NARROW else _TITLE) * geometry.scale
        first = lines - title / (em * _LEADING)
        return cls(
            columns, line, *(max(1, int(most - _LOST_PER_COLUMN)) for most in (first, lines))
        )


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the contents: the id to which it leads, its text, the number of its card.

    Without a number it is a section.
    """

    target: str
    text: str
    number: int = 0

    @property
    def section(self) -> bool:
        """Whether it is a section and no card."""
        return not self.number


def cards_fit_below(lines: Sequence[Line], room: Room) -> bool:
    """Whether the contents are short enough for the cards to begin on the same page.

    When WeasyPrint fills in page numbers, it lays out every page that shows one again.
    """
    return _height(lines, room) <= room.columns * room.page_lines * _LARGEST_SHARE


def contents_pages(lines: Sequence[Line], room: Room) -> Iterator[tuple[tuple[Line, ...], ...]]:
    """The contents page by page; a page is a tuple of columns, a column a tuple of lines."""
    page: list[Line] = []
    available = room.first_lines
    height = 0.0
    for line in lines:
        height += _height((line,), room)
        if page and height > room.columns * available:
            yield tuple(_columns(page, room))
            page = []
            available = room.page_lines
            height = _height((line,), room)
        page.append(line)
    if page:
        yield tuple(_columns(page, room))


def _columns(lines: Sequence[Line], room: Room) -> Iterator[tuple[Line, ...]]:
    """The columns of one page, of about the same height. None ends with the title of a section."""
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
    """The height of `lines`, in lines of text, with the space around them."""
    return sum(
        _rows(line.text, room) + (_SECTION_SPACE if line.section else _LINE_SPACE) for line in lines
    )


def _rows(text: str, room: Room) -> int:
    """The number of lines that `text` takes."""
    width = sum(2 if east_asian_width(character) in "WFA" else 1.15 for character in text)
    return 1 if width <= room.line_width else -int(-width // (room.line_width - _LOST_PER_LINE))
