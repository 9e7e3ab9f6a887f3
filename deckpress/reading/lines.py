"""What each line of Markdown is: code, heading or text. One small state machine, used everywhere.

It knows just enough of Markdown to tell code from the rest: fences (at the margin, in lists, in
quotes) and indented blocks. Everything that looks for something in a source asks it first, so a
``##`` or a ``$`` in a configuration file is never taken for more than it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from io import StringIO

TAB = 4

# A fence may stand behind list markers and quote marks: `- ```sh`, `> ~~~`.
_OPENING = re.compile(
    r"(?P<prefix>(?:[ \t]*+(?:>|[-*+][ \t]|\d{1,9}[.)][ \t]))*+[ \t]*+)"
    r"(?P<mark>`{3,}+|~{3,}+)(?P<info>[^\r\n]*)"
)
_HEADING = re.compile(r" {0,3}(#{1,6})(?=[ \t\r\n]|$)")
# What keeps indented lines below it from being code: a list item, a footnote's text.
_CONTAINER = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ \t]|\[\^[^\]\s]+\]:")
_SPACE = re.compile(r"[ \t]*+")
_QUOTE = re.compile(r"[ \t]*+>[ ]?")


class Line(IntEnum):
    BLANK = 0
    TEXT = 1
    HEADING = 2
    OPENING = 3  # the first line of a fence
    FENCED = 4
    CLOSING = 5
    INDENTED = 6  # code by four spaces or a tab

    @property
    def code(self) -> bool:
        return self >= Line.OPENING


@dataclass(slots=True)
class _Fence:
    mark: str
    quotes: int
    indent: int
    closing: re.Pattern[str]


def split_lines(text: str) -> list[str]:
    r"""The lines of a text with their ends: ``\n``, ``\r\n`` or ``\r``, and no other character.

    `str.splitlines` would also cut at form feeds and a few more that no editor counts as lines.
    """
    return list(StringIO(text, newline=""))


def indent_of(line: str) -> int:
    """The columns of white space before a line's first character; a tab fills up to a fourth."""
    match = _SPACE.match(line)
    return columns(match.group()) if match else 0


def columns(prefix: str) -> int:
    """The width of a prefix in columns."""
    return len(prefix.expandtabs(TAB)) if "\t" in prefix else len(prefix)


def opening(line: str) -> re.Match[str] | None:
    """The prefix, mark and info string of a line that can open a fence."""
    match = _OPENING.match(line)
    if match and match["mark"][0] == "`" and "`" in match["info"]:
        return None  # a code span, not a fence
    return match


@lru_cache(maxsize=64)
def closing(mark: str) -> re.Pattern[str]:
    """What closes a fence of that mark, if it is a whole line."""
    return re.compile(rf"^[ \t]*+{re.escape(mark[0])}{{{len(mark)},}}+[ \t]*+\r?$", re.MULTILINE)


def heading_level(line: str) -> int:
    """How many ``#`` make this line a heading; 0 if it is none. For lines outside code."""
    match = _HEADING.match(line)
    return len(match.group(1)) if match else 0


class Scanner:
    """Takes the lines of a text in turn and says what each is."""

    __slots__ = ("_blank", "_contained", "_fence")

    def __init__(self) -> None:
        self._fence: _Fence | None = None
        self._blank = True
        self._contained = False

    def step(self, line: str) -> Line:
        """What `line` is, after the lines before it. It may end in a line end."""
        if self._fence is not None:
            kind = self._inside(line, self._fence)
            if kind is not None:
                return kind
        first = line[:1]
        if first in "\r\n" or line.isspace():
            self._blank = True
            return Line.BLANK
        if ("```" in line or "~~~" in line) and (match := opening(line)):
            prefix = match["prefix"]
            if not self._code_by_indent(prefix):
                self._begin(match, prefix)
                return Line.OPENING
        if first in " \t" and indent_of(line) >= TAB:
            if self._blank and not self._contained:
                return Line.INDENTED
            self._blank = False
            return Line.TEXT
        if first in "# " and heading_level(line):
            self._blank, self._contained = True, False
            return Line.HEADING
        if _CONTAINER.match(line.lstrip(" \t")):
            self._contained = True
        elif self._blank and first not in " \t":
            self._contained = False
        self._blank = False
        return Line.TEXT

    def _code_by_indent(self, prefix: str) -> bool:
        return (
            self._blank
            and not self._contained
            and not prefix.strip(" \t")
            and columns(prefix) >= TAB
        )

    def _begin(self, match: re.Match[str], prefix: str) -> None:
        quotes = prefix.count(">")
        if quotes:
            prefix = prefix.rpartition(">")[2].removeprefix(" ")
        elif prefix.strip(" \t"):
            self._contained = True
        elif self._blank and not prefix:
            self._contained = False
        mark = match["mark"]
        self._fence = _Fence(mark, quotes, columns(prefix), closing(mark))
        self._blank = False

    def _inside(self, line: str, fence: _Fence) -> Line | None:
        """What a line is after an open fence; None if it stands outside and so leaves it open."""
        rest = line.rstrip("\r\n")
        for _ in range(fence.quotes):
            match = _QUOTE.match(rest)
            if not match:
                self._fence = None
                return None
            rest = rest[match.end() :]
        if fence.mark in rest and fence.closing.match(rest):
            self._fence = None
            return Line.CLOSING
        if fence.indent and rest.strip() and indent_of(rest) < fence.indent:
            # Its list item has ended, as in CommonMark: the fence was never closed.
            self._fence = None
            return None
        return Line.FENCED


@lru_cache(maxsize=512)
def lines_of(text: str) -> tuple[tuple[str, Line], ...]:
    """Each line of a text, with its end, and what it is."""
    lines = split_lines(text)
    return tuple(zip(lines, classify(lines), strict=True))


def classify(lines: Iterable[str]) -> Iterator[Line]:
    """What each of these lines is. Linear; never raises."""
    step = Scanner().step
    for line in lines:
        yield step(line)
