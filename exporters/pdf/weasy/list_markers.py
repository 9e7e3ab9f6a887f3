"""Draws the bullet or the number of a list beside its item, and not behind all other text.

WeasyPrint positions markers absolutely, and so draws them when the rest of the page is drawn (CSS
2.2, appendix E). Who copies a list has its bullets in a heap below it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from weasyprint import stacking
from weasyprint.layout.absolute import AbsolutePlaceholder

from exporters.pdf.weasy.tuning.keeping import kept

_dispatch = stacking._dispatch


@cache
def draw_markers_in_place() -> None:
    """Change WeasyPrint for the rest of this process. Further calls do nothing."""
    stacking._dispatch = _dispatch_in_flow


def _dispatch_in_flow(box: Any, *rest: Any) -> Any:
    """Replaces `_dispatch`. A marker has its place by now: it is drawn as a block in the flow."""
    if isinstance(box, AbsolutePlaceholder) and box._box.is_outside_marker:
        box = box._box
        box.style = kept(box.style, "static", _static)
    return _dispatch(box, *rest)


def _static(style: Any) -> Any:
    """The style of a marker in the flow; other documents may still have to lay out the other."""
    static = style.copy()
    static["position"] = "static"
    return static
