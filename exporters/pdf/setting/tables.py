"""Tables in a column of paper: no word of a cell is divided while others have room to spare, and
pictures and formulas are as wide as their column lets them be.
"""

from __future__ import annotations

import re
from html import unescape

from deckpress.render.plain_text import unmarked
from exporters.pdf.setting.nesting import INDENT, nested
from exporters.pdf.setting.text_width import width

_Cell = tuple[str, str, str]  # its tag, the tag's attributes, its content

# A table of more columns than this is set smaller; of more than that, as running text. So is one
# whose words are so many times as wide as the room for them.
_MANY_COLUMNS = 4
_TOO_MANY_COLUMNS = 12
_CROWDED = 1.5
_SAFE = 0.97  # of the room: where it is not enough, the printer gives no column what it needs
# The size of the text in a table and in smaller ones, in that of the sheet, and the millimetres
# beside the text of a cell (content.css).
SIZES = (0.857, 0.762, 0.66)
_AROUND = (3.3, 1.7, 1.7)
_KINDS = ("table", "table narrow", "table narrow tiny")
_SMALLEST = 5.0  # points, of what is made smaller only to be whole
_ROUNDING = 0.02  # millimetres: with less than its width, a word is divided
_CODE, _CODE_AROUND = 0.9 * 0.6, 0.4  # the width of a letter, and of a piece's ends, in ems

_FEW = 6  # characters
_NUMBER = '<span class="number">'
_TABLE = r'<div class="table"><table>(?P<table>.*?)</table>\s*</div>'
_ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<(t[hd])((?: [^>]*)?)>(.*?)</t[hd]>", re.DOTALL)
_PICTURE = re.compile(r'<img [^>]*?(?:width="(?P<pixels>\d+)"|width:(?P<ems>[\d.]+)em)[^>]*>')
_STYLE = re.compile(r'( style=")|>$')
_PIECE = re.compile(r"<(/?)(\w+)[^>]*>|[^<]+")
# What a line is broken between: spaces, and characters of Chinese and its like.
_BREAK = re.compile(r"[\s\u2009]+|(?<=[\u2e80-\uffef])|(?=[\u2e80-\uffef])")


def fitted(html: str, room: float, size: float) -> str:
    """`html` with each table set so that it fits into so many millimetres, in a sheet whose type
    has so many points.
    """
    if "<table>" not in html:
        return html

    def block(found: re.Match[str], around: int) -> str:
        return _fitted(found["table"], room - around * INDENT, size)

    return nested(html, _TABLE, block)


def _fitted(table: str, room: float, size: float) -> str:
    rows = [_CELL.findall(row) for row in _ROW.findall(table)]
    count = max(map(len, rows), default=0)
    if count > _TOO_MANY_COLUMNS:
        return _flowing(table)
    columns = [[row[at] for row in rows if at < len(row)] for at in range(count)]
    smallest = 2 if size * SIZES[2] >= _SMALLEST else 1
    for small in range(smallest + 1):
        points = size * SIZES[small]
        free = _SAFE * room - count * _AROUND[small]
        needed = _needed(columns, points, free)
        if sum(needed) <= free and (small or count <= _MANY_COLUMNS):
            break
    if sum(needed) > _CROWDED * free:
        return _flowing(table)
    pictured = _PICTURE.search(table)
    if pictured:
        # A picture gets what the words leave of the room.
        left = max(free - sum(needed), 0.0)
        for at, column in enumerate(columns):
            widest = max(_widest(cell, points) for cell in column)
            needed[at] = max(needed[at], min(widest, needed[at] + left))
    given = _shared(needed, free)
    if pictured:
        table = _ROW.sub(lambda row: _bounded(row[0], given), table)
    least = iter(given)
    head, end, rest = table.partition("</tr>")  # what the first row says holds for all
    head = _CELL.sub(lambda cell: _wide(cell, next(least)), head)
    return f'<div class="{_KINDS[small]}"><table>{head}{end}{rest}</table></div>'


def _needed(columns: list[list[_Cell]], points: float, free: float) -> list[float]:
    """How wide each column has to be, in millimetres, so that nothing in it is divided.

    Cells of a few characters count as one word if there is room. What is longer than half of the
    room is divided, unless the others leave more.
    """
    longest = [max(_longest(cell, points) for cell in column) for column in columns]
    whole = [max(_whole(cell, points) for cell in column) for column in columns]
    wished = list(map(max, longest, whole))
    if sum(wished) <= free:
        longest = wished
    return [min(each, max(free / 2, free - sum(longest) + each)) for each in longest]


def _wide(cell: re.Match[str], least: float) -> str:
    tag, attributes, content = cell.groups()
    enough = least + _ROUNDING
    return f'<{tag}{attributes} style="min-width:{enough:.2f}mm">{content}</{tag}>'


def _bounded(row: str, most: list[float]) -> str:
    """The row with no picture in it wider than its column: a share of a column that takes its width
    from what stands in it says nothing.
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


def _widest(cell: _Cell, points: float) -> float:
    """The width of its widest picture or formula, in millimetres."""
    return max(
        (
            float(found["pixels"]) * 25.4 / 96
            if found["pixels"]
            else float(found["ems"]) * points * 25.4 / 72
            for found in _PICTURE.finditer(cell[2])
        ),
        default=0.0,
    )


def _shared(needed: list[float], room: float) -> list[float]:
    """What each column gets of the room: what it needs, or as much as any other that needs more."""
    given = [0.0] * len(needed)
    left = max(room, 0.0)
    for count, at in enumerate(sorted(range(len(needed)), key=needed.__getitem__)):
        given[at] = min(needed[at], left / (len(needed) - count))
        left -= given[at]
    return given


def _longest(cell: _Cell, points: float) -> float:
    """The width of the longest piece that is not to be divided, in millimetres."""
    tag, _, content = cell
    longest = run = 0.0
    code = False
    for found in _PIECE.finditer(content):
        closing, name = found[1], found[2]
        if name == "code":
            code = not closing
            run += _CODE_AROUND / 2 * points * 25.4 / 72
        elif found[0] == _NUMBER:
            run += width("→", points)  # as the style sheet writes before it
        if name:
            continue
        for number, piece in enumerate(_BREAK.split(unescape(found[0]))):
            if number:
                longest, run = max(longest, run), 0.0
            if code:
                run += len(piece) * _CODE * points * 25.4 / 72
            else:
                run += width(piece, points, bold=tag == "th")
    return max(longest, run)


def _whole(cell: _Cell, points: float) -> float:
    """The width of a cell of a few characters, which read best in one line; else nothing."""
    text = unmarked(cell[2]).strip()
    return width(text, points, bold=cell[0] == "th") if len(text) <= _FEW else 0.0


def _flowing(table: str) -> str:
    """More columns than a column of paper can hold: each row is a paragraph, nothing is lost."""
    text = _CELL.sub(_piece, table)
    rows = "".join(f"<p>{row}</p>" for row in _ROW.findall(text))
    return f'<div class="flowing">{rows}</div>'


def _piece(cell: re.Match[str]) -> str:
    tag, _, content = cell.groups()
    return f'<span class="cell {tag}">{content}</span>' if content.strip() else ""
