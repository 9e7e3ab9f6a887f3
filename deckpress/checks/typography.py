"""Chinese punctuation and the names of products: each kind of slip once a text, with its number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deckpress.checks.fields import Field
from deckpress.diagnostics import Diagnostic, finding
from deckpress.style import Style


def check(field: Field, style: Style) -> Iterator[Diagnostic]:
    if not style.doubts(field.text.source):
        return
    from deckpress.typography import slips  # its patterns take longer to compile than a clean deck

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
