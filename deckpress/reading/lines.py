"""Tells what each line of Markdown is: code, a heading or text. A small state machine.

It knows just enough Markdown to tell code from the rest: fences (at the margin, in lists, in
quotes) and indented blocks. Everything that looks for something in a source uses it first, so a
``##`` in a configuration file is never taken for a heading, nor a ``$`` for a formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from io import StringIO

TAB_WIDTH = 4

# A fence may stand behind list markers and quote marks: `- ```sh`, `> ~~~`.
_OPENING = re.compile(
    r"(?P<prefix>(?:[ \t]*+(?:>|[-*+][ \t]|\d{1,9}[.)][ \t]))*+[ \t]*+)"
    r"(?P<mark>`{3,}+|~{3,}+)(?P<info>[^\r\n]*)"
)
_HEADING = re.compile(r" {0,3}(#{1,6})(?=[ \t\r\n]|$)")
# Below a list item or the text of a footnote, indented lines are not code.
_CONTAINER = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ \t]|\[\^[^\]\s]+\]:")
_SPACE = re.compile(r"[ \t]*+")
_QUOTE = re.compile(r"[ \t]*+>[ ]?")


class LineKind(IntEnum):
    """What a line is. The kinds from `OPENING` on are code."""

    BLANK = 0
    TEXT = 1
    HEADING = 2
    OPENING = 3  # the first line of a fence
    FENCED = 4
    CLOSING = 5
    INDENTED = 6  # code by four spaces or a tab

    @property
    def is_code(self) -> bool:
        """Whether the line belongs to a code block, fenced or indented."""
        return self >= LineKind.OPENING


@dataclass(slots=True)
class _OpenFence:
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
    """The width of the white space at the start of a line, in columns; tab stops are four apart."""
    match = _SPACE.match(line)
    return columns(match.group()) if match else 0


def columns(prefix: str) -> int:
    """The width of a line's beginning in columns; tab stops are four apart."""
    return len(prefix.expandtabs(TAB_WIDTH)) if "\t" in prefix else len(prefix)


def match_opening(line: str) -> re.Match[str] | None:
    """The groups `prefix`, `mark` and `info` of a line that can open a fence; else None."""
    match = _OPENING.match(line)
    if match and match["mark"][0] == "`" and "`" in match["info"]:
        return None  # a code span, not a fence
    return match


@lru_cache(maxsize=64)
def closing_pattern(mark: str) -> re.Pattern[str]:
    """The pattern of a line that closes a fence with this opening mark."""
    return re.compile(rf"^[ \t]*+{re.escape(mark[0])}{{{len(mark)},}}+[ \t]*+\r?$", re.MULTILINE)


def heading_level(line: str) -> int:
    """The level of a heading line, which is its number of ``#``; 0 for any other line.

    The line must not be part of a code block.
    """
    match = _HEADING.match(line)
    return len(match.group(1)) if match else 0


class LineClassifier:
    """Takes the lines of a text one after another and tells what each is."""

    __slots__ = ("_blank", "_contained", "_fence")

    def __init__(self) -> None:
        self._fence: _OpenFence | None = None
        self._blank = True
        self._contained = False

    def classify(self, line: str) -> LineKind:
        """What `line` is, given the lines before it. It may have its line end."""
        if self._fence is not None:
            kind = self._inside(line, self._fence)
            if kind is not None:
                return kind
        first = line[:1]
        if first in "\r\n" or line.isspace():
            self._blank = True
            return LineKind.BLANK
        if ("```" in line or "~~~" in line) and (match := match_opening(line)):
            prefix = match["prefix"]
            if not self._code_by_indent(prefix):
                self._begin(match, prefix)
                return LineKind.OPENING
        if first in " \t" and indent_of(line) >= TAB_WIDTH:
            if self._blank and not self._contained:
                return LineKind.INDENTED
            self._blank = False
            return LineKind.TEXT
        if first in "# " and heading_level(line):
            self._blank, self._contained = True, False
            return LineKind.HEADING
        if _CONTAINER.match(line.lstrip(" \t")):
            self._contained = True
        elif self._blank and first not in " \t":
            self._contained = False
        self._blank = False
        return LineKind.TEXT

    def _code_by_indent(self, prefix: str) -> bool:
        return (
            self._blank
            and not self._contained
            and not prefix.strip(" \t")
            and columns(prefix) >= TAB_WIDTH
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
        self._fence = _OpenFence(mark, quotes, columns(prefix), closing_pattern(mark))
        self._blank = False

    def _inside(self, line: str, fence: _OpenFence) -> LineKind | None:
        """What a line is in an open fence; None if it is outside, so the fence never closes."""
        rest = line.rstrip("\r\n")
        for _ in range(fence.quotes):
            match = _QUOTE.match(rest)
            if not match:
                self._fence = None
                return None
            rest = rest[match.end() :]
        if fence.mark in rest and fence.closing.match(rest):
            self._fence = None
            return LineKind.CLOSING
        if fence.indent and rest.strip() and indent_of(rest) < fence.indent:
            # Its list item has ended, and the fence with it, as in CommonMark.
            self._fence = None
            return None
        return LineKind.FENCED


@lru_cache(maxsize=512)
def classified_lines(text: str) -> tuple[tuple[str, LineKind], ...]:
    """The lines of a text, each with its line end and its kind."""
    lines = split_lines(text)
    return tuple(zip(lines, classify(lines), strict=True))


def classify(lines: Iterable[str]) -> Iterator[LineKind]:
    """The kind of each of these lines, in linear time. No input makes it fail."""
    classify_line = LineClassifier().classify
    for line in lines:
        yield classify_line(line)
