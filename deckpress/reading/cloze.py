"""Finds gaps, in the notation of Anki: ``{{c1::text::hint}}``.

Marks in code, in a formula or in the address of a link do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from deckpress.commonmark.document import parse
from deckpress.commonmark.opaque import CODE_GAP, without_targets
from deckpress.reading.prose import prose, without_formulas

HIGHEST = 499  # the highest cloze number for which Anki makes a card

_TOKEN = re.compile(
    r"\{\{(?P<head>[ \t]*+(?:[cC][ \t]*+\d*+|\d++)[ \t]*+(?:::?|：：?))"
    r"|\{\{(?P<bare>[cC]\d++)"
    r"|(?P<close>\}\})"
    r"|(?P<blank>\n[ \t]*+\n)"
)
_HEAD = re.compile(r"c(\d+)::")


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap: its cloze number, the text that it hides, and its hint, which may be empty.

    In the text that it is from, ``[start:end]`` is the whole gap, and ``[inner:outer]`` is what it
    hides. `in_code` tells whether it stands in a fence, where only a card of gaps has any.
    """

    number: int
    text: str
    hint: str
    start: int
    inner: int
    outer: int
    end: int
    in_code: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was meant as a gap but is none: the code and values of a finding.

    `start` is its offset in the text, `width` its number of characters.
    """

    code: str
    start: int
    width: int
    args: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps of a text, and the problems with what was meant as one."""

    found: tuple[Gap, ...] = ()
    problems: tuple[Problem, ...] = ()


def gaps(text: str) -> Gaps:
    """The gaps of a Markdown text, in order, and the problems with them. Gaps do not nest.

    There are no gaps in code spans and formulas, and those in fences have no hints. Inside a gap, a
    ``::`` or ``}}`` that belongs to code, a formula or the address of a link does not count. The
    first ``::`` begins the hint.
    """
    if "{{" not in text:
        return Gaps()
    code_free = prose(text)
    masked = without_targets(without_formulas(text))
    found: list[Gap] = []
    problems = _gaps_in_formulas(code_free, masked)
    open_heads: list[re.Match[str]] = []
    for match in _TOKEN.finditer(masked):
        if match["head"] or match["bare"]:
            if open_heads:
                problems.append(Problem("D306", match.start(), len(match.group())))
            open_heads.append(match)
        elif not open_heads:
            continue
        elif match["blank"]:
            problems.append(_problem_at("D315", open_heads[0]))
            open_heads.clear()
        else:
            head = open_heads.pop()
            if not open_heads:
                _check_gap(text, masked, head, match, found, problems)
    if open_heads:
        head = open_heads[0]
        problems.append(_malformed(head, text[head.start() : head.start() + 20].partition("\n")[0]))
    found += _gaps_in_fences(text)
    return Gaps(tuple(sorted(found, key=lambda gap: gap.start)), tuple(problems))


def _gaps_in_fences(text: str) -> Iterator[Gap]:
    if "```" not in text and "~~~" not in text:
        return
    document = parse(text)
    starts = document.line_starts()
    for token in document.tokens:
        if token.type != "fence" or not token.map or "file=" in token.info:
            continue
        for match in CODE_GAP.finditer(text, starts[token.map[0] + 1], starts[token.map[1]]):
            if 1 <= int(match[1]) <= HIGHEST:
                inner, outer = match.span(2)
                yield Gap(
                    int(match[1]), match[2], "", match.start(), inner, outer, match.end(), True
                )


def fill_gaps(text: str) -> str:
    """`text` with each gap replaced by the text that it hides, as titles need it."""
    out: list[str] = []
    position = 0
    for gap in gaps(text).found:
        out += (text[position : gap.start], gap.text)
        position = gap.end
    return "".join(out) + text[position:]


def _check_gap(
    text: str,
    masked: str,
    head: re.Match[str],
    close: re.Match[str],
    found: list[Gap],
    problems: list[Problem],
) -> None:
    """Add the gap between `head` and `close` to `found`, or what is wrong with it to `problems`."""
    inner, outer = head.end(), close.start()
    split = masked.find("::", inner, outer)
    hint = text[split + 2 : outer].strip() if split >= 0 else ""
    outer = split if split >= 0 else outer
    form = _HEAD.fullmatch(head["head"] or "")
    if not form or not text[inner:outer].strip():
        problems.append(_malformed(head, text[head.start() : close.end()]))
    elif len(form[1]) > 3 or not 1 <= int(form[1]) <= HIGHEST:
        problems.append(_problem_at("D307", head, number=form[1]))
    else:
        number = int(form[1])
        found.append(Gap(number, text[inner:outer], hint, head.start(), inner, outer, close.end()))


def _gaps_in_formulas(code_free: str, masked: str) -> list[Problem]:
    if code_free == masked:
        return []
    return [
        _problem_at("D316", match)
        for match in _TOKEN.finditer(code_free)
        if match["head"] and masked[match.start()] != "{"
    ]


def _problem_at(code: str, head: re.Match[str], **args: str) -> Problem:
    return Problem(code, head.start(), len(head.group()), args)


def _malformed(head: re.Match[str], shown: str) -> Problem:
    return Problem("D305", head.start(), max(2, len(shown.partition("\n")[0])), {"gap": shown})
