"""Gaps that are ill-formed, or where there can be none."""

from __future__ import annotations

from collections.abc import Iterator

from deckpress.checks.fields import Field
from deckpress.cloze import gaps
from deckpress.diagnostics import Diagnostic, finding


def check(field: Field) -> Iterator[Diagnostic]:
    if "{{" not in field.prose:
        return
    found = gaps(field.text.source)
    if not field.gaps:
        for gap in found.found[:1]:
            yield finding("D308", field.span(gap.start, gap.inner - gap.start))
        return
    for problem in found.problems:
        yield finding(problem.code, field.span(problem.start, problem.width), **problem.args)
