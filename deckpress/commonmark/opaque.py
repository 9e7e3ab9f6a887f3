"""What inline syntax does not look into: code spans, formulas, comments and addresses of links."""

from __future__ import annotations

import re

from deckpress.commonmark.addresses import ADDRESS, trim_address

# Replaces each character that is blanked out. It is neither white space nor part of any syntax.
FILLER = "\0"

GAP = re.compile(r"\{\{c(\d{1,3})::")
# In code a gap has no hint, because ``::`` belongs to many languages, and ends with its line.
CODE_GAP = re.compile(r"\{\{c(\d{1,3})::(?=[^\n}])((?:(?!\{\{c\d)[^\n])*?)\}\}(?!\})")
COMMENT = re.compile(r"<!--(?:>|->|[\s\S]*?-->)")
FORMULA = re.compile(
    r"(?<!\$)(?:\$(?![\s$])(?P<tex>(?:\\.|[^\\$\n]|\n(?![ \t]*\n))+?)(?<!\s)\$(?![\d$])"
    r"|\$\$(?P<display>(?:\\.|[^\\$\n]|\n(?![ \t]*\n))+?)\$\$(?!\$))"
)
_BRACKETED = re.compile(
    r"\\\((?P<inline>(?:[^\\\n]|\\(?![()\[\]]).)+?)\\\)"
    r"|\\\[(?P<block>\s(?:[^\\]|\\(?![()\[\]])[\s\S])*?\s)\\\]"
)
_LIKE_TEX = re.compile(r"[\\^_={}+<>]|^\s*\w\s*$")
_VISIBLE = re.compile(r"[^\r\n]")
_START = re.compile(r"\\[\s\S]|`+|<!--|\$")
_TARGET = re.compile(
    r"\]\([ \t\n]*(?P<target><[^<>\n]*>|[^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)"
    r"|(?P<auto><[A-Za-z][A-Za-z0-9+.-]+:[^<>\s]*>)"
    rf"|(?P<bare>{ADDRESS})"
)


def blank(text: str) -> str:
    """`text` with all its characters replaced by `FILLER`; line ends stay."""
    return _VISIBLE.sub(FILLER, text)


def formula_at(text: str, start: int, stop: int | None = None) -> re.Match[str] | None:
    """The formula that begins at `start`: ``$x$``, ``$$x$$``, ``\\(x\\)`` or ``\\[ x \\]``.

    Its TeX is in the groups `tex`, `display`, `inline` or `block`. Brackets that are only escaped,
    as in ``\\(see below\\)``, are none, and so are dollars between which a code span begins.
    """
    end = len(text) if stop is None else stop
    if text[start] == "$":
        found = FORMULA.match(text, start, end)
        return None if found and found[0].count("`") % 2 else found
    match = _BRACKETED.match(text, start, end)
    inside = (match["inline"] or match["block"]) if match else ""
    return match if _LIKE_TEX.search(inside) else None


def code_and_comments(text: str, *, formulas: bool) -> list[tuple[int, int]]:
    """The places of code spans and comments in a piece of prose, and of formulas too if asked for.

    None of them begins inside another: the first to begin counts.
    """
    found: list[tuple[int, int]] = []
    closings: dict[int, list[int]] | None = None
    last_comment = text.rfind("-->")
    position = 0
    while match := _START.search(text, position):
        start, position = match.span()
        sign = text[start]
        if sign == "`":
            if closings is None:
                closings = _runs_of_backticks(text)
            ends = closings.get(position - start, [])
            while ends and ends[-1] < position:
                ends.pop()
            if ends:
                position = ends.pop() + position - start
                found.append((start, position))
        elif sign == "<":
            comment = COMMENT.match(text, start) if start < last_comment else None
            if comment:
                position = comment.end()
                found.append((start, position))
        elif sign in "\\$" and (formula := formula_at(text, start)):
            position = formula.end()
            if formulas:
                found.append((start, position))
    return found


def _runs_of_backticks(text: str) -> dict[int, list[int]]:
    """The places of all runs of backticks by their length, the last first."""
    runs: dict[int, list[int]] = {}
    for match in re.finditer("`+", text):
        runs.setdefault(len(match.group()), []).append(match.start())
    return {length: places[::-1] for length, places in runs.items()}


def without_opaque(text: str) -> str:
    """A piece of prose with everything blanked out in which marks of a gap do not count."""
    return without_targets(blank_spans(text, code_and_comments(text, formulas=True)))


def without_targets(masked: str) -> str:
    """`masked` with the addresses of its links blanked out."""
    return _TARGET.sub(_blank_target, masked) if "](" in masked or ":" in masked else masked


def blank_spans(text: str, spans: list[tuple[int, int]]) -> str:
    """`text` with these spans blanked out."""
    out: list[str] = []
    position = 0
    for start, stop in spans:
        out += (text[position:start], blank(text[start:stop]))
        position = stop
    return "".join(out) + text[position:] if out else text


def _blank_target(match: re.Match[str]) -> str:
    whole = match.group()
    if match["bare"] is not None:
        kept = len(trim_address(whole))
        return FILLER * kept + whole[kept:]
    if match["auto"] is not None:
        return FILLER * len(whole)
    start = match.start("target") - match.start()
    return whole[:start] + blank(whole[start:])
