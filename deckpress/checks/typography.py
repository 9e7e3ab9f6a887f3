"""Chinese punctuation and the names of products."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deckpress.diagnostics import Diagnostic, finding
from deckpress.language.style import Style
from deckpress.reading.texts import Field


def check(field: Field, style: Style) -> Iterator[Diagnostic]:
    """One finding for each kind of slip in a field: at its first place, with the number of all."""
    if not style.may_have_slips(field.text.source):
        return
    from deckpress.language.punctuation import slips

    found = slips(field.text.source, style)
    counts = Counter(slip.code for slip in found)
    seen = set()
    for slip in found:
        if slip.code in seen:
            continue
        seen.add(slip.code)
        wrong = field.text.source[slip.start : slip.stop]
        span = field.span(slip.start, slip.stop - slip.start)
        yield finding(slip.code, span, wrong=wrong, right=slip.right or "", count=counts[slip.code])
