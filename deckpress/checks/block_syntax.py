"""Lines that look right but come out wrong: lists, tables, rules, headings, footnotes, callouts.

Python-Markdown makes the outputs, so it decides what is right here, not what GitHub shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from difflib import get_close_matches

from deckpress.diagnostics import Diagnostic, finding
from deckpress.model import Span, Text
from deckpress.reading.attributes import split_heading, unexpected_attributes
from deckpress.reading.lines import (
    TAB_WIDTH,
    LineKind,
    classified_lines,
    classify,
    indent_of,
    match_opening,
)
from deckpress.reading.texts import Field

CALLOUTS = ("NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION")

# A text without any of these has no findings of this module. Most texts have none.
_SUSPICIOUS = re.compile(
    r"^ {0,3}>|^ *+\t|^#"  # a quote, a tab, a heading
    r"|^(?: {4})*+ {1,3}\S"  # an indentation that is no multiple of four
    r"|^ {0,3}(?:=+|-+)[ \t]*+$"  # a rule
    r"|^(?![ \t]*+(?:[-*+]|\d{1,2}\.)[ \t])[ \t]*+\S.*\n"  # text, and below it
    r" {0,3}(?:[-*+]|\d{1,2}\.)[ \t]"  # an item
    r"|^[ \t]*+\S.*\n[ \t]*+\S.*\n[ \t]*+[|:-][-|: \t]*+$"  # a table with two lines above
    r"|^[ \t*+\-.)\d]++(?:```|~~~)",  # a fence that is not at the margin
    re.MULTILINE,
)
_ITEM = re.compile(r"(?P<indent>[ \t]*+)(?:[-*+]|\d{1,2}\.)[ \t]++(?=\S)")
_QUOTE = re.compile(r" {0,3}>[ ]?")
_CALLOUT = re.compile(r"(?P<mark>\[!(?P<name>\w+)\])[ \t]*(?P<rest>.*)$")
_DELIMITER = re.compile(r"[ \t]*+\|?[ \t]*+:?-+:?[ \t]*+(?:\|[ \t]*+:?-+:?[ \t]*+)*+\|?[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
# ``#`` marks that do not make a heading: no space, or a full-width or no-break space, follows them.
_GLUED_HEADING = re.compile(r"#{1,6}(?![ \t#]|$)[^ \t]\S{0,20}")
_FOOTNOTE = re.compile(r"\[\^(?P<name>[^\]\s\[]++)\](?P<definition>:)?")
_DEEPEST = 8  # levels of nested quotes that are looked into


def check(field: Field) -> Iterator[Diagnostic]:
    """Findings about the blocks of a field, and about footnotes without a text."""
    yield from _footnotes(field)
    source = field.text.source
    if not _SUSPICIOUS.search(source):
        return
    rows = [
        _Row(number, 0, line, kind)
        for number, (line, (_, kind)) in enumerate(
            zip(field.prose.split("\n"), classified_lines(source), strict=False)
        )
    ]
    yield from _RowChecker(field.text).check(rows)


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a field, or its part inside a quote: `offset` characters were cut from its left."""

    number: int
    offset: int
    line: str
    kind: LineKind


@dataclass(slots=True)
class _State:
    """What is above a line. `stack` holds the indentations of the open list items, in columns."""

    stack: list[int] = dataclass_field(default_factory=list)
    blank: bool = True
    paragraph: bool = False  # the line above belongs to a paragraph outside any list
    above: bool = False  # the line above that does, too


class _RowChecker:
    def __init__(self, text: Text) -> None:
        self._text = text
        self._source = text.source.split("\n")  # with the fences, which `prose` blanks out

    def check(self, rows: list[_Row], depth: int = 0) -> Iterator[Diagnostic]:
        state = _State()
        index = 0
        while index < len(rows):
            row = rows[index]
            if row.kind is LineKind.TEXT and depth < _DEEPEST and _QUOTE.match(row.line):
                end = index
                while end < len(rows) and _QUOTE.match(rows[end].line):
                    end += 1
                end = max(end, index + 1)
                yield from self._quote(rows[index:end], depth)
                state = _State(blank=False)
                index = end
                continue
            yield from self._row(row, state, rows[index - 1] if index else None)
            index += 1

    def _quote(self, rows: list[_Row], depth: int) -> Iterator[Diagnostic]:
        inner = [_unquoted(row) for row in rows]
        if match := _CALLOUT.match(inner[0].line):
            name = match["name"]
            if name.upper() in CALLOUTS:
                if match["rest"]:
                    span = self._span(inner[0], match.start("rest"), len(match["rest"]))
                    yield finding("D411", span, mark=match["mark"])
            elif not match["rest"]:
                near = get_close_matches(name.upper(), CALLOUTS, 1)
                args = {"near": f"[!{near[0]}]"} if near else {}
                span = self._span(inner[0], 0, len(match["mark"]))
                yield finding("D407", span, name=name, known=", ".join(CALLOUTS), **args)
            inner = inner[1:]
        yield from self.check(inner, depth + 1)

    def _span(self, row: _Row, column: int, width: int) -> Span:
        return self._text.at(row.number, row.offset + column + 1, max(1, width))

    def _row(self, row: _Row, state: _State, before: _Row | None) -> Iterator[Diagnostic]:
        line = row.line
        if row.kind is LineKind.BLANK or not line.strip():
            state.blank, state.paragraph, state.above = True, False, False
            return
        if row.kind.is_code:
            if row.kind is LineKind.OPENING:
                yield from self._fence(row, state)
            state.blank = state.paragraph = state.above = False
            return
        if row.kind is LineKind.HEADING:
            yield from unexpected_attributes(
                split_heading(line), lambda column, width: self._span(row, column - 1, width)
            )
            state.stack.clear()
            state.blank, state.paragraph, state.above = True, False, False
            return
        item = _ITEM.match(line)
        if item:
            yield from self._item(row, item, state)
        else:
            yield from self._prose(row, state, before)
        state.above = state.paragraph
        state.paragraph = not item and not state.stack
        state.blank = False

    def _fence(self, row: _Row, state: _State) -> Iterator[Diagnostic]:
        line = self._source[row.number][row.offset :]
        match = match_opening(line)
        if match is None or ">" in match["prefix"]:
            return
        indent = indent_of(line)
        if match["prefix"].strip():
            yield finding("D409", self._span(row, match.end("prefix"), len(match["mark"])))
        elif state.blank and indent == 0:
            state.stack.clear()
        elif state.stack and indent % TAB_WIDTH:
            span = self._span(row, match.end("prefix"), len(match["mark"]))
            yield finding("D410", span, found=indent, wanted=_next_stop(indent))

    def _item(self, row: _Row, item: re.Match[str], state: _State) -> Iterator[Diagnostic]:
        indent = indent_of(row.line)
        stack = state.stack
        span = self._span(row, item.end("indent"), item.end() - item.end("indent"))
        if not stack and state.paragraph:
            yield finding("D402", span)
        if stack and indent > stack[-1] and indent // TAB_WIDTH == stack[-1] // TAB_WIDTH:
            yield finding("D401", span, found=indent, wanted=_next_stop(indent))
        while stack and stack[-1] > indent:
            stack.pop()
        if not stack or stack[-1] < indent:
            stack.append(indent)

    def _prose(self, row: _Row, state: _State, before: _Row | None) -> Iterator[Diagnostic]:
        line = row.line
        if match := _GLUED_HEADING.match(line):
            yield finding("D219", self._span(row, 0, len(match.group())), start=match.group())
        if state.stack and state.blank:
            indent = indent_of(line)
            if indent == 0:
                state.stack.clear()
            elif indent < TAB_WIDTH:
                span = self._span(row, len(line) - len(line.lstrip()), 1)
                yield finding("D403", span, found=indent, wanted=TAB_WIDTH)
        if state.stack or not state.paragraph or before is None:
            return
        if "|" in line and _DELIMITER.match(line):
            if state.above and "|" in before.line:
                yield finding("D404", self._span(before, 0, len(before.line)))
        elif _UNDERLINE.match(line) and "|" not in before.line:
            yield finding("D405", self._span(row, 0, len(line.rstrip())))


def _unquoted(row: _Row) -> _Row:
    match = _QUOTE.match(row.line)
    cut = match.end() if match else 0
    line = row.line[cut:]
    kind = row.kind
    if not kind.is_code:
        kind = next(classify([line]))
        kind = LineKind.TEXT if kind.is_code else kind
    return _Row(row.number, row.offset + cut, line, kind)


def _next_stop(indent: int) -> int:
    return (indent // TAB_WIDTH + 1) * TAB_WIDTH


def _footnotes(field: Field) -> Iterator[Diagnostic]:
    if "[^" not in field.prose:
        return
    matches = list(_FOOTNOTE.finditer(field.prose))
    defined = {match["name"] for match in matches if match["definition"]}
    for match in matches:
        if match["name"] not in defined:
            span = field.span(match.start(), len(match.group()))
            yield finding("D406", span, name=match["name"])
