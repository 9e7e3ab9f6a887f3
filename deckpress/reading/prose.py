"""Blanks out the code of a text, so that rules about prose never look into code."""

from __future__ import annotations

import re
from functools import lru_cache

from deckpress.reading.lines import LineKind, classified_lines

# Replaces each character of code. It is neither white space nor part of any syntax.
FILLER = "\0"

_BLANK_LINE = re.compile(r"(?:\r\n|\n|\r|^)(?:[ \t\f\v]*(?:\r\n|\n|\r))+")
_INDENTED = re.compile(r"^(?: {4}| {0,3}\t)", re.MULTILINE)
_RUN = re.compile(r"\\[\s\S]|`++")
_VISIBLE = re.compile(r"[^\r\n]")
_FORMULA = re.compile(
    r"\\[\s\S]"
    r"|\$\$(?:\\[\s\S]|[^\\$])++\$\$"
    r"|\$(?![\s$])(?:\\.|[^\\$\n]|\n(?![ \t]*+\n))++(?<!\s)\$(?![\d$])"
)


@lru_cache(maxsize=4096)
def prose(text: str) -> str:
    """`text` with its fences, indented blocks and code spans replaced by `FILLER`.

    The length and the line ends stay the same, so every offset does too.
    """
    masked = text
    if "```" in text or "~~~" in text or _INDENTED.search(text):
        masked = "".join(
            _VISIBLE.sub(FILLER, line) if kind >= LineKind.OPENING else line
            for line, kind in classified_lines(text)
        )
    return _without_spans(masked) if "`" in masked else masked


def without_formulas(masked: str) -> str:
    """`masked`, a result of `prose`, with its formulas replaced by `FILLER` too.

    Formulas are ``$x$`` and ``$$x$$``, but not ``$5 or $6``: as in the renderer, there is no space
    after the opening mark nor before the closing one.
    """
    if "$" not in masked:
        return masked
    return _FORMULA.sub(
        lambda match: match.group() if match.group()[0] == "\\" else _VISIBLE.sub(FILLER, match[0]),
        masked,
    )


def _without_spans(text: str) -> str:
    """`text` with its code spans replaced by `FILLER`. A span does not go across a blank line."""
    out = []
    start = 0
    for match in _BLANK_LINE.finditer(text):
        out.append(_without_spans_in_paragraph(text[start : match.start()]))
        out.append(match.group())
        start = match.end()
    out.append(_without_spans_in_paragraph(text[start:]))
    return "".join(out)


def _without_spans_in_paragraph(text: str) -> str:
    if "`" not in text:
        return text
    runs = [match.span() for match in _RUN.finditer(text) if text[match.start()] == "`"]
    following: list[int | None] = [None] * len(runs)
    latest: dict[int, int] = {}
    for index in range(len(runs) - 1, -1, -1):
        start, end = runs[index]
        following[index] = latest.get(end - start)
        latest[end - start] = index
    out = []
    position = index = 0
    while index < len(runs):
        partner = following[index]
        if partner is None:
            index += 1
            continue
        start, end = runs[index][0], runs[partner][1]
        out.append(text[position:start])
        out.append(_VISIBLE.sub(FILLER, text[start:end]))
        position = end
        index = partner + 1
    out.append(text[position:])
    return "".join(out)
