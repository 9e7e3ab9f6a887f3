"""The source cut into tokens: front matter, headings, and the text between them.

Nothing is lost: the raw text of all tokens, joined, is the source.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from deckpress.blocks import Line, Scanner, heading_level, split_lines

BOM = "\ufeff"

_RULE = re.compile(r"---[ \t]*[\r\n]*")
_END = re.compile(r"(?:---|\.\.\.)[ \t]*[\r\n]*")


class TokenKind(StrEnum):
    BOM = "bom"
    FRONT = "front"  # both rules and what is between; without the closing rule only the first line
    HEADING = "heading"  # of level 1 to 3; deeper ones are text
    TEXT = "text"


class Token(NamedTuple):
    """A stretch of whole lines. `line` counts from 1; `level` is a heading's number of ``#``."""

    kind: TokenKind
    raw: str
    line: int
    level: int = 0


DEEPEST = 3


def scan(text: str) -> tuple[Token, ...]:
    """Cut a source into tokens. ``"".join(t.raw for t in scan(text)) == text`` for any text."""
    tokens = []
    if text.startswith(BOM):
        tokens.append(Token(TokenKind.BOM, BOM, 1))
        text = text[1:]
    lines = split_lines(text)
    start = 0
    if lines and _RULE.fullmatch(lines[0]):
        start = next((n for n in range(1, len(lines)) if _END.fullmatch(lines[n])), 0) + 1
        tokens.append(Token(TokenKind.FRONT, "".join(lines[:start]), 1))
    step = Scanner().step
    for number in range(start, len(lines)):
        line = lines[number]
        if step(line) is Line.HEADING and (level := heading_level(line)) <= DEEPEST:
            if start < number:
                tokens.append(Token(TokenKind.TEXT, "".join(lines[start:number]), start + 1))
            tokens.append(Token(TokenKind.HEADING, line, number + 1, level))
            start = number + 1
    if start < len(lines):
        tokens.append(Token(TokenKind.TEXT, "".join(lines[start:]), start + 1))
    return tuple(tokens)
