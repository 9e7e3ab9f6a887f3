"""Lines that look right and come out wrong: lists, tables, rules, headings, footnotes, callouts.

They follow Python-Markdown, which makes the outputs, where it differs from what GitHub shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from difflib import get_close_matches

from deckpress.diagnostics import Diagnostic, finding
from deckpress.model import Span, Text
from deckpress.reading.attributes import none_allowed, split_heading
from deckpress.reading.lines import TAB, Line, classify, indent_of, lines_of, opening
from deckpress.reading.texts import Field

CALLOUTS = ("NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION")

# What one of the findings below needs, at least; most texts have none of it.
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
# A full-width or a no-break space behind the marks makes no heading either.
_GLUED_HEADING = re.compile(r"#{1,6}(?![ \t#]|$)[^ \t]\S{0,20}")
_FOOTNOTE = re.compile(r"\[\^(?P<name>[^\]\s\[]++)\](?P<definition>:)?")
_DEEPEST = 8  # quotes in quotes that are looked into


def check(field: Field) -> Iterator[Diagnostic]:
    yield from _footnotes(field)
    source = field.text.source
    if not _SUSPICIOUS.search(source):
        return
    rows = [
        _Row(number, 0, line, kind)
        for number, (line, (_, kind)) in enumerate(
            zip(field.prose.split("\n"), lines_of(source), strict=False)
        )
    ]
    yield from _Walk(field.text).over(rows)


@dataclass(frozen=True, slots=True)
class _Row:
    """A line, or what a quote holds of it: `offset` characters were cut from its left."""

    number: int
    offset: int
    line: str
    kind: Line


@dataclass(slots=True)
class _State:
    """What stands above a line. `stack` holds the indentations of the open list items."""

    stack: list[int] = dataclass_field(default_factory=list)
    blank: bool = True
    paragraph: bool = False  # the line above is text of a paragraph outside any list
    above: bool = False  # so is the line above that


class _Walk:
    def __init__(self, text: Text) -> None:
        self._text = text
        self._source = text.source.split("\n")  # in prose the fences are blanked out

    def over(self, rows: list[_Row], depth: int = 0) -> Iterator[Diagnostic]:
        state = _State()
        index = 0
        while index < len(rows):
            row = rows[index]
            if row.kind is Line.TEXT and depth < _DEEPEST and _QUOTE.match(row.line):
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
        yield from self.over(inner, depth + 1)

    def _span(self, row: _Row, column: int, width: int) -> Span:
        return self._text.at(row.number, row.offset + column + 1, max(1, width))

    def _row(self, row: _Row, state: _State, before: _Row | None) -> Iterator[Diagnostic]:
        line = row.line
        if row.kind is Line.BLANK or not line.strip():
            state.blank, state.paragraph, state.above = True, False, False
            return
        if row.kind.code:
            if row.kind is Line.OPENING:
                yield from self._fence(row, state)
            state.blank = state.paragraph = state.above = False
            return
        if row.kind is Line.HEADING:
            yield from none_allowed(
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
        match = opening(line)
        if match is None or ">" in match["prefix"]:
            return
        indent = indent_of(line)
        if match["prefix"].strip():
            yield finding("D409", self._span(row, match.end("prefix"), len(match["mark"])))
        elif state.blank and indent == 0:
            state.stack.clear()
        elif state.stack and indent % TAB:
            span = self._span(row, match.end("prefix"), len(match["mark"]))
            yield finding("D410", span, found=indent, wanted=_next_stop(indent))

    def _item(self, row: _Row, item: re.Match[str], state: _State) -> Iterator[Diagnostic]:
        indent = indent_of(row.line)
        stack = state.stack
        span = self._span(row, item.end("indent"), item.end() - item.end("indent"))
        if not stack and state.paragraph:
            yield finding("D402", span)
        if stack and indent > stack[-1] and indent // TAB == stack[-1] // TAB:
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
            elif indent < TAB:
                span = self._span(row, len(line) - len(line.lstrip()), 1)
                yield finding("D403", span, found=indent, wanted=TAB)
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
    if not kind.code:
        kind = next(classify([line]))
        kind = Line.TEXT if kind.code else kind
    return _Row(row.number, row.offset + cut, line, kind)


def _next_stop(indent: int) -> int:
    return (indent // TAB + 1) * TAB


def _footnotes(field: Field) -> Iterator[Diagnostic]:
    if "[^" not in field.prose:
        return
    matches = list(_FOOTNOTE.finditer(field.prose))
    defined = {match["name"] for match in matches if match["definition"]}
    for match in matches:
        if match["name"] not in defined:
            span = field.span(match.start(), len(match.group()))
            yield finding("D406", span, name=match["name"])
