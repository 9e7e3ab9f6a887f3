"""The glyphs of a line that is about to be drawn: they can still be moved, at no cost.

A layout of Pango keeps its lines until its text changes, and WeasyPrint draws what it finds there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from weasyprint.text.ffi import ffi, pango


def glyphs_at(layout: Any, places: Sequence[int]) -> Iterator[tuple[int, Any]]:
    """The characters at `places` of the text of `layout`, in rising order: each with its glyph.

    A character in a stretch of text with ligatures or combining marks is left out.
    """
    # Drawing sets this, too. If it were a change, Pango would lay out the text again.
    pango.pango_layout_set_single_paragraph_mode(layout.layout, True)
    run = layout.get_first_line()[0].runs[0]
    start = at = 0
    while run != ffi.NULL and at < len(places):
        item, glyphs = run.data.item, run.data.glyphs
        end = start + item.num_chars
        plain = glyphs.num_glyphs == item.num_chars
        while at < len(places) and places[at] < end:
            if plain:
                yield places[at], glyphs.glyphs[places[at] - start]
            at += 1
        start, run = end, run.next
