"""Texts of nothing but paragraphs, which need no parser. Most texts of a deck are such."""

from __future__ import annotations

import re
from collections.abc import Iterator

# How a line may begin that is more than prose, or has a meaning for the line above it.
_BLOCK = re.compile(
    r"^(?: {4}|[ \t]*\t"
    r"|[ ]{0,3}(?:"
    r"[-+*](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$)|[>#<\[|]"
    r"|```|~~~|\$\$"
    r"|[-*_=][-*_= \t]*+$|[|:-][-|: \t]*+$"
    r"))",
    re.MULTILINE,
)
_PARAGRAPH = re.compile(r"^[ \t]*\S.*(?:\n[ \t]*\S.*)*", re.MULTILINE)


def is_plain(source: str) -> bool:
    """Whether a text has no blocks but paragraphs."""
    return _BLOCK.search(source) is None


def paragraphs(source: str) -> Iterator[re.Match[str]]:
    """The paragraphs of a plain text."""
    return _PARAGRAPH.finditer(source)
