"""Cuts a source into tokens: front matter, headings, and the text between them.

Nothing is lost: the raw texts of all tokens, joined, are the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from deckpress.commonmark.document import parse
from deckpress.reading.fences import fence_of
from deckpress.reading.lines import heading_level, trimmed

BOM = "\ufeff"

# Comments, such as those for linters, may stand above the front matter.
COMMENTS_ABOVE = re.compile(
    r"(?:[ \t]*\r?\n)*(?:[ \t]*<!--(?:(?!-->)[\s\S])*-->[ \t]*\r?\n(?:[ \t]*\r?\n)*)+(?=---)"
)
_FRONT_START = re.compile(r"---[ \t]*+\r?(?:\n|\Z)")
_FRONT_END = re.compile(r"^(?:---|\.\.\.)[ \t]*+\r?(?:\n|\Z)", re.MULTILINE)
_LONE_CR = re.compile(r"\r(?!\n)")
_HEADING = re.compile(r"^ {0,3}#{1,3}(?=[ \t\r\n]|\Z)", re.MULTILINE)


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
    above = COMMENTS_ABOVE.match(shape, start)
    if above and _FRONT_START.match(shape, above.end()):
        tokens.append(Token(TokenKind.TEXT, text[start : above.end()], line))
        line += shape.count("\n", start, above.end())
        start = above.end()
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

    A line that looks like one is none if the parser says that a fence or a comment is open above
    it, or that a list goes on. `segment` is where the parser begins: no block is open there.
    """
    segment = position
    while match := _HEADING.search(shape, position):
        start = match.start()
        end = shape.find("\n", match.end()) + 1 or len(shape)
        inside = _end_of_open_block(shape, segment, start)
        if inside is not None:
            segment = position = inside
        elif match.group()[0] == " " and _is_in_list(shape[segment:end]):
            position = end
        else:
            yield start, end
            segment = position = end


def _end_of_open_block(shape: str, start: int, stop: int) -> int | None:
    """Where the fence or the comment ends that is open at `stop`; None if there is none."""
    part = shape[start:stop]
    if not ("```" in part or "~~~" in part or "<!--" in part):
        return None
    document = parse(trimmed(part)[0])
    last = document.tokens[-1] if document.tokens else None
    if document.open_comment >= 0:
        close = shape.find("-->", stop)
        return None if close < 0 else shape.find("\n", close) + 1 or len(shape)
    if last is None or last.type != "fence" or last.level or fence_of(last, document).closed:
        return None
    mark = last.markup
    closing = re.compile(
        rf"^ {{0,3}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*\r?(?:\n|\Z)", re.MULTILINE
    )
    found = closing.search(shape, stop)
    return found.end() if found else len(shape)


def _is_in_list(part: str) -> bool:
    """Whether the heading in the last line of `part` belongs to an item of a list."""
    tokens = parse(trimmed(part)[0]).tokens
    return bool(tokens) and tokens[-1].type != "heading_close"
