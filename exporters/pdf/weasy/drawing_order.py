"""Draws the markers of lists and the pictures where they stand, and not behind all other text.

WeasyPrint positions markers absolutely and clips pictures, and so draws them when the rest of the
page is drawn (CSS 2.2, appendix E). Who copies a page has its bullets and the words of its drawings
in a heap below it, perhaps within a sentence that goes on in the next column.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from weasyprint import draw, stacking
from weasyprint.draw.border import rounded_box
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder

from exporters.pdf.weasy.tuning.keeping import kept

_dispatch = stacking._dispatch
_draw_picture = draw.draw_replacedbox


@cache
def draw_in_place() -> None:
    """Change WeasyPrint for the rest of this process. Further calls do nothing."""
    stacking._dispatch = _dispatch_in_flow
    draw.draw_replacedbox = _draw_clipped


def _dispatch_in_flow(box: Any, *rest: Any) -> Any:
    """Replaces `_dispatch`. A marker has its place by now: it is drawn as a block in the flow."""
    if isinstance(box, AbsolutePlaceholder) and box._box.is_outside_marker:
        box = box._box
        box.style = kept(box.style, "static", _static)
    elif isinstance(box, boxes.ReplacedBox) and box.style["overflow"] != "visible":
        box.style = kept(box.style, "unclipped", _unclipped)
    return _dispatch(box, *rest)


def _draw_clipped(stream: Any, box: Any) -> None:
    """`draw_replacedbox`, and nothing outside of the picture's box."""
    with stream.stacked():
        rounded_box(stream, box.rounded_padding_box())
        stream.clip()
        stream.end()
        _draw_picture(stream, box)


# Styles for drawing only; other documents may still have to lay out the others.


def _static(style: Any) -> Any:
    static = style.copy()
    static["position"] = "static"
    return static


def _unclipped(style: Any) -> Any:
    unclipped = style.copy()
    unclipped["overflow"] = "visible"
    return unclipped
