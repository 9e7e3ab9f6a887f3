"""How deep a piece of a field stands: a list, a quotation and a callout each take room from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

INDENT = 4.6  # millimetres that each takes (content.css)


def nested(html: str, block: str, change: Callable[[re.Match[str], int], str]) -> str:
    """`html` with each `block`, a regular expression, as `change` makes it: of the match, and of
    the number of elements around it that take room.
    """
    around: list[bool] = []  # whether each element that is open takes room

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
