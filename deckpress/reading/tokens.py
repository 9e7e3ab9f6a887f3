"""Cuts a source into tokens: front matter, headings, and the text between them.

Nothing is lost: the raw texts of all tokens, joined, are the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from deckpress.reading.lines import (
    LineClassifier,
    LineKind,
    closing_pattern,
    heading_level,
    match_opening,
)

BOM = "\ufeff"

_FRONT_START = re.compile(r"---[ \t]*+\r?(?:\n|\Z)")
_FRONT_END = re.compile(r"^(?:---|\.\.\.)[ \t]*+\r?(?:\n|\Z)", re.MULTILINE)
_LONE_CR = re.compile(r"\r(?!\n)")
# The lines that may be a heading or open a fence; no other line needs a closer look.
_HEADING_OR_FENCE = re.compile(
    r"^(?:(?P<heading> {0,3}#{1,6}(?=[ \t\r\n]|\Z))|[ \t>*+\-.)\d]*+(?=```|~~~))", re.MULTILINE
)


class TokenKind(StrEnum):
    """What a token is."""

    BOM = "bom"
    FRONT = "front"  # both ``---`` lines and all between them; only the first if none closes it
    HEADING = "heading"  # of level 1 to 3; deeper ones are text
    TEXT = "text"


class Token(NamedTuple):
    """One or more whole lines of a source.

    `raw` is their text. `line` is the number of the first, from 1. `level` is the number of ``#``
    of a heading, else 0.
    """

    kind: TokenKind
    raw: str
    line: int
    level: int = 0


DEEPEST_HEADING = 3  # a deeper heading is part of an answer's text


@lru_cache(maxsize=2)
def scan(text: str) -> tuple[Token, ...]:
    """The tokens of a source, in order.

    ``"".join(token.raw for token in scan(text)) == text`` holds for any text.
    """
    # In `shape` every line end has a "\n", and each character has the same offset as in `text`.
    shape = _LONE_CR.sub("\n", text) if "\r" in text else text
    tokens = []
    start = 0
    if text.startswith(BOM):
        tokens.append(Token(TokenKind.BOM, BOM, 1))
        shape = "\n" + shape[1:]  # so that the first line begins like any other
        start = 1
    line = 1
    if rule := _FRONT_START.match(shape, start):
        end = _FRONT_END.search(shape, rule.end())
        stop = end.end() if end else rule.end()
        tokens.append(Token(TokenKind.FRONT, text[start:stop], line))
        line += shape.count("\n", start, stop)
        start = stop
    for begin, stop in _headings(shape, start):
        if start < begin:
            tokens.append(Token(TokenKind.TEXT, text[start:begin], line))
            line += shape.count("\n", start, begin)
        raw = text[begin:stop]
        tokens.append(Token(TokenKind.HEADING, raw, line, heading_level(raw)))
        line += 1
        start = stop
    if start < len(text):
        tokens.append(Token(TokenKind.TEXT, text[start:], line))
    return tuple(tokens)


def _headings(shape: str, position: int) -> Iterator[tuple[int, int]]:
    """The start of each heading of level 1 to 3 and the end of its line, from `position` on.

    This jumps from one line that matters to the next. A fence at the margin is skipped in one step.
    If a fence is indented, or in a list or a quote, a `LineClassifier` reads all lines up to the
    next heading.
    """
    segment = position
    while match := _HEADING_OR_FENCE.search(shape, position):
        end = shape.find("\n", match.end()) + 1 or len(shape)
        if match["heading"] is not None:
            if heading_level(match["heading"]) <= DEEPEST_HEADING:
                yield match.start(), end
            segment = position = end
            continue
        fence = match_opening(shape[match.start() : end])
        if fence is None:
            position = end
        elif fence["prefix"]:
            position = segment = _next_heading(shape, segment)
        else:
            close = closing_pattern(fence["mark"]).search(shape, end)
            position = close.end() if close else len(shape)
        if position >= len(shape):
            return


def _next_heading(shape: str, start: int) -> int:
    """The start of the next heading of any level, from the line at `start` on.

    No fence can be open at `start`: that is the place after a heading, or the start of the text.
    """
    classify_line = LineClassifier().classify
    for line in _lines(shape, start):
        if classify_line(line) is LineKind.HEADING:
            return start
        start += len(line)
    return start


def _lines(shape: str, start: int) -> Iterator[str]:
    while start < len(shape):
        end = shape.find("\n", start) + 1 or len(shape)
        yield shape[start:end]
        start = end
