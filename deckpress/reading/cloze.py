"""Gaps, as Anki writes them: ``{{c1::text::hint}}``. Code and formulas inside a gap are opaque."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from deckpress.reading.prose import prose, without_formulas

HIGHEST = 499  # Anki makes no card for a higher number

_TOKEN = re.compile(
    r"\{\{(?P<head>[ \t]*+(?:[cC][ \t]*+\d*+|\d++)[ \t]*+(?:::?|：：?))"
    r"|\{\{(?P<bare>[cC]\d++)"
    r"|(?P<close>\}\})"
    r"|(?P<blank>\n[ \t]*+\n)"
)
_HEAD = re.compile(r"c(\d+)::")


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap of a text: ``text[start:end]`` is all of it, ``text[inner:outer]`` what is hidden."""

    number: int
    text: str
    hint: str
    start: int
    inner: int
    outer: int
    end: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is meant as a gap and is none: a diagnostic's code, and where it stands."""

    code: str
    start: int
    width: int
    args: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gaps:
    found: tuple[Gap, ...] = ()
    problems: tuple[Problem, ...] = ()


def gaps(text: str) -> Gaps:
    """The gaps of a Markdown text in order, none inside another, and what is wrong with them.

    A gap in a code block, a code span or a formula is not one. Inside a gap, ``::`` and ``}}`` that
    belong to code or a formula do not count. The first ``::`` begins the hint.
    """
    if "{{" not in text:
        return Gaps()
    code_free = prose(text)
    masked = without_formulas(code_free)
    found: list[Gap] = []
    problems = _in_formulas(code_free, masked)
    open_heads: list[re.Match[str]] = []
    for match in _TOKEN.finditer(masked):
        if match["head"] or match["bare"]:
            if open_heads:
                problems.append(Problem("D306", match.start(), len(match.group())))
            open_heads.append(match)
        elif not open_heads:
            continue
        elif match["blank"]:
            problems.append(_at("D315", open_heads[0]))
            open_heads.clear()
        else:
            head = open_heads.pop()
            if not open_heads:
                _close(text, masked, head, match, found, problems)
    if open_heads:
        head = open_heads[0]
        problems.append(_bad(head, text[head.start() : head.start() + 20].partition("\n")[0]))
    return Gaps(tuple(found), tuple(problems))


def filled(text: str) -> str:
    """`text` with each gap replaced by what it hides, for titles."""
    out: list[str] = []
    position = 0
    for gap in gaps(text).found:
        out += (text[position : gap.start], gap.text)
        position = gap.end
    return "".join(out) + text[position:]


def _close(
    text: str,
    masked: str,
    head: re.Match[str],
    close: re.Match[str],
    found: list[Gap],
    problems: list[Problem],
) -> None:
    """Judge the gap between its head and its closing braces."""
    inner, outer = head.end(), close.start()
    split = masked.find("::", inner, outer)
    hint = text[split + 2 : outer].strip() if split >= 0 else ""
    outer = split if split >= 0 else outer
    form = _HEAD.fullmatch(head["head"] or "")
    if not form or not text[inner:outer].strip():
        problems.append(_bad(head, text[head.start() : close.end()]))
    elif len(form[1]) > 3 or not 1 <= int(form[1]) <= HIGHEST:
        problems.append(_at("D307", head, number=form[1]))
    else:
        number = int(form[1])
        found.append(Gap(number, text[inner:outer], hint, head.start(), inner, outer, close.end()))


def _in_formulas(code_free: str, masked: str) -> list[Problem]:
    if code_free == masked:
        return []
    return [
        _at("D316", match)
        for match in _TOKEN.finditer(code_free)
        if match["head"] and masked[match.start()] != "{"
    ]


def _at(code: str, head: re.Match[str], **args: str) -> Problem:
    return Problem(code, head.start(), len(head.group()), args)


def _bad(head: re.Match[str], shown: str) -> Problem:
    return Problem("D305", head.start(), max(2, len(shown.partition("\n")[0])), {"gap": shown})
