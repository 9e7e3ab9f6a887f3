"""Fenced code: finding fences, reading their info strings, and cutting parts out of files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import dedent

from markdown_it.common.utils import unescapeAll
from markdown_it.token import Token

from deckpress.commonmark.document import Document, parse
from deckpress.reading.lines import split_lines

# The attributes that an info string may have.
ATTRIBUTES = ("file", "part", "title", "alt")
DIAGRAM = "mermaid"  # the language of a fence that is drawn
FORMULA = "math"  # that of a fence that is a formula, as on GitHub
LONGEST_DIAGRAM = 20_000  # characters
# The words that mark a block as something other than code to run: what a program printed, or an
# outline.
ROLES = ("output", "sketch")

_LINES = r"\{\s*\d{1,6}(?:\s*-\s*\d{1,6})?(?:\s*,\s*\d{1,6}(?:\s*-\s*\d{1,6})?)*\s*\}"
_RANGE = re.compile(r"(\d+)(?:\s*-\s*(\d+))?")
_MOST_RANGES = 100  # nobody marks more
_GLUED = re.compile(rf"[^\s={{]+(?={_LINES}(?:\s|$))")  # a language with the marked lines behind it
_ITEM = re.compile(
    rf"(?P<lines>{_LINES})(?=\s|$)|"
    r'(?P<key>[^\s="]+)=(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]+))(?=\s|$)|(?P<word>\S+)'
)
_PART_MARK = re.compile(
    r"\s*(?:#+|//+|--+|;+|%+|/\*+|<!--|\{#|\{\{!|\(\*|\*|\"|')\s*part:\s*(?P<name>[\w.-]+)"
    r"\s*(?:\*/|-->|#\}|\}\}|\*\))?\s*"
)
_PART_END = "end"


@dataclass(frozen=True, slots=True)
class Info:
    """An info string: ``nginx file=examples/lb.conf part=upstream`` or ``text output``.

    `language` is its first word, or empty. `role` is one of `ROLES`, or empty. `unknown_words` are
    the words that are neither the language nor a role nor ``key=value``. `marked` are the first
    and last lines (from 1) of what is marked: ``{1,3-5}``.
    """

    language: str
    attributes: Mapping[str, str]
    role: str = ""
    unknown_words: tuple[str, ...] = ()
    marked: tuple[tuple[int, int], ...] = ()

    @property
    def file(self) -> str | None:
        """The path of the file that the fence shows, or None."""
        return self.attributes.get("file")

    @property
    def part(self) -> str | None:
        """The name of the part of the file that the fence shows, or None."""
        return self.attributes.get("part")

    @property
    def title(self) -> str:
        """What is shown above the code; empty if nothing is."""
        return self.attributes.get("title", "")

    @property
    def alt(self) -> str:
        """The text alternative of a diagram; empty if there is none."""
        return self.attributes.get("alt", "")

    def is_marked(self, line: int) -> bool:
        """Whether a line (from 1) is marked."""
        return any(first <= line <= last for first, last in self.marked)


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block.

    `line` (from 0) is the line of the text on which it opens. `column` (from 1) is the column of
    its mark, such as three backquotes, and `info_column` that of the info string. `body` has the
    lines between the marks, without line ends and the marks of quotes and lists around them.
    """

    line: int
    column: int
    mark: str
    info: Info
    info_source: str
    info_column: int
    body: tuple[str, ...]
    closed: bool


def parse_info(source: str) -> Info:
    """An info string taken apart. If a key occurs twice, its first value counts."""
    language = role = ""
    attributes: dict[str, str] = {}
    unknown_words = []
    marked: list[tuple[int, int]] = []
    glued = _GLUED.match(source)
    if glued:
        language, source = glued.group(), source[glued.end() :]
    for index, match in enumerate(_ITEM.finditer(source)):
        key, word = match["key"], match["word"]
        if match["lines"]:
            pairs = _RANGE.findall(match["lines"])
            marked += ((int(first), int(last or first)) for first, last in pairs)
        elif key is not None:
            value = match["quoted"] if match["quoted"] is not None else match["plain"]
            attributes.setdefault(key, value)
        elif index == 0 and not glued:
            language = word
        elif word in ROLES and not role:
            role = word
        else:
            unknown_words.append(word)
    language = language.strip("{}").removeprefix(".")  # `{.python}`, as Pandoc has it
    word, _, name = language.partition(":")
    if word and name:  # `python:main.py`
        language = word
        attributes.setdefault("title", name)
    return Info(language, attributes, role, tuple(unknown_words), tuple(marked[:_MOST_RANGES]))


def find_fences(text: str) -> tuple[Fence, ...]:
    """The fences of a Markdown text, in order; one that is never closed ends with the text."""
    if "```" not in text and "~~~" not in text:
        return ()
    document = parse(text)
    return tuple(fence_of(token, document) for token in document.tokens if token.type == "fence")


def fence_of(token: Token, document: Document) -> Fence:
    """The fence that a token of `document` stands for."""
    first, stop = token.map or (0, 0)
    line = document.line(first)
    column = line.find(token.markup)
    info = token.info.strip()
    body = token.content.split("\n")
    if body[-1] == "":
        body.pop()
    return Fence(
        line=first,
        column=column + 1,
        mark=token.markup,
        info=parse_info(unescapeAll(info) if "\\" in info or "&" in info else info),
        info_source=info,
        info_column=max(column + 1, line.find(info, column + len(token.markup)) + 1),
        body=tuple(body),
        closed=stop - first == len(body) + 2,
    )


def extract_part(text: str, part: str | None) -> str | None:
    r"""The text of a file as a card shows it: all of it, or the part called `part`.

    The result is None if there is no such part. A part starts below a comment line with
    ``part: NAME``. It ends at the next such line, at ``part: end`` or at the end of the file. If
    several parts have one name, they are joined. The comment lines themselves are left out, even if
    the whole file is shown. Line ends become ``\n``, with none at the end, and the indentation that
    all lines share is cut off.
    """
    current: str | None = None
    found = False
    kept: list[str] = []
    for line in split_lines(text.removeprefix("\ufeff")):
        stripped = line.rstrip("\r\n")
        match = _PART_MARK.fullmatch(stripped) if "part:" in stripped else None
        if match:
            current = None if match["name"] == _PART_END else match["name"]
            found = found or current == part
        elif part is None or current == part:
            kept.append(stripped)
    if part is not None and not found:
        return None
    return dedent("\n".join(kept)).strip("\n")
