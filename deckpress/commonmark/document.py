"""A parsed text: its blocks, and where each piece of prose stands in the source."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Any

from markdown_it.token import Token

from deckpress.commonmark.blocks import DEEPEST, parse_blocks
from deckpress.commonmark.plain import Block, plain_blocks

# A link definition: where it leads, its title and the lines on which it stands.
Definition = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A piece of prose that is read as one: a paragraph, a heading, or a cell of a table.

    `rows` has a pair for each of its lines: its offset in the source, and its text.
    """

    token: Token
    rows: tuple[tuple[int, str], ...]
    _begins: tuple[int, ...] = field(init=False)  # where each row begins in `text`

    def __post_init__(self) -> None:
        lengths = (len(row) + 1 for _, row in self.rows[:-1])
        object.__setattr__(self, "_begins", tuple(accumulate(lengths, initial=0)))

    @property
    def text(self) -> str:
        """The prose, with its lines joined."""
        return "\n".join(row for _, row in self.rows)

    def offset(self, position: int) -> int:
        """The offset in the source of a position in `text`."""
        number = bisect_right(self._begins, position) - 1
        start, row = self.rows[number]
        return start + min(position - self._begins[number], len(row))


@dataclass(frozen=True, slots=True)
class Document:
    """The blocks of a text, in order, as tokens of markdown-it.

    `definitions` are its link definitions, by their normalised label. `repeated` are definitions of
    a label that has one before. `footnotes` are the names of its footnotes. `open_comment` is the
    line (from 0) of a comment that never ends, or -1.
    """

    source: str
    tokens: tuple[Token, ...]
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    repeated: tuple[Definition, ...] = ()
    footnotes: frozenset[str] = frozenset()
    open_comment: int = -1

    @property
    def too_deep(self) -> bool:
        """Whether its blocks are nested too deeply to be printed; the rest was not parsed."""
        return any(token.nesting == 1 and token.level >= DEEPEST - 1 for token in self.tokens)

    def line(self, number: int) -> str:
        """A line of the source (from 0), without its end."""
        return _lines(self.source)[number]

    def line_starts(self) -> list[int]:
        """The offset of each line in the source, and that of the line after the last."""
        return [0, *accumulate(len(line) + 1 for line in self.source.split("\n"))]

    def leaves(self) -> Iterator[Leaf]:
        """The prose of the text, in order."""
        lines = self.source.split("\n")
        starts = self.line_starts()
        row = column = 0
        for token in self.tokens:
            if token.type == "tr_open":
                row, column = first_line(token), 0
            elif token.type != "inline" or not token.content:
                continue
            elif "rows" in token.meta:
                yield Leaf(token, token.meta["rows"])
            elif token.level and token.meta.get("cell"):
                raw = token.content.replace("|", "\\|")
                column = max(column, lines[row].find(raw, column))
                yield Leaf(token, ((starts[row] + column, raw),))
                column += len(raw)
            else:
                yield Leaf(token, tuple(_rows(token, lines, starts)))


@lru_cache(maxsize=2048)
def parse(source: str) -> Document:
    r"""The document of a Markdown text whose lines end with "\n". Any text is one."""
    plain = plain_blocks(source)
    if plain is not None:
        return Document(source, tuple(_tokens(plain)))
    env: dict[str, Any] = {}
    tokens = parse_blocks(source, env)
    return Document(
        source,
        tuple(tokens),
        env.get("references", {}),
        tuple(env.get("duplicate_refs", ())),
        frozenset(t.meta["name"] for t in tokens if t.type == "footnote_open"),
        env.get("open_comment", -1),
    )


@lru_cache(maxsize=64)
def _lines(source: str) -> list[str]:
    return source.split("\n")


def first_line(token: Token) -> int:
    """The line (from 0) on which a block begins."""
    return token.map[0] if token.map else 0


def _rows(token: Token, lines: list[str], starts: list[int]) -> Iterator[tuple[int, str]]:
    """The lines of a piece of prose without the marks and the white space to their left."""
    first = first_line(token)
    for number, row in enumerate(token.content.split("\n"), first):
        text = row.lstrip(" \t")
        column = lines[number].rfind(text) if number < len(lines) else -1
        yield (starts[number] + column, text) if column >= 0 else (starts[first], "")


def _tokens(blocks: Iterable[Block]) -> Iterator[Token]:
    """The tokens of paragraphs and fences."""
    for first, stop, text, mark, info in blocks:
        span = [first, stop]
        if mark:
            yield Token("fence", "code", 0, map=span, content=text, markup=mark, info=info)
            continue
        yield Token("paragraph_open", "p", 1, map=span)
        yield Token("inline", "", 0, map=span, level=1, content=text, children=[])
        yield Token("paragraph_close", "p", -1)
