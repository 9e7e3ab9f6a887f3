"""Several laid-out pages on one sheet of paper.

Columns set as narrow pages take two thirds of the time of CSS columns, which are laid out twice;
flash cards are set one to a page in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from exporters.pdf.sheet import Imposition

_PIXELS = 96 / 25.4  # CSS pixels in a millimetre


def imposed(pages: Sequence[Any], imposition: Imposition) -> Iterator[Any]:
    """WeasyPrint's pages, put on sheets. What comes out can stand in a document for its pages."""
    places = [(left * _PIXELS, top * _PIXELS) for left, top in imposition.places]
    width, height = (length * _PIXELS for length in imposition.paper)
    for start in range(0, len(pages), len(places)):
        some = pages[start : start + len(places)]
        yield _Sheet(width, height, list(zip(some, places, strict=False)))


class _Sheet:
    """What WeasyPrint reads of a `weasyprint.Page`."""

    def __init__(
        self, width: float, height: float, placed: Sequence[tuple[Any, tuple[float, float]]]
    ) -> None:
        self._placed = placed
        self.width = width
        self.height = height
        self.bleed = dict.fromkeys(("top", "right", "bottom", "left"), 0)
        self.forms: dict[Any, Any] = {None: {}}
        self.anchors = {
            name: (x + left, y + top, *rest)
            for page, (left, top) in placed
            for name, (x, y, *rest) in page.anchors.items()
        }
        self.links = [
            (kind, target, (x1 + left, y1 + top, x2 + left, y2 + top), box)
            for page, (left, top) in placed
            for kind, target, (x1, y1, x2, y2), box in page.links
        ]
        self.bookmarks = [
            (level, label, (x + left, y + top), state)
            for page, (left, top) in placed
            for level, label, (x, y), state in page.bookmarks
        ]
        # Read for the structure alone, in which places on the paper play no part.
        boxes = [page._page_box for page, _ in placed]
        children = [child for box in boxes for child in box.children]
        self._page_box = boxes[0].copy_with_children(children)

    def paint(self, stream: Any, scale: float = 1) -> None:
        for page, (left, top) in self._placed:
            with stream.stacked():
                stream.transform(e=left * scale, f=top * scale)
                page.paint(stream, scale)
