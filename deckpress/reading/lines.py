"""The lines of a source."""

from __future__ import annotations

import re
from io import StringIO

TAB_WIDTH = 4

_HEADING = re.compile(r" {0,3}(#{1,6})(?=[ \t\r\n]|$)")
_SPACE = re.compile(r"[ \t]*+")
_BLANK_START = re.compile(r"(?:[ \t\f\v]*+\n)++")


def split_lines(text: str) -> list[str]:
    r"""The lines of a text with their ends: ``\n``, ``\r\n`` or ``\r``, and no other character.

    `str.splitlines` would also cut at form feeds and a few more that no editor counts as lines.
    """
    return list(StringIO(text, newline=""))


def trimmed(raw: str) -> tuple[str, int]:
    r"""A text without blank lines at both ends, with ``\n`` as line ends, as a field has it.

    It comes with the number of lines that were left out at its start.
    """
    if "\r" in raw:
        raw = raw.replace("\r\n", "\n").replace("\r", "\n")
    above = 0
    if match := _BLANK_START.match(raw):
        above = raw.count("\n", 0, match.end())
        raw = raw[match.end() :]
    return raw.rstrip(), above


def indent_of(line: str) -> int:
    """The width of the white space at the start of a line, in columns; tab stops are four apart."""
    match = _SPACE.match(line)
    space = match.group() if match else ""
    return len(space.expandtabs(TAB_WIDTH)) if "\t" in space else len(space)


def heading_level(line: str) -> int:
    """The level of a heading line, which is its number of ``#``; 0 for any other line.

    The line must not be part of a code block.
    """
    match = _HEADING.match(line)
    return len(match.group(1)) if match else 0
