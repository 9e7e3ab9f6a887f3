"""WeasyPrint made faster: results that depend only on a style are computed once and kept on it.

Upstream this is #578, the time that long documents take. Every document is laid out and drawn as
without this package: tests print some both ways and compare the bytes. docs/benchmarks.md says what
each change saves; one that saves nothing any more should go.
"""

from __future__ import annotations

from functools import cache

from exporters.pdf.weasy.tuning import boxes, drawing, matching, parsing, styles, text, writing


@cache
def tune() -> None:
    """Change WeasyPrint for the rest of this process. Further calls do nothing."""
    parsing.tune()
    text.tune()
    matching.tune()
    styles.tune()
    boxes.tune()
    writing.tune()
    drawing.tune()
