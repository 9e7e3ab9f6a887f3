"""Boxes: their sizes and grounds, and the margins of a page."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from weasyprint.css import PAGE_MARGIN_BOXES
from weasyprint.draw.color import get_color
from weasyprint.formatting_structure.boxes import Box
from weasyprint.layout import background, page, percent

from exporters.pdf.weasy.tuning.keeping import kept, replace

_SIDES = ("left", "right", "top", "bottom")
_LENGTHS = (
    *(f"margin_{side}" for side in _SIDES),
    *(f"padding_{side}" for side in _SIDES),
    *(f"{limit}{axis}" for limit in ("", "min_", "max_") for axis in ("width", "height")),
)
_MARGIN_BOXES = [f"@{name}" for name in sorted(PAGE_MARGIN_BOXES - {"footnote", "note-area"})]
_CORNERS = [
    f"border_{corner}_radius" for corner in ("top_left", "top_right", "bottom_right", "bottom_left")
]
_NOTHING = ("normal", "inhibit", "none")  # values of `content`

_resolve = percent.resolve_percentages
_make_margin_boxes = page.make_margin_boxes
_lay_out_grounds = background.layout_box_backgrounds
_in_normal_flow = Box.is_in_normal_flow


def tune() -> None:
    """Change WeasyPrint."""
    Box.is_in_normal_flow = _quick_in_normal_flow
    replace(_resolve, _quick_resolve)
    replace(_lay_out_grounds, _quick_grounds)
    replace(_make_margin_boxes, _quick_margin_boxes)


def _quick_in_normal_flow(self: Any) -> bool:
    style = self.style
    if style["float"] == "none" and style["position"] in ("static", "relative"):
        return True
    return bool(_in_normal_flow(self))


def _quick_resolve(box: Any, containing_block: Any) -> None:
    """Lengths that do not depend on the containing block, all at once."""
    lengths = kept(box.style, "lengths", _fixed_lengths)
    if lengths:
        vars(box).update(lengths)
    else:
        _resolve(box, containing_block)


def _fixed_lengths(style: Any) -> dict[str, Any]:
    """The lengths of each box of this style; none if they may differ from box to box."""
    for name in _LENGTHS:
        value = style[name]
        if value is not None and value != "auto" and getattr(value, "unit", None) != "px":
            return {}
    if style["border_collapse"] == "collapse":
        return {}
    box = SimpleNamespace(style=style)
    _resolve(box, (0, 0))
    del box.style
    return vars(box)


def _quick_grounds(paper: Any, box: Any, get_image: Any, *rest: Any, **how: Any) -> None:
    """Nothing to lay out in a box without a ground, which most boxes are."""
    if rest or how or box is paper or not kept(box.style, "bare", _is_bare):
        _lay_out_grounds(paper, box, get_image, *rest, **how)
        return
    for corner in _CORNERS:
        setattr(box, corner, (0, 0))  # it may be a placeholder, which hands them on
    box.background = None
    for child in box.all_children():
        _quick_grounds(paper, child, get_image)


def _is_bare(style: Any) -> bool:
    return (
        get_color(style, "background_color").alpha == 0
        and all(kind == "none" for kind, _ in style["background_image"])
        and not style["box_shadow"]
        and style["border_image_source"][0] == "none"
        and style["mask_border_source"][0] == "none"
        and all((0, "px") in style[corner] for corner in _CORNERS)
    )


def _quick_margin_boxes(context: Any, paper: Any, state: Any) -> Iterator[Any]:
    """None, if none has a content: most pages have no head and no foot of their own."""
    styles = (context.style_for(paper.page_type, name) for name in _MARGIN_BOXES)
    if any(style is not None and style["content"] not in _NOTHING for style in styles):
        yield from _make_margin_boxes(context, paper, state)
