"""Fits tables into a column of the page.

No word is divided while other columns of the table have room to spare. Pictures and formulas are
as wide as their column allows.
"""

from __future__ import annotations

import re
from html import unescape
from math import ceil

from deckpress.render.plain_text import strip_tags
from exporters.pdf.setting.nesting import INDENT, replace_blocks
from exporters.pdf.setting.text_width import text_width
from exporters.pdf.setting.turning import turned

_Cell = tuple[str, str, str]  # tag, attributes, content

# A table with more columns than the first number is set smaller; with more than the second, it
# becomes running text. So it does if its words need more than `_MOST_OVERFULL` times the width. A
# table of many columns is turned instead, even if they need only `_DIVIDED` times the width.
_MANY_COLUMNS = 4
_TOO_MANY_COLUMNS = 12
_DIVIDED, _MOST_OVERFULL = 1.1, 1.5
_USABLE = 0.97  # of the width; if it is exceeded, WeasyPrint gives no column what it needs
# The three type sizes of tables, relative to that of the sheet, and for each the space beside the
# text of a cell, in millimetres (content.css).
SIZES = (0.857, 0.762, 0.66)
_CELL_PADDING = (3.3, 1.7, 1.7)
_CLASSES = ("table", "table narrow", "table narrow tiny")
_SMALLEST = 5.0  # points; the third size is not used if it would be smaller
_ROUNDING = 0.02  # millimetres added to a width: a slightly too narrow column divides its word
# A turned table: the most columns, what its lines leave empty, the height of a line in ems, and of
# the space around a row in millimetres.
_MOST_TURNED, _UNFILLED, _LEADING, _ROW_PADDING = 24, 1.15, 1.42, 1.2
_CODE_LETTER, _CODE_PADDING = 0.9 * 0.6, 0.4  # ems: a letter, and both ends of inline code

_SHORT_TEXT = 6  # characters; a cell with at most this many stays in one line if possible
_CODE = re.compile(r"<code>(.*?)</code>", re.DOTALL)
_NUMBER = '<span class="number">'
_TABLE = r'<div class="table"><table>(?P<table>.*?)</table>\s*</div>'
_ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<(t[hd])((?: [^>]*)?)>(.*?)</t[hd]>", re.DOTALL)
_PICTURE = re.compile(r'<img [^>]*?(?:width="(?P<pixels>\d+)"|width:(?P<ems>[\d.]+)em)[^>]*>')
_STYLE = re.compile(r'( style=")|>$')
_PIECE = re.compile(r"<(/?)(\w+)[^>]*>|[^<]+")
# The places at which a line may break: spaces, and before and after East Asian characters.
_BREAK = re.compile(r"[\s\u2009]+|(?<=[\u2e80-\uffef])|(?=[\u2e80-\uffef])")


def fit_tables(html: str, room: float, size: float, height: float = 0.0) -> str:
    """`html` with each table set so that it fits.

    `room` is the available width in millimetres, `size` the type size of the sheet in points. A
    table that is too wide for it is turned, if it then takes at most `height`; otherwise it becomes
    running text. So does each table if there is no room.
    """
    if "<table>" not in html:
        return html

    def block(found: re.Match[str], around: int) -> str:
        return _fit_table(found["table"], room - around * INDENT, size, height)

    return replace_blocks(html, _TABLE, block)


def _fit_table(table: str, room: float, size: float, height: float) -> str:
    rows = [_CELL.findall(row) for row in _ROW.findall(table)]
    count = max(map(len, rows), default=0)
    if room <= 0:
        return _running_text(table)
    if count > _TOO_MANY_COLUMNS:
        return _turned_table(table, rows, room, size, height) or _running_text(table)
    columns = _columns(rows)
    smallest = 2 if size * SIZES[2] >= _SMALLEST else 1
    for small in range(smallest + 1):
        points = size * SIZES[small]
        free = _USABLE * room - count * _CELL_PADDING[small]
        needed = _needed_widths(columns, points, free)
        if sum(needed) <= free and (small or count <= _MANY_COLUMNS):
            break
    over = sum(needed) / max(free, 1.0)
    wide = over > _DIVIDED and count > _MANY_COLUMNS
    if wide and (turned_table := _turned_table(table, rows, room, size, height)):
        return turned_table
    if over > _MOST_OVERFULL:
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
    return _with_widths(table, given, small)


def _turned_table(
    table: str, rows: list[list[_Cell]], room: float, size: float, height: float
) -> str:
    """A table turned by a right angle, or an empty string if it does not fit so either."""
    columns = _columns(rows)
    if not height or len(columns) > _MOST_TURNED or _PICTURE.search(table):
        return ""
    for small in (1, 2):
        points = size * SIZES[small]
        padding = len(columns) * _CELL_PADDING[small]
        free = _USABLE * height - padding
        needed = _needed_widths(columns, points, free)
        full = [max(_text_width(cell, points) for cell in column) for column in columns]
        wished = [max(0.0, each - least) for each, least in zip(full, needed, strict=True)]
        left = free - sum(needed)
        if left < 0 or points < _SMALLEST:
            continue
        share = min(1.0, left / (sum(wished) or 1.0))
        given = [least + share * more for least, more in zip(needed, wished, strict=True)]
        high = sum(_row_height(row, given, points) for row in rows)
        if high <= room:
            width = (sum(given) + padding) / _USABLE
            return turned(_with_widths(table, given, small), width, high)
    return ""


def _row_height(row: list[_Cell], given: list[float], points: float) -> float:
    """About how high a row becomes in millimetres, and rather more than less."""
    lines = max(
        ceil(_UNFILLED * _text_width(cell, points) / width) + cell[2].count("<br")
        for cell, width in zip(row, given, strict=False)
    )
    return max(1, lines) * _LEADING * points * 25.4 / 72 + _ROW_PADDING


def _text_width(cell: _Cell, points: float) -> float:
    """The width of the text of a cell in one line, in millimetres."""
    code = sum(len(unescape(strip_tags(each))) for each in _CODE.findall(cell[2]))
    text = unescape(strip_tags(cell[2])).strip()
    return text_width(text, points, bold=cell[0] == "th") + code * 0.1 * points * 25.4 / 72


def _columns(rows: list[list[_Cell]]) -> list[list[_Cell]]:
    count = max(map(len, rows), default=0)
    return [[row[at] for row in rows if at < len(row)] for at in range(count)]


def _with_widths(table: str, given: list[float], small: int) -> str:
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
    rows = "".join(f"<p>{row.strip()}</p>" for row in _ROW.findall(text))
    return f'<div class="flowing">{rows}</div>'


def _cell_as_text(cell: re.Match[str]) -> str:
    tag, _, content = cell.groups()
    return f'<span class="cell {tag}">{content}</span>' if content.strip() else ""
