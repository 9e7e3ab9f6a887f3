"""The source cut into tokens: front matter, headings, and the text between them.

Nothing is lost: the raw text of all tokens, joined, is the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from deckpress.reading.lines import Line, Scanner, closing, heading_level, opening

BOM = "\ufeff"

_FRONT = re.compile(r"---[ \t]*+\r?(?:\n|\Z)")
_FRONT_END = re.compile(r"^(?:---|\.\.\.)[ \t]*+\r?(?:\n|\Z)", re.MULTILINE)
_LONE_CR = re.compile(r"\r(?!\n)")
# All that can be a heading or open a fence; no other line needs to be looked at.
_EVENT = re.compile(
    r"^(?:(?P<heading> {0,3}#{1,6}(?=[ \t\r\n]|\Z))|[ \t>*+\-.)\d]*+(?=```|~~~))", re.MULTILINE
)


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


DEEPEST = 3  # a deeper heading is part of an answer's text


@lru_cache(maxsize=2)
def scan(text: str) -> tuple[Token, ...]:
    """Cut a source into tokens. ``"".join(t.raw for t in scan(text)) == text`` for any text."""
    # Every line end of `shape` has a "\n", and each character stands where it does in `text`.
    shape = _LONE_CR.sub("\n", text) if "\r" in text else text
    tokens = []
    start = 0
    if text.startswith(BOM):
        tokens.append(Token(TokenKind.BOM, BOM, 1))
        shape = "\n" + shape[1:]  # so that the first line begins as every other
        start = 1
    line = 1
    if rule := _FRONT.match(shape, start):
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
    """Where each heading of level 1 to 3 begins and its line ends, from `position` on.

    Jumps from one line of interest to the next. A fence at the margin is skipped at once; where one
    stands in a list, a quote or indented, a `Scanner` goes over the lines up to the next heading.
    """
    segment = position
    while match := _EVENT.search(shape, position):
        end = shape.find("\n", match.end()) + 1 or len(shape)
        if match["heading"] is not None:
            if heading_level(match["heading"]) <= DEEPEST:
                yield match.start(), end
            segment = position = end
            continue
        fence = opening(shape[match.start() : end])
        if fence is None:
            position = end
        elif fence["prefix"]:
            position = segment = _next_heading(shape, segment)
        else:
            close = closing(fence["mark"]).search(shape, end)
            position = close.end() if close else len(shape)
        if position >= len(shape):
            return


def _next_heading(shape: str, start: int) -> int:
    """Where the next heading of any level begins, from the line at `start` on, told line by line.

    A fence that is open at `start` does not exist: a heading or the text's start stands there.
    """
    step = Scanner().step
    for line in _lines(shape, start):
        if step(line) is Line.HEADING:
            return start
        start += len(line)
    return start


def _lines(shape: str, start: int) -> Iterator[str]:
    while start < len(shape):
        end = shape.find("\n", start) + 1 or len(shape)
        yield shape[start:end]
        start = end
