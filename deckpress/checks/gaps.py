"""Gaps that are ill-formed, or in texts that cannot have any."""

from __future__ import annotations

from collections.abc import Iterator

from deckpress.diagnostics import Diagnostic, finding
from deckpress.reading.cloze import gaps
from deckpress.reading.texts import Field


def check(field: Field) -> Iterator[Diagnostic]:
    """Findings about ill-formed gaps, or about the first gap of a field that cannot have any."""
    if "{{" not in field.source:
        return
    found = gaps(field.text.source)
    if not field.gaps:
        for gap in [gap for gap in found.found if not gap.in_code][:1]:
            yield finding("D308", field.span(gap.start, gap.inner - gap.start))
        return
    for problem in found.problems:
        yield finding(problem.code, field.span(problem.start, problem.width), **problem.args)
