"""Reads the Markdown of others: CommonMark with tables, formulas and HTML, as a tree of HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_FORMULA = re.compile(
    r"\$\$(?P<display>[^$]+)\$\$"
    r"|\$(?![\s$])(?P<inline>(?:\\.|[^\\$\n])+?)(?<![\s\\])\$(?!\d)"
)
_FENCE = re.compile(r" {0,3}(?:[-*+]|\d+[.)])?\s*(`{3,}|~{3,})")
LINE = "data-line"
_DETAILS = re.compile(r"<details\b", re.IGNORECASE)


def to_html(text: str) -> str:
    """The HTML of a Markdown text.

    Headings, paragraphs, rows and ``<details>`` have the number of their line, from 0.
    """
    parser = _parser()
    tokens = parser.parse(text)
    for token in tokens:
        if token.map and token.type in ("heading_open", "paragraph_open", "tr_open"):
            token.attrSet(LINE, str(token.map[0]))
        elif token.map and token.type == "html_block":
            token.content = _with_lines(token.content, token.map[0])
    return str(parser.renderer.render(tokens, parser.options, {}))


def _with_lines(html: str, first: int) -> str:
    """A block of HTML, whose first line has that number, with the lines of its ``<details>``."""
    return _DETAILS.sub(
        lambda match: f'{match[0]} {LINE}="{first + html.count(chr(10), 0, match.start())}"', html
    )


def outside_fences(lines: Sequence[str]) -> list[bool]:
    """For each line, whether it stands outside fenced code."""
    found = []
    mark = ""
    for line in lines:
        fence = _FENCE.match(line)
        if mark:
            found.append(False)
            if fence and fence[1].startswith(mark) and not line.strip().strip(mark[0]):
                mark = ""
        else:
            mark = fence[1] if fence else ""
            found.append(not fence)
    return found


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 40})
    parser.enable(["table", "strikethrough"])
    parser.inline.ruler.before("escape", "formula", _read_formula)
    parser.add_render_rule("formula", _render_formula)
    return parser


def _read_formula(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "$":
        return False
    match = _FORMULA.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content = match["display"] or match["inline"]
        token.meta = {"display": match["display"] is not None}
    state.pos = match.end()
    return True


def _render_formula(_renderer: Any, tokens: Sequence[Any], index: int, *_: Any) -> str:
    token = tokens[index]
    content = escape(token.content, quote=False)
    return f'<x-math d="{int(token.meta["display"])}">{content}</x-math>'
