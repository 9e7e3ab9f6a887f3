"""Fits tables into a column of the page.

No word is divided while other columns of the table have room to spare. Pictures and formulas are
as wide as their column allows.
"""

from __future__ import annotations

import re
from html import unescape

from deckpress.render.plain_text import strip_tags
from exporters.pdf.setting.nesting import INDENT, replace_blocks
from exporters.pdf.setting.text_width import text_width

_Cell = tuple[str, str, str]  # tag, attributes, content

# A table with more columns than the first number is set smaller; with more than the second, it
# becomes running text. So it does if its words need more than `_MOST_OVERFULL` times the width.
_MANY_COLUMNS = 4
_TOO_MANY_COLUMNS = 12
_MOST_OVERFULL = 1.5
_USABLE = 0.97  # of the width; if it is exceeded, WeasyPrint gives no column what it needs
# The three type sizes of tables, relative to that of the sheet, and for each the space beside the
# text of a cell, in millimetres (content.css).
SIZES = (0.857, 0.762, 0.66)
_CELL_PADDING = (3.3, 1.7, 1.7)
_CLASSES = ("table", "table narrow", "table narrow tiny")
_SMALLEST = 5.0  # points; the third size is not used if it would be smaller
_ROUNDING = 0.02  # millimetres added to a width: a slightly too narrow column divides its word
_CODE_LETTER, _CODE_PADDING = 0.9 * 0.6, 0.4  # ems: a letter, and both ends of inline code

_SHORT_TEXT = 6  # characters; a cell with at most this many stays in one line if possible
_NUMBER = '<span class="number">'
_TABLE = r'<div class="table"><table>(?P<table>.*?)</table>\s*</div>'
_ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<(t[hd])((?: [^>]*)?)>(.*?)</t[hd]>", re.DOTALL)
_PICTURE = re.compile(r'<img [^>]*?(?:width="(?P<pixels>\d+)"|width:(?P<ems>[\d.]+)em)[^>]*>')
_STYLE = re.compile(r'( style=")|>$')
_PIECE = re.compile(r"<(/?)(\w+)[^>]*>|[^<]+")
# The places at which a line may break: spaces, and before and after East Asian characters.
_BREAK = re.compile(r"[\s\u2009]+|(?<=[\u2e80-\uffef])|(?=[\u2e80-\uffef])")


def fit_tables(html: str, room: float, size: float) -> str:
    """`html` with each table set so that it fits.

    `room` is the available width in millimetres, `size` the type size of the sheet in points. With
    no room, each table becomes running text.
    """
    if "<table>" not in html:
        return html

    def block(found: re.Match[str], around: int) -> str:
        return _fit_table(found["table"], room - around * INDENT, size)

    return replace_blocks(html, _TABLE, block)


def _fit_table(table: str, room: float, size: float) -> str:
    rows = [_CELL.findall(row) for row in _ROW.findall(table)]
    count = max(map(len, rows), default=0)
    if count > _TOO_MANY_COLUMNS or room <= 0:
        return _running_text(table)
    columns = [[row[at] for row in rows if at < len(row)] for at in range(count)]
    smallest = 2 if size * SIZES[2] >= _SMALLEST else 1
    for small in range(smallest + 1):
        points = size * SIZES[small]
        free = _USABLE * room - count * _CELL_PADDING[small]
        needed = _needed_widths(columns, points, free)
        if sum(needed) <= free and (small or count <= _MANY_COLUMNS):
            break
    if sum(needed) > _MOST_OVERFULL * free:
        return _running_text(table)
    pictured = _PICTURE.search(table)
    if pictured:
        # Pictures share the width that the words leave.
        left = max(free - sum(needed), 0.0)
        for at, column in enumerate(columns):
            widest = max(_widest_picture(cell, points) for cell in column)
            needed[at] = max(needed[at], min(widest, needed[at] + left))
    given = _share(needed, free)
    if pictured:
        table = _ROW.sub(lambda row: _with_max_widths(row[0], given), table)
    least = iter(given)
    head, end, rest = table.partition("</tr>")  # the widths of the first row apply to all rows
    head = _CELL.sub(lambda cell: _with_min_width(cell, next(least)), head)
    return f'<div class="{_CLASSES[small]}"><table>{head}{end}{rest}</table></div>'


def _needed_widths(columns: list[list[_Cell]], points: float, free: float) -> list[float]:
    """The width in millimetres that each column needs so that nothing in it is divided.

    `free` is the width available to all columns. Short cells count as one word if there is room.
    A word wider than half of `free` is divided, unless the other columns leave more room.
    """
    longest = [max(_longest_piece(cell, points) for cell in column) for column in columns]
    whole = [max(_short_text_width(cell, points) for cell in column) for column in columns]
    wished = list(map(max, longest, whole))
    if sum(wished) <= free:
        longest = wished
    return [min(each, max(free / 2, free - sum(longest) + each)) for each in longest]


def _with_min_width(cell: re.Match[str], least: float) -> str:
    tag, attributes, content = cell.groups()
    enough = least + _ROUNDING
    return f'<{tag}{attributes} style="min-width:{enough:.2f}mm">{content}</{tag}>'


def _with_max_widths(row: str, most: list[float]) -> str:
    """The row with the width of each picture limited to the width `most` of its column.

    A limit in percent would have no effect, since the column takes its width from its content.
    """
    room = iter(most)

    def cell(found: re.Match[str]) -> str:
        limit = f"max-width:{next(room):.2f}mm"

        def picture(image: re.Match[str]) -> str:
            return _STYLE.sub(
                lambda place: f"{place[1]}{limit};" if place[1] else f' style="{limit}">',
                image[0],
                count=1,
            )

        return _PICTURE.sub(picture, found[0])

    return _CELL.sub(cell, row)


def _widest_picture(cell: _Cell, points: float) -> float:
    """The width of the widest picture or formula in `cell`, in millimetres."""
    return max(
        (
            float(found["pixels"]) * 25.4 / 96
            if found["pixels"]
            else float(found["ems"]) * points * 25.4 / 72
            for found in _PICTURE.finditer(cell[2])
        ),
        default=0.0,
    )


def _share(needed: list[float], room: float) -> list[float]:
    """The width in millimetres that each column gets.

    A column gets what it needs. If `room` is too small, those that need most get equal widths.
    """
    given = [0.0] * len(needed)
    left = max(room, 0.0)
    for count, at in enumerate(sorted(range(len(needed)), key=needed.__getitem__)):
        given[at] = min(needed[at], left / (len(needed) - count))
        left -= given[at]
    return given


def _longest_piece(cell: _Cell, points: float) -> float:
    """The width of the widest piece of `cell` that should not be divided, in millimetres."""
    tag, _, content = cell
    longest = run = 0.0
    code = False
    for found in _PIECE.finditer(content):
        closing, name = found[1], found[2]
        if name == "code":
            code = not closing
            run += _CODE_PADDING / 2 * points * 25.4 / 72
        elif found[0] == _NUMBER:
            run += text_width("→", points)  # the style sheet writes it before a number
        if name:
            continue
        for number, piece in enumerate(_BREAK.split(unescape(found[0]))):
            if number:
                longest, run = max(longest, run), 0.0
            if code:
                run += len(piece) * _CODE_LETTER * points * 25.4 / 72
            else:
                run += text_width(piece, points, bold=tag == "th")
    return max(longest, run)


def _short_text_width(cell: _Cell, points: float) -> float:
    """The width in millimetres of a cell with a short text, which reads best in one line.

    0 for any other cell.
    """
    text = strip_tags(cell[2]).strip()
    return text_width(text, points, bold=cell[0] == "th") if len(text) <= _SHORT_TEXT else 0.0


def _running_text(table: str) -> str:
    """A table with too many columns as running text: each row becomes a paragraph."""
    text = _CELL.sub(_cell_as_text, table)
    rows = "".join(f"<p>{row}</p>" for row in _ROW.findall(text))
    return f'<div class="flowing">{rows}</div>'


def _cell_as_text(cell: re.Match[str]) -> str:
    tag, _, content = cell.groups()
    return f'<span class="cell {tag}">{content}</span>' if content.strip() else ""
