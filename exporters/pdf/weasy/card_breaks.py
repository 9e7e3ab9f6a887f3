"""Where a card is divided between two columns.

A card that begins low in a column is read twice: its question here, its answer there. With
``break-inside: avoid`` no card would be divided, and an eighth more paper would be needed. CSS
cannot say what lies between, so WeasyPrint is changed here: a card that does not fit into the rest
of its column begins the next one if that rest is small; and a callout does not, if that would leave
much of a column empty.

Nor can it say that a picture may be smaller than it is where that saves the rest of a column. The
attribute ``data-least`` of a picture does: the least share of its size.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from weasyprint.layout import block

_SMALL = 0.07  # of the height of a page; a larger rest is too much paper to leave empty
# Of the height of a page, too: as much is not left empty for a callout to stay whole.
_MUCH = 0.4
_MOST_OF = 0.5  # of a column that begins below something else; a rest of more is not left either
_ROUNDING = 1.0  # pixels

_lay_out = block.block_container_layout
_lay_out_picture = block.block_replaced_box_layout


@cache
def keep_cards_whole() -> None:
    """Change WeasyPrint for the rest of this process. Further calls do nothing."""
    block.block_container_layout = _lay_out_block
    block.block_replaced_box_layout = _fit_into_rest


def _lay_out_block(context: Any, box: Any, bottom_space: float, *rest: Any, **how: Any) -> Any:
    """Replaces `block_container_layout`."""
    context.kept_free = bottom_space  # for `_fit_into_rest`, which is not told
    if box.element_tag == "main":
        context.column_top = box.position_y
    made = _lay_out(context, box, bottom_space, *rest, **how)
    new_box, resume_at, *_, max_lines = made
    left = context.page_bottom - bottom_space - box.position_y
    if new_box is None and left > _MUCH * context.page_bottom and _may_be_divided(box):
        return _lay_out(context, _divided(box), bottom_space, *rest, **how)
    if not _is_card(box):
        return made
    skip, page_is_empty = rest[:2]
    whole = new_box is None or resume_at is None
    if whole or skip or page_is_empty or left > _SMALL * context.page_bottom:
        return made
    if left > _MOST_OF * (context.page_bottom - context.column_top):
        return made
    return None, None, {"break": "any", "page": None}, [], False, max_lines


def _may_be_divided(box: Any) -> bool:
    """Whether a box, which should be whole, is a callout: text that can go on in a new column."""
    return box.element is not None and "callout" in box.element.get("class", "").split()


def _divided(box: Any) -> Any:
    divided = box.copy()
    divided.style = box.style.copy()
    divided.style["break_inside"] = "auto"
    return divided


def _is_card(box: Any) -> bool:
    return bool(box.element_tag == "article" and "card" in box.element.get("class", "").split())


def _fit_into_rest(context: Any, box: Any, *rest: Any) -> Any:
    """Replaces `block_replaced_box_layout`."""
    made = _lay_out_picture(context, box, *rest)
    picture = made[0]
    least = picture.element.get("data-least") if picture.element is not None else None
    if least:
        bottom = context.page_bottom - context.kept_free
        room = bottom - picture.content_box_y() - picture.margin_bottom - _ROUNDING
        share = room / picture.height if picture.height else 1
        if float(least) <= share < 1:
            left_over = picture.width * (1 - share)
            picture.height = room
            picture.width -= left_over
            picture.margin_left += left_over / 2
            picture.margin_right += left_over / 2
    return made
