"""A line of code that goes on in the next line is copied as one line.

Readers copy the lines of a page as they stand. So a command that was wrapped would be several
commands when it is pasted. The lines are put into a span with the text that they stand for
(ISO 32000-1, 14.9.4, ActualText), which WeasyPrint cannot write. Upstream: no issue is known.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pydyf
from weasyprint import draw
from weasyprint.formatting_structure import boxes

# What forbids and allows breaks of lines (`setting.line_breaks`); it has no glyph.
_UNSEEN = str.maketrans("", "", "\u2060\u200b")

_draw = draw.draw_block_level


@cache
def copy_lines_whole() -> None:
    """Change WeasyPrint for the rest of this process. Further calls do nothing."""
    draw.draw_block_level = _draw_block_level


def _draw_block_level(page: Any, stream: Any, blocks: dict[Any, Any]) -> None:
    """Replaces `draw_block_level`."""
    for block, inner in blocks.items():
        if _goes_on(block):
            text = "".join(map(_text, block.children)).translate(_UNSEEN)
            stream.begin_marked_content(
                "Span", pydyf.Dictionary({"ActualText": pydyf.String(text)})
            )
            _draw(page, stream, {block: inner})
            stream.end_marked_content()
        else:
            _draw(page, stream, {block: inner})


def _goes_on(block: Any) -> bool:
    return (
        block.element_tag == "span"
        and (block.element.get("class") or "").startswith("long")
        and len(block.children) > 1
    )


def _text(box: Any) -> str:
    if isinstance(box, boxes.TextBox):
        return str(box.text)
    return "".join(map(_text, box.children)) if isinstance(box, boxes.ParentBox) else ""
