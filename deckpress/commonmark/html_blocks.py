"""The HTML that people use as blocks: details, divisions, paragraphs, rules and plain tables.

They are read at the beginning of a line, as on GitHub, and where they come in pairs. What stands in
them is Markdown. Everything else stays text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from deckpress.commonmark.opaque import blank_spans, code_and_comments

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock

# The elements that come in pairs.
PAIRED = frozenset(["details", "summary", "p", "div", "table", "thead", "tbody", "tr", "th", "td"])

_TAG = re.compile(
    rf"(?<!\\)<(?P<close>/?)(?P<name>{'|'.join(sorted(PAIRED, key=len, reverse=True))})"
    r"(?P<attributes>(?:\s+[\w-]+(?:=(?:\"[^\"<>]*\"|'[^'<>]*'|[\w-]+))?)*)\s*>",
    re.IGNORECASE,
)
_RULE = re.compile(r"<hr\s*/?>[ \t]*$", re.IGNORECASE)
_OPEN = re.compile(r"(?:\s+open(?:=(?:\"\"|\"?open\"?))?)?", re.IGNORECASE)
_ALIGN = re.compile(r"(?:\s+align=[\"']?(left|center|right)[\"']?)?", re.IGNORECASE)
_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})")
_BETWEEN = re.compile(r"[ \t\n>]*")  # with the marks of quotes


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a text, by the offsets of its two tags."""

    name: str
    attributes: str
    start: int
    inner: int
    close: int
    end: int

    @property
    def tags(self) -> list[tuple[int, int]]:
        """The places of both tags."""
        return [(self.start, self.inner), (self.close, self.end)]


@dataclass(frozen=True, slots=True)
class _Cell:
    tag: str
    align: str
    start: int
    end: int


@dataclass(slots=True)
class _Table:
    """A table while it is read. `row` is None between two rows."""

    tags: list[tuple[int, int]] = field(default_factory=list)
    rows: list[tuple[bool, list[_Cell]]] = field(default_factory=list)
    section: str = ""
    row: list[_Cell] | None = None


class _Index:
    """The elements of a text by their offsets, and the beginnings of its lines."""

    def __init__(self, source: str) -> None:
        self.masked = blank_spans(source, list(_code(source)))
        self.elements = dict(_elements(self.masked))
        self._starts = [0, *accumulate(len(line) + 1 for line in source.split("\n"))]
        # By the indentation of a container: from which line on, and up to which, all are in it.
        self.edges: dict[int, tuple[int, int]] = {}

    def line(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1


def html_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """An element of the list at the beginning of a line, and what follows it on its last line."""
    position = state.bMarks[start] + state.tShift[start]
    if state.src[position : position + 1] != "<" or state.is_code_block(start):
        return False
    if _RULE.match(state.src, position, state.eMarks[start]):
        if not silent:
            token = state.push("hr", "hr", 0)
            token.map, token.meta["tags"] = [start, start + 1], [(position, state.eMarks[start])]
            state.line = start + 1
        return True
    index: _Index | None = state.env.get("html")
    if index is None:
        index = state.env["html"] = _Index(state.src)
    element = _fitting(state, index, position, start, end)
    if element is None or silent:
        return element is not None
    line = start
    while element is not None:
        _write(state, index, element, line)
        line = index.line(element.close)
        rest = element.end + len(_blank_start(state.src[element.end : state.eMarks[line]]))
        if rest >= state.eMarks[line]:
            break
        element = _fitting(state, index, rest, line, end)
        if element is None:
            _write_prose(state, rest, state.eMarks[line], line)
    state.line = line + 1
    return True


def _code(source: str) -> Iterator[tuple[int, int]]:
    """The places of the code and the comments of a text. Code spans end with their paragraph."""
    position = begin = 0
    mark = ""
    for line in (f"{each}\n" for each in [*source.split("\n"), ""]):
        fence = _FENCE.match(line)
        if mark:
            if fence and fence[1].startswith(mark) and not line[fence.end() :].strip():
                yield begin, position
                mark, begin = "", position + len(line)
        elif fence or not line.strip():
            for start, stop in code_and_comments(source[begin:position], formulas=False):
                yield begin + start, begin + stop
            mark, begin = (fence[1] if fence else ""), position + len(line)
        position += len(line)
    if mark:
        yield begin, len(source)


def _elements(masked: str) -> Iterator[tuple[int, Element]]:
    """All elements with both tags. One that is never closed closes with the one around it."""
    opened: list[re.Match[str]] = []
    counts: Counter[str] = Counter()
    for tag in _TAG.finditer(masked):
        name = tag["name"].lower()
        if not tag["close"]:
            opened.append(tag)
            counts[name] += 1
            continue
        while counts[name]:
            first = opened.pop()
            inside = first["name"].lower()
            counts[inside] -= 1
            if inside == name:
                attributes = first["attributes"]
                yield (
                    first.start(),
                    Element(name, attributes, first.start(), first.end(), tag.start(), tag.end()),
                )
                break


def _fitting(
    state: StateBlock, index: _Index, position: int, start: int, end: int
) -> Element | None:
    """The element that begins at `position` if it can be shown and ends within its container."""
    element = index.elements.get(position)
    if element is None or not _may_be_shown(element):
        return None
    stop = index.line(element.close)
    if stop >= end:
        return None
    first, edge = index.edges.get(state.blkIndent, (0, 0))
    if not first <= start < edge:
        first, edge = start, start + 1
    while edge <= stop and (state.isEmpty(edge) or state.sCount[edge] >= state.blkIndent):
        edge += 1
    index.edges[state.blkIndent] = (first, edge)
    if stop >= edge or (element.name == "table" and _table(index, element) is None):
        return None
    return element


def _may_be_shown(element: Element) -> bool:
    if element.name == "details":
        return _OPEN.fullmatch(element.attributes) is not None
    return element.name in ("p", "div", "table") and not element.attributes


def _write(state: StateBlock, index: _Index, element: Element, start: int) -> None:
    stop = index.line(element.close)
    if element.name == "table":
        table = _table(index, element)
        assert table
        _write_table(state, index, element, table)
        return
    kind = "details" if element.name == "details" else "division"
    token = state.push(f"{kind}_open", "div", 1)
    token.map, token.meta["tags"] = [start, stop + 1], element.tags
    inner, line = element.inner, start
    if kind == "details":
        match = _BETWEEN.match(state.src, inner)
        summary = index.elements.get(match.end() if match else inner)
        if summary and summary.name == "summary" and not summary.attributes:
            opening = state.push("summary_open", "p", 1)
            opening.meta["tags"] = summary.tags
            _write_inline(state, index, summary.inner, summary.close)
            state.push("summary_close", "p", -1)
            inner, line = summary.end, index.line(summary.end - 1)
    _write_blocks(state, inner, element.close, line, stop)
    state.push(f"{kind}_close", "div", -1)


def _write_blocks(state: StateBlock, inner: int, close: int, start: int, stop: int) -> None:
    """The blocks between two offsets, on the lines from `start` to `stop`.

    Up to the first blank line nothing is code by its indentation: GitHub reads HTML there.
    """
    lines = range(start, stop + 1)
    saved = [(state.bMarks[n], state.tShift[n], state.sCount[n], state.eMarks[n]) for n in lines]
    around = state.lineMax, state.parentType
    state.bMarks[start], state.eMarks[stop] = inner, close
    state.tShift[start] = len(_blank_start(state.src[inner : state.eMarks[start]]))
    state.sCount[start] = state.blkIndent
    for line in range(start + 1, stop + 1):
        if state.isEmpty(line):
            break
        state.sCount[line] = state.blkIndent
    state.lineMax, state.parentType = stop + 1, "html"
    state.md.block.tokenize(state, start, stop + 1)
    state.lineMax, state.parentType = around
    for line, marks in zip(lines, saved, strict=True):
        state.bMarks[line], state.tShift[line], state.sCount[line], state.eMarks[line] = marks


def _blank_start(text: str) -> str:
    return text[: len(text) - len(text.lstrip(" \t"))]


def _write_prose(state: StateBlock, start: int, stop: int, line: int) -> None:
    state.push("paragraph_open", "p", 1).map = [line, line + 1]
    token = state.push("inline", "", 0)
    token.map, token.children = [line, line + 1], []
    token.content = state.src[start:stop].rstrip()
    token.meta["rows"] = ((start, token.content),)
    state.push("paragraph_close", "p", -1)


def _write_inline(state: StateBlock, index: _Index, start: int, stop: int) -> None:
    """What is between two offsets as one piece of prose, with its lines and their places."""
    rows = []
    first, last = index.line(start), index.line(stop)
    for line in range(first, last + 1):
        at = max(start, state.bMarks[line] + state.tShift[line])
        raw = state.src[at : min(stop, state.eMarks[line])]
        text = raw.strip()
        if text:
            rows.append((at + raw.index(text), text))
    token = state.push("inline", "", 0)
    token.map, token.children = [first, last + 1], []
    token.content = "\n".join(text for _, text in rows)
    token.meta["rows"] = tuple(rows)


# Tables.


def _table(index: _Index, element: Element) -> _Table | None:
    """The table of an element, or None if it has anything that a plain table has not."""
    table = _Table(element.tags)
    cell: re.Match[str] | None = None
    position = element.inner
    for tag in _TAG.finditer(index.masked, element.inner, element.close):
        if cell is None:
            if not _is_blank(index.masked, position, tag.start()):
                return None
            if not tag["close"] and tag["name"].lower() in ("th", "td"):
                cell = tag
            elif not _took(table, tag):
                return None
        else:
            align = _ALIGN.fullmatch(cell["attributes"])
            name = cell["name"].lower()
            if not tag["close"] or tag["name"].lower() != name or not align or table.row is None:
                return None
            aligned = (align[1] or "").lower()
            table.row.append(_Cell(name, aligned, cell.end(), tag.start()))
            cell = None
        table.tags.append(tag.span())
        position = tag.end()
    ends = cell is None and table.row is None and not table.section
    whole = ends and _is_blank(index.masked, position, element.close)
    return table if whole and table.rows else None


def _is_blank(text: str, start: int, stop: int) -> bool:
    return _BETWEEN.fullmatch(text, start, stop) is not None


def _took(table: _Table, tag: re.Match[str]) -> bool:
    """Whether the tag of a row or a section can stand here; the table has it then."""
    name, closes = tag["name"].lower(), bool(tag["close"])
    if tag["attributes"]:
        return False
    if name == "tr" and closes == (table.row is not None):
        if table.row is None:
            table.row = []
            return True
        table.rows.append((table.section == "thead", table.row))
        table.row = None
        return bool(table.rows[-1][1])
    if name not in ("thead", "tbody") or table.row is not None:
        return False
    if closes != (table.section == name) or (table.section and not closes):
        return False
    table.section = "" if closes else name
    return True


def _write_table(state: StateBlock, index: _Index, element: Element, table: _Table) -> None:
    rows = table.rows
    if not any(head for head, _ in rows) and all(cell.tag == "th" for cell in rows[0][1]):
        rows = [(True, rows[0][1]), *rows[1:]]
    width = max(len(row) for _, row in rows)
    token = state.push("table_open", "table", 1)
    token.map = [index.line(element.start), index.line(element.close) + 1]
    token.meta["tags"] = table.tags
    for section, head in (("thead", True), ("tbody", False)):
        chosen = [row for is_head, row in rows if is_head == head]
        if not chosen:
            continue
        state.push(f"{section}_open", section, 1)
        for row in chosen:
            opening = state.push("tr_open", "tr", 1)
            opening.markup = "html"
            blank = _Cell("th" if head else "td", "", row[-1].end, row[-1].end)
            for cell in [*row, *[blank] * (width - len(row))]:
                tag = "th" if head else cell.tag
                shown = state.push(f"{tag}_open", tag, 1)
                if cell.align:
                    shown.attrs = {"style": f"text-align:{cell.align}"}
                _write_inline(state, index, cell.start, cell.end)
                state.push(f"{tag}_close", tag, -1)
            state.push("tr_close", "tr", -1)
        state.push(f"{section}_close", section, -1)
    state.push("table_close", "table", -1)
