"""How deeply a block is nested in lists, quotations and callouts, each of which indents it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

INDENT = 4.6  # the width in millimetres that each of them takes (content.css)


def replace_blocks(html: str, block: str, change: Callable[[re.Match[str], int], str]) -> str:
    """`html` with each match of the regular expression `block` replaced.

    `change` gets the match and the number of indenting elements around it, and returns HTML.
    """
    around: list[bool] = []  # for each open element, whether it indents

    def piece(found: re.Match[str]) -> str:
        if found["block"] is not None:
            return change(found, sum(around))
        if found["end"]:
            around.pop()
        else:
            around.append(found["name"] != "div" or 'class="callout' in found["rest"])
        return found[0]

    return _pattern(block).sub(piece, html)


@cache
def _pattern(block: str) -> re.Pattern[str]:
    element = r"<(?P<end>/?)(?P<name>ul|ol|blockquote|div)\b(?P<rest>[^>]*)>"
    return re.compile(f"(?P<block>{block})|{element}", re.DOTALL)
