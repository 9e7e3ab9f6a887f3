"""Where a card is divided between two columns.

A card that begins low in a column is read twice: its question here, its answer there. With
``break-inside: avoid`` no card would be divided, and an eighth more paper would be needed. CSS
cannot say what lies between, so WeasyPrint is changed here: a card that does not fit into the rest
of its column begins the next one if that rest is small.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from weasyprint.layout import block

_SMALL = 0.12  # of the height of a page; a larger rest is too much paper to leave empty

_lay_out = block.block_container_layout


@cache
def keep_cards_whole() -> None:
    """Change WeasyPrint for the rest of this process. Further calls do nothing."""
    block.block_container_layout = _lay_out_block


def _lay_out_block(context: Any, box: Any, *rest: Any, **how: Any) -> Any:
    """Replaces `block_container_layout`."""
    made = _lay_out(context, box, *rest, **how)
    if not _is_card(box):
        return made
    bottom_space, skip, page_is_empty = rest[:3]
    new_box, resume_at, *_, max_lines = made
    whole = new_box is None or resume_at is None
    left = context.page_bottom - bottom_space - box.position_y
    if whole or skip or page_is_empty or left > _SMALL * context.page_bottom:
        return made
    return None, None, {"break": "any", "page": None}, [], False, max_lines


def _is_card(box: Any) -> bool:
    return bool(box.element_tag == "article" and "card" in box.element.get("class", "").split())
