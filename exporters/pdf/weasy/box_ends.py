"""Where the frame of a box ends that goes on in the next column.

CSS lets it fill the rest of the column (CSS Fragmentation 3, 5.4), and WeasyPrint counts on that
while it looks for a break. It looks like a box with nothing in it, so the finished page is changed,
right before its backgrounds are laid out.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from weasyprint import layout

# Elements that may have a frame or a ground.
_FRAMED = {"blockquote", "code", "div", "pre", "section", "span"}

_lay_out_backgrounds = layout.layout_backgrounds


@cache
def end_below_text() -> None:
    """Change WeasyPrint for the rest of this process. Further calls do nothing."""
    layout.layout_backgrounds = _shrink_and_lay_out


def _shrink_and_lay_out(page: Any, *rest: Any) -> None:
    """Replaces `layout_backgrounds`."""
    _shrink(page.children[0])
    _lay_out_backgrounds(page, *rest)


def _shrink(box: Any) -> None:
    in_flow = [child for child in getattr(box, "children", ()) if child.is_in_normal_flow()]
    # What is turned is laid out as if it were not, and has the height that it takes when it is.
    if not in_flow or (box.element is not None and box.element.get("class") == "turned"):
        return
    last = in_flow[-1]
    for child in in_flow if getattr(last, "is_column", False) else (last,):
        _shrink(child)
    if box.element_tag in _FRAMED:
        box.height = min(box.height, last.position_y + last.margin_height() - box.content_box_y())
