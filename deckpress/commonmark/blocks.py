"""The block parser: markdown-it's rules, with comments, formulas, footnotes and some HTML."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.rules_block.reference import reference
from markdown_it.rules_block.table import table

from deckpress.commonmark.html_blocks import html_block

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

# Levels of containers; a list in a list makes two. Printing needs far more of the stack than
# reading does, and its time grows much faster than the depth.
DEEPEST = 50

_FOOTNOTE = re.compile(r"\[\^(?P<name>[^\]\s\[]+)\]:[ \t]*")


@cache
def block_parser() -> MarkdownIt:
    """The parser of blocks. Addresses of links are left as they were written."""
    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST})
    parser.enable("table")
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    rules = parser.block.ruler
    inside = ["paragraph", "reference", "blockquote"]
    rules.before("list", "comment", _comment, {"alt": inside})
    rules.before("fence", "formula", _formula, {"alt": inside})
    rules.before("reference", "footnote", _footnote, {"alt": ["paragraph", "reference"]})
    rules.at("reference", _definition, {})
    rules.at("html_block", html_block, {"alt": inside})
    rules.at("table", _table, {"alt": ["paragraph", "reference"]})
    return parser


def parse_blocks(source: str, env: MutableMapping[str, object]) -> list[Token]:
    """The tokens of the blocks of a text, in order; what is prose in them is not yet parsed."""
    parser = block_parser()
    tokens: list[Token] = []
    parser.block.parse(source, parser, env, tokens)
    return tokens


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _comment(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A comment (CommonMark 0.31, section 4.6, kind 2). What follows it on its line is prose."""
    if not _line(state, start).startswith("<!--") or state.is_code_block(start):
        return False
    stop = start
    first = state.bMarks[start] + state.tShift[start]
    if "last_close" not in state.env:
        state.env["last_close"] = state.src.rfind("-->")
    last = state.env["last_close"]
    close = state.src.find("-->", first + 2) if first < last else -1  # `<!-->` is a whole comment
    while stop < end and state.eMarks[stop] < close + 3:
        stop += 1
        if stop < end and not state.isEmpty(stop) and state.sCount[stop] < state.blkIndent:
            return False
    if close < 0 or stop >= end:
        if close < 0 and not silent and state.level == 0:
            state.env.setdefault("open_comment", start)
        return False
    if silent:
        return True
    rest = state.src[close + 3 : state.eMarks[stop]].strip()
    if stop == start and rest:
        return False  # inline syntax: a paragraph that begins with a comment
    token = state.push("comment", "", 0)
    token.map = [start, stop + 1]
    state.line = stop + 1
    if rest:
        state.push("paragraph_open", "p", 1).map = [stop, stop + 1]
        prose = state.push("inline", "", 0)
        prose.map, prose.content, prose.children = [stop, stop + 1], rest, []
        state.push("paragraph_close", "p", -1)
    return True


def _formula(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    r"""A formula between two lines ``$$``, or between ``\[`` and ``\]``."""
    opening = _line(state, start).rstrip()
    if opening not in ("$$", "\\[") or state.is_code_block(start):
        return False
    closing = "$$" if opening == "$$" else "\\]"
    if state.env.get(closing) == end:
        return False  # it was looked for before, in vain
    for stop in range(start + 1, end):
        if not state.isEmpty(stop) and state.sCount[stop] < state.blkIndent:
            return False
        line = _line(state, stop).rstrip()
        if line == closing:
            break
        if line == "\\[":
            return False
    else:
        state.env[closing] = end
        return False
    if closing == "$$" and _is_torn(state, start, stop, end):
        return False
    if silent:
        return True
    token = state.push("formula", "", 0)
    token.map = [start, stop + 1]
    token.content = state.getLines(start + 1, stop, state.sCount[start], False)
    state.line = stop + 1
    return True


def _is_torn(state: StateBlock, start: int, stop: int, end: int) -> bool:
    """Whether the ``$$`` that closes a formula is more likely the beginning of the next one.

    Then there is a blank line between, and the marks of the text do not come in pairs.
    """
    if not any(map(state.isEmpty, range(start + 1, stop))):
        return False
    lines: list[int] | None = state.env.get("formula_lines")
    if lines is None:
        lines = state.env["formula_lines"] = [
            number
            for number, line in enumerate(state.src.split("\n"))
            if line.strip(" \t>") == "$$"
        ]
    return (bisect_left(lines, end) - bisect_left(lines, start)) % 2 == 1


def _footnote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The text of a footnote: its first line, and all below that is indented by four."""
    match = _FOOTNOTE.match(_line(state, start))
    if match is None or state.is_code_block(start):
        return False
    if silent:
        return True
    position = state.bMarks[start] + state.tShift[start] + match.end()
    saved = (
        state.bMarks[start],
        state.tShift[start],
        state.sCount[start],
        state.parentType,
        state.blkIndent,
    )
    opening = state.push("footnote_open", "", 1)
    opening.meta["name"] = match["name"]
    opening.map = [start, start + 1]
    # The rest of the first line stands as if it were indented by four, as the lines below it are.
    state.bMarks[start], state.tShift[start] = position, 0
    state.blkIndent += 4
    state.sCount[start] = state.blkIndent
    state.parentType = "footnote"
    state.md.block.tokenize(state, start, end)
    opening.map[1] = state.line
    (
        state.bMarks[start],
        state.tShift[start],
        state.sCount[start],
        state.parentType,
        state.blkIndent,
    ) = saved
    state.push("footnote_close", "", -1)
    return True


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A table of GFM; its cells are marked, because their text is only part of a line."""
    first = len(state.tokens)
    if not table(state, start, end, silent):
        return False
    for token in state.tokens[first:]:
        if token.type == "inline":
            token.meta["cell"] = True
    return True


def _definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A link definition; a name with ``^`` is that of a footnote."""
    return not _line(state, start).startswith("[^") and reference(state, start, end, silent)


def normalised_label(label: str) -> str:
    """The label of a link definition as it is compared."""
    return normalizeReference(label)
