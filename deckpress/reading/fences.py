"""Fenced code: finding the fences of a text, reading their info strings, cutting out file parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import dedent

from deckpress.reading.lines import Line, lines_of, opening, split_lines

# The attributes that an info string may have.
KNOWN = ("file", "part", "alt")
# The words that say what a block is, if it is not code that somebody may run: what a program
# printed, or an outline.
DIAGRAM = "mermaid"  # the language of a fence that is drawn
ROLES = ("output", "sketch")

_ITEM = re.compile(r'(?P<key>[^\s="]+)=(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]+))(?=\s|$)|(\S+)')
_MARK = re.compile(
    r"\s*(?:#+|//+|--+|;+|%+|/\*+|<!--|\{#|\{\{!|\(\*|\*|\"|')\s*part:\s*(?P<name>[\w.-]+)"
    r"\s*(?:\*/|-->|#\}|\}\}|\*\))?\s*"
)
_END = "end"


@dataclass(frozen=True, slots=True)
class Info:
    """An info string: ``nginx file=examples/lb.conf part=upstream`` or ``text output``.

    `role` is one of `ROLES` or empty; `strange` holds the words that are neither the language nor
    a role nor ``key=value``.
    """

    language: str
    attributes: Mapping[str, str]
    role: str = ""
    strange: tuple[str, ...] = ()

    @property
    def file(self) -> str | None:
        return self.attributes.get("file")

    @property
    def part(self) -> str | None:
        return self.attributes.get("part")

    @property
    def alt(self) -> str:
        return self.attributes.get("alt", "")


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block. Its first line is line `line` (from 0) of its text.

    `column` (from 1) is that of the mark, `info_column` that of the info string, and `prefix` what
    stands before the mark: white space, list marks, quote marks.
    """

    line: int
    column: int
    mark: str
    info: Info
    info_source: str
    info_column: int
    body: tuple[str, ...]
    closed: bool
    prefix: str


def parse_info(source: str) -> Info:
    """The language and the attributes of an info string. The first value of a key counts."""
    language = role = ""
    attributes: dict[str, str] = {}
    strange = []
    for index, match in enumerate(_ITEM.finditer(source)):
        key, word = match["key"], match.group(4)
        if key is not None:
            value = match["quoted"] if match["quoted"] is not None else match["plain"]
            attributes.setdefault(key, value)
        elif index == 0:
            language = word
        elif word in ROLES and not role:
            role = word
        else:
            strange.append(word)
    return Info(language, attributes, role, tuple(strange))


def find(text: str) -> tuple[Fence, ...]:
    """The fences of a Markdown text, in order."""
    if "```" not in text and "~~~" not in text:
        return ()
    fences: list[Fence] = []
    first, start = "", -1
    body: list[str] = []
    for number, (line, kind) in enumerate(lines_of(text)):
        if kind is Line.FENCED:
            body.append(line.rstrip("\r\n"))
            continue
        if start >= 0:
            fences.append(_fence(first, start, body, closed=kind is Line.CLOSING))
            start = -1
        if kind is Line.OPENING:
            first, start, body = line, number, []
    if start >= 0:
        fences.append(_fence(first, start, body, closed=False))
    return tuple(fences)


def _fence(line: str, number: int, body: Sequence[str], *, closed: bool) -> Fence:
    match = opening(line)
    assert match is not None  # the scanner said so
    info = match["info"].strip()
    return Fence(
        line=number,
        column=match.end("prefix") + 1,
        mark=match["mark"],
        info=parse_info(info),
        info_source=info,
        info_column=match.end() - len(match["info"].lstrip()) + 1,
        body=tuple(body),
        closed=closed,
        prefix=match["prefix"],
    )


def extract(text: str, part: str | None) -> str | None:
    r"""A file as a card shows it: whole, or the part of that name; None if it has no such part.

    A part starts below a comment line with ``part: NAME`` and ends at the next such line, at
    ``part: end`` or at the end of the file. Pieces of one name are joined. The lines with the marks
    are never shown. Line ends come out as ``\n``, without one at the end; the indentation that a
    part's lines share is cut off.
    """
    current: str | None = None
    found = False
    kept: list[str] = []
    for line in split_lines(text.removeprefix("\ufeff")):
        stripped = line.rstrip("\r\n")
        match = _MARK.fullmatch(stripped) if "part:" in stripped else None
        if match:
            current = None if match["name"] == _END else match["name"]
            found = found or current == part
        elif part is None or current == part:
            kept.append(stripped)
    if part is not None and not found:
        return None
    return dedent("\n".join(kept)).strip("\n")
