"""Lines of Chinese that end together (CSS Text 3, 6.4).

WeasyPrint makes the spaces of a line wider, and Chinese has none. Here the room that a line leaves
is spread between its characters too, and mostly over what spaces it has. A line that would become
gappy stays as short as it is: gaps of a tenth of a character are also what programs that read the
page take for spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from weasyprint.draw import text as drawing
from weasyprint.formatting_structure import boxes
from weasyprint.layout import inline
from weasyprint.text.ffi import TO_UNITS
from weasyprint.text.line_break import create_layout

from exporters.pdf.weasy.drawn_glyphs import glyphs_at
from exporters.pdf.weasy.punctuation import CLOSING, OPENING

_SPACES = " \u00a0\u2009"
_SPACE_SHARE = 3  # what a space takes, where a gap between two characters takes 1
# The most that either takes, in ems.
_MOST_GAP, _MOST_SPACE = 0.08, 0.4
_GAP = re.compile(f"[^\\x00-\u2e7f{OPENING}](?=[^\\x00-\u2e7f{CLOSING}])")
_CODE = ("code", "kbd")


@cache
def spread_lines() -> None:
    """Change WeasyPrint for the rest of this process. Further calls do nothing."""
    inline.justify_line = _justify
    drawing.draw_first_line = _spread(drawing.draw_first_line)


def _justify(context: Any, line: Any, room: float) -> None:
    """Replaces `justify_line`."""
    size = line.style["font_size"]
    pieces = list(_pieces(line))
    ends = [*(_start(piece) for piece in pieces[1:]), ""]
    spaces = [_spaces(piece) for piece in pieces]
    gaps = [_gaps(_text(piece) + end) for piece, end in zip(pieces, ends, strict=False)]
    edges = _edges(pieces)
    space, gap = _shares(room / size, len(edges) + sum(map(len, spaces)), sum(map(len, gaps)))
    if not space and not gap:
        return
    added: dict[Any, float] = dict.fromkeys(edges, space * size)
    for piece, its_spaces, its_gaps in zip(pieces, spaces, gaps, strict=True):
        wider = dict.fromkeys(its_spaces, space * size) | dict.fromkeys(its_gaps, gap * size)
        if wider:
            piece.spread = dict(sorted(wider.items()))
            added[piece] = sum(wider.values())
    _move(line, added, 0.0)


def _pieces(box: Any) -> Iterator[Any]:
    """The stretches of text on a line, and its code, in which nothing is spread."""
    if isinstance(box, boxes.TextBox):
        if box.text:
            yield box
    elif box.element_tag in _CODE:
        yield box
    elif isinstance(box, boxes.LineBox | boxes.InlineBox):
        for child in box.children:
            yield from _pieces(child)


def _text(piece: Any) -> str:
    return piece.text if isinstance(piece, boxes.TextBox) else ""


def _start(piece: Any) -> str:
    return _text(piece)[:1]


def _spaces(piece: Any) -> list[int]:
    return [at for at, letter in enumerate(_text(piece)) if letter in _SPACES]


def _edges(pieces: list[Any]) -> list[tuple[str, Any]]:
    """The places before and behind code that are as good as a space."""
    found = []
    for one, other in pairwise(pieces):
        behind, before = _text(one)[-1:], _start(other)
        if behind and not before and behind not in _SPACES + OPENING:
            found.append(("before", other))
        elif before and not behind and before not in _SPACES + CLOSING:
            found.append(("behind", one))
    return found


def _gaps(text: str) -> list[int]:
    """The places in `text` of the characters behind which a line may be wider."""
    return [found.start() for found in _GAP.finditer(text)]


def _shares(room: float, spaces: int, gaps: int) -> tuple[float, float]:
    """How much wider each space and each gap becomes, in ems; nothing, if that is too much."""
    parts = _SPACE_SHARE * spaces + gaps
    if not parts:
        return 0.0, 0.0
    gap = min(room / parts, _MOST_GAP) if gaps else 0.0
    space = (room - gap * gaps) / spaces if spaces else 0.0
    if space > _MOST_SPACE or (not spaces and gap * gaps < room - 1e-6):
        return 0.0, 0.0
    return space, gap


def _move(box: Any, added: dict[Any, float], moved: float) -> float:
    """Move a box and what is on it to the right; return how far what is behind it moves."""
    if isinstance(box, boxes.TextBox):
        box.position_x += moved
        more = added.get(box, 0.0)
        box.width += more
        return moved + more
    if box.element_tag in _CODE or not isinstance(box, boxes.LineBox | boxes.InlineBox):
        moved += added.get(("before", box), 0.0)
        box.translate(moved, 0)
        return moved + added.get(("behind", box), 0.0)
    box.position_x += moved
    end = moved
    for child in box.children:
        if child.is_in_normal_flow():
            end = _move(child, added, end)
    box.width += end - moved
    return end


def _spread(draw: Any) -> Any:
    """`draw_first_line`, for which the characters of a justified line stand where they should."""

    def draw_spread(stream: Any, box: Any, *rest: Any) -> Any:
        spread = getattr(box, "spread", None)
        if spread:
            if getattr(box.pango_layout, "is_shared", False):  # see `tuning.text`
                box.pango_layout = create_layout(box.pango_layout.text, box.style, None, None, 0)
            for place, glyph in glyphs_at(box.pango_layout, list(spread)):
                glyph.geometry.width += round(spread[place] * TO_UNITS)
        return draw(stream, box, *rest)

    return draw_spread
