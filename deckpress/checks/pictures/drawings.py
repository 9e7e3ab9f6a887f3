"""What a build would refuse to draw, as far as it can be told without drawing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deckpress.commonmark.document import first_line, parse
from deckpress.commonmark.inline import parse_inline
from deckpress.commonmark.tex import refusal
from deckpress.diagnostics import Diagnostic, finding
from deckpress.reading.fences import DIAGRAM, FORMULA, LONGEST_DIAGRAM, find_fences
from deckpress.reading.texts import Field

_FORMULA = re.compile(r"\$|\\[(\[]")
# A line that may be nested deeply: each level takes a mark or white space to the left of its text.
_DEEP = re.compile(r"^(?:[ \t>]|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t])){12}", re.MULTILINE)


def check(field: Field) -> Iterator[Diagnostic]:
    """Findings about formulas, diagrams and nesting that no output can show."""
    source = field.source
    if _DEEP.search(source) and parse(source).too_deep:
        yield finding("D704", field.text.at(0))
        return
    if _FORMULA.search(source):
        yield from _formulas(field)
    if DIAGRAM in source or FORMULA in source:
        yield from _drawn_fences(field)


def _formulas(field: Field) -> Iterator[Diagnostic]:
    document = parse(field.source)
    for token in document.tokens:
        if token.type == "formula" and (refused := refusal(token.content.strip())):
            line = first_line(token) + bool(token.content.strip())
            yield finding("D702", field.text.at(line), **refused)
    for leaf in document.leaves():
        text = leaf.text
        if not _FORMULA.search(text):
            continue
        for token in parse_inline(text, {}, gaps=field.gaps):
            if token.type == "formula" and (refused := refusal(token.content.strip())):
                start, stop = token.meta["span"]
                at = text.find(token.content, start, stop)
                width = len(token.content.split("\n")[0])
                yield finding("D702", field.span(leaf.offset(at), width), **refused)


def _drawn_fences(field: Field) -> Iterator[Diagnostic]:
    for fence in find_fences(field.source):
        if fence.info.language == FORMULA and fence.info.file is None:
            if refused := refusal("\n".join(fence.body).strip()):
                yield finding("D702", field.text.at(fence.line, fence.column, 3), **refused)
        elif fence.info.language == DIAGRAM and fence.info.file is None:
            body = "\n".join(fence.body)
            span = field.text.at(fence.line, fence.column, 3)
            if not body.strip():
                yield finding("D701", span, reason="reason-empty")
            elif len(body) > LONGEST_DIAGRAM:
                yield finding("D701", span, reason="reason-long", limit=LONGEST_DIAGRAM)
