"""Blocks that look right but come out otherwise: rules, headings, footnotes, callouts, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from deckpress.commonmark.document import Document, Leaf, first_line, parse
from deckpress.commonmark.opaque import FILLER
from deckpress.diagnostics import Diagnostic, finding
from deckpress.reading.attributes import split_heading, unexpected_attributes
from deckpress.reading.prose import without_code_blocks, without_formulas
from deckpress.reading.texts import Field

CALLOUTS = ("NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION")

# A text without any of these has no findings of this module. Most texts have none.
_SUSPICIOUS = re.compile(
    r"^[ \t]*>|^[ \t]*#|^ {0,3}(?:=+|-+)[ \t]*+$|\[\^|\$\$|\\\[[ \t]*+$|\]:",
    re.MULTILINE,
)
_CALLOUT = re.compile(r"\[!(?P<name>\w+)\]")
# ``#`` marks that do not make a heading: no space, or a full-width or no-break space, follows them.
_GLUED_HEADING = re.compile(r"#{1,6}(?![ \t#\d]|$)[^ \t]\S{0,20}")
_FOOTNOTE = re.compile(r"(?<!\\)\[\^(?P<name>[^\]\s\[]++)\]")
# What begins a formula at the start of a line: alone there, or with TeX behind it.
_OPEN_FORMULA = re.compile(r"(?:\$\$|\\\[)(?=[ \t]*$)|\$\$(?!\$)(?=.*[\\^_{}])")
_BAR = re.compile(r"\\.|\|")


def check(field: Field) -> Iterator[Diagnostic]:
    """Findings about the blocks of a field, and about footnotes without a text."""
    if not _is_suspicious(field.source) or not _is_suspicious(without_code_blocks(field.source)):
        return
    document = parse(field.text.source)
    for definition in document.repeated:
        yield finding(
            "D413", field.text.at(definition["map"][0]), label=str(definition["label"]).lower()
        )
    yield from _headings(field, document)
    yield from _leaves(field, document)
    yield from _tables(field, document)


def _is_suspicious(source: str) -> bool:
    return _SUSPICIOUS.search(source) is not None or _has_uneven_rows(source)


def _has_uneven_rows(source: str) -> bool:
    """Whether a text may have a table whose rows differ in their number of cells."""
    if "|" not in source:
        return False
    return len({line.count("|") for line in source.split("\n") if "|" in line}) > 1


def _headings(field: Field, document: Document) -> Iterator[Diagnostic]:
    for token in document.tokens:
        if token.type != "heading_open" or not token.map:
            continue
        first, stop = token.map
        if token.markup[0] == "#":
            line = document.line(first)
            yield from unexpected_attributes(
                split_heading(line),
                lambda column, width, at=first: field.text.at(at, column, width),  # type: ignore[misc]
            )
        else:
            line = document.line(stop - 1)
            start = len(line) - len(line.lstrip(" \t>"))
            yield finding("D405", field.text.at(stop - 1, start + 1, len(line.strip(" \t>"))))


def _leaves(field: Field, document: Document) -> Iterator[Diagnostic]:
    """Findings about the beginnings of paragraphs, and about marks of footnotes."""
    masked = without_formulas(field.text.source)
    opened = False
    leaves = {id(leaf.token): leaf for leaf in document.leaves()}
    for token in document.tokens:
        if token.type == "blockquote_open":
            opened = True
            continue
        if token.type == "paragraph_open":
            continue
        leaf = leaves.get(id(token))
        if leaf is not None:
            if opened:
                yield from _callout(field, leaf)
            yield from _glued_headings(field, leaf, masked)
            yield from _open_formulas(field, leaf, masked)
        opened = False
    if "[^" in masked:
        yield from _footnotes(field, document, masked)


def _callout(field: Field, leaf: Leaf) -> Iterator[Diagnostic]:
    start, row = leaf.rows[0]
    match = _CALLOUT.match(row)
    if match and match["name"].upper() not in CALLOUTS:
        near = get_close_matches(match["name"].upper(), CALLOUTS, 1)
        args = {"near": f"[!{near[0]}]"} if near else {}
        span = field.span(start, len(match.group()))
        yield finding("D407", span, name=match["name"], known=", ".join(CALLOUTS), **args)


def _glued_headings(field: Field, leaf: Leaf, masked: str) -> Iterator[Diagnostic]:
    """Marks of a heading at the margin, outside lists and quotes, that make none."""
    if leaf.token.level > 1:
        return
    item = field.text.span.column > 1  # of a choice or an order
    for start, _ in leaf.rows:
        if (start and masked[start - 1] != "\n") or (item and not start):
            continue
        if match := _GLUED_HEADING.match(masked, start):
            shown = field.text.source[start : match.end()]
            yield finding("D219", field.span(start, len(shown)), start=shown)


def _open_formulas(field: Field, leaf: Leaf, masked: str) -> Iterator[Diagnostic]:
    """Marks that begin a formula, of which none is left in `masked` if they are closed."""
    for start, row in leaf.rows:
        match = _OPEN_FORMULA.match(masked[start : start + len(row)])
        if match:
            mark = match.group()
            closing = "$$" if mark == "$$" else "\\]"
            yield finding("D419", field.span(start, len(mark)), mark=mark, closing=closing)
            return  # a second one may be meant to close it


def _footnotes(field: Field, document: Document, masked: str) -> Iterator[Diagnostic]:
    defined = document.footnotes
    for match in _FOOTNOTE.finditer(masked):
        if match["name"] not in defined and FILLER not in match["name"]:
            span = field.span(match.start(), len(match.group()))
            yield finding("D406", span, name=match["name"])


def _tables(field: Field, document: Document) -> Iterator[Diagnostic]:
    """Rows with more cells than the table has columns: the last of them would be lost."""
    columns = 0
    for token in document.tokens:
        if token.type == "thead_open":
            columns = 0
        elif token.type == "th_open":
            columns += 1
        elif token.type == "tr_open" and columns and token.markup != "html":
            line = document.line(first_line(token))
            bars = [match.start() for match in _BAR.finditer(line) if match.group() == "|"]
            if bars and not line[: bars[0]].strip(" \t>-*+0123456789.)"):
                bars = bars[1:]
            if len(bars) > columns or (len(bars) == columns and line[bars[-1] + 1 :].strip()):
                start = bars[columns - 1] + 1
                span = field.text.at(first_line(token), start + 1, len(line.rstrip()) - start)
                yield finding("D412", span, count=columns)
