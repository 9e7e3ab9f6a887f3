"""Findings as a person reads them on a terminal: in colour, and many of one kind as one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import IO

import click

from commands.terminal.paths import short_path
from commands.terminal.words import language, say
from deckpress.diagnostics import Diagnostic, Role, Severity, as_text, ordered
from deckpress.reading.disk.files import source_lines

# More findings of one code than the first number are told as the second number of them.
_MANY, _SHOWN = 5, 3
_STYLES = {
    Role.PLACE: {"bold": True},
    Role.ERROR: {"fg": "red", "bold": True},
    Role.WARNING: {"fg": "yellow", "bold": True},
}


def wants_colour(stream: IO[str]) -> bool:
    """Whether to write colours to a stream: to a terminal, unless the environment says otherwise.

    It may say NO_COLOR (https://no-color.org), FORCE_COLOR (https://force-color.org) or that the
    terminal is a dumb one; the first of them counts.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and stream.isatty()


def findings_for_person(
    findings: Sequence[Diagnostic], path: str, text: str, *, whole: bool, colour: bool
) -> str:
    """Findings about the source `text` at `path`, each with its line, and their count.

    Of a code that has many, the first few are told and the number of the others, unless `whole`.
    """
    lines = {short_path(path): source_lines(text)}
    counts = Counter(each.code for each in findings)
    told: Counter[str] = Counter()
    blocks = []
    for each in ordered(shortened(findings)):
        told[each.code] += 1
        crowded = counts[each.code] > _MANY and not whole
        if crowded and told[each.code] > _SHOWN:
            continue
        blocks.append(as_text([each], lines, language(), _paint if colour else _plain))
        if crowded and told[each.code] == _SHOWN:
            blocks.append(
                "  " + say("more-findings", count=counts[each.code] - _SHOWN, code=each.code)
            )
    errors = sum(each.severity is Severity.ERROR for each in findings)
    blocks.append(say("found", errors=errors, warnings=len(findings) - errors))
    return "\n".join(blocks)


def shortened(findings: Sequence[Diagnostic]) -> list[Diagnostic]:
    """The findings with paths as a person reads them."""
    return [
        replace(each, span=replace(each.span, file=short_path(each.span.file))) for each in findings
    ]


def _paint(text: str, role: Role) -> str:
    return click.style(text, **_STYLES[role])  # type: ignore[arg-type]


def _plain(text: str, _role: Role) -> str:
    return text
