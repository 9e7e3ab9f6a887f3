"""Texts of nothing but paragraphs and fences at the margin, which need no parser.

Most texts of a deck are such. What is found here is what the parser would find.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

# How a line may begin that is more than prose, or has a meaning for the line above it.
_BLOCK = re.compile(
    r"^(?: {4}|[ \t]*\t"
    r"|[ ]{0,3}(?:"
    r"[-+*](?:[ \t]|$)|\d{1,9}[.)](?:[ \t]|$)|[>#<\[|]"
    r"|```|~~~|\$\$|\\\["
    r"|[-*_=][-*_= \t]*+$|[|:-][-|: \t]*+$"
    r"))",
    re.MULTILINE,
)
_PARAGRAPH = re.compile(r"^[ \t]*\S.*(?:\n[ \t]*\S.*)*", re.MULTILINE)


# The first line of a fence. Backquotes in its info string would make it a paragraph.
_OPENING = re.compile(r"^(`{3,})([^`\n]*)\n", re.MULTILINE)


class Block(NamedTuple):
    """A paragraph or a fence: its first line and the line after its last (from 0), and its text.

    A paragraph has no `mark`. The text of a fence is what stands between its marks.
    """

    first: int
    stop: int
    text: str
    mark: str = ""
    info: str = ""


def is_plain(source: str) -> bool:
    """Whether a text has no blocks but paragraphs."""
    return _BLOCK.search(source) is None


def plain_blocks(source: str) -> list[Block] | None:
    """The blocks of a text of nothing but paragraphs and fences; None if it may have others."""
    blocks: list[Block] = []
    line = position = 0
    while opening := _OPENING.search(source, position):
        mark, info = opening.groups()
        above = source[position : opening.start()]
        closing = _closing(len(mark)).search(source, opening.end())
        if closing is None or not is_plain(above):
            return None
        blocks += _paragraphs(above, line)
        line += above.count("\n")
        body = source[opening.end() : closing.start()]
        stop = line + 2 + body.count("\n")
        blocks.append(Block(line, stop, body, mark, info))
        line, position = stop, closing.end() + 1
    rest = source[position:]
    if not is_plain(rest):
        return None
    return [*blocks, *_paragraphs(rest, line)]


@cache
def _closing(length: int) -> re.Pattern[str]:
    """The last line of a fence that began with so many backquotes."""
    return re.compile(rf"^ {{0,3}}`{{{length},}}[ \t]*$", re.MULTILINE)


def _paragraphs(source: str, line: int) -> Iterator[Block]:
    """The paragraphs of a plain text that begins on `line`."""
    position = 0
    for match in _PARAGRAPH.finditer(source):
        line += source.count("\n", position, match.start())
        position = match.start()
        yield Block(line, line + match.group().count("\n") + 1, match.group().strip())
