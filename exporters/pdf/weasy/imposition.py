"""Several laid-out pages on one sheet of paper.

Columns that are set as narrow pages take two thirds of the time of CSS columns, which WeasyPrint
lays out twice to balance them (upstream: #578). Flash cards are set one to a page, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from exporters.pdf.sheet import Imposition

_PIXELS = 96 / 25.4  # CSS pixels in a millimetre


def free_height(page: Any) -> float:
    """The height below the text of one of WeasyPrint's pages, in millimetres."""
    box = page._page_box
    (body,) = box.children[0].children
    used = sum(child.margin_height() for child in body.children)
    return float(max(0, box.height - used) / _PIXELS)


def first_element(page: Any) -> Any:
    """The element with which one of WeasyPrint's pages begins, or within which it goes on."""
    (body,) = page._page_box.children[0].children
    return body.children[0].element


def blocks(page: Any) -> Iterator[tuple[Any, float]]:
    """What stands on one of WeasyPrint's pages: each element with its height in millimetres."""
    (body,) = page._page_box.children[0].children
    return ((child.element, child.margin_height() / _PIXELS) for child in body.children)


def room_height(page: Any) -> float:
    """The height between the margins of one of WeasyPrint's pages, in millimetres."""
    return float(page._page_box.height / _PIXELS)


def imposed(pages: Sequence[Any], imposition: Imposition) -> Iterator[Any]:
    """WeasyPrint's pages, put on sheets of paper, which can be the pages of a copied document."""
    places = [(left * _PIXELS, top * _PIXELS) for left, top in imposition.places]
    width, height = (length * _PIXELS for length in imposition.paper)
    for start in range(0, len(pages), len(places)):
        some = pages[start : start + len(places)]
        yield _Sheet(width, height, list(zip(some, places, strict=False)))


class _Sheet:
    """Has the attributes that WeasyPrint reads from a `weasyprint.Page`."""

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
        # WeasyPrint reads it for the structure only, where positions do not matter.
        boxes = [page._page_box for page, _ in placed]
        children = [child for box in boxes for child in box.children]
        self._page_box = boxes[0].copy_with_children(children)

    def paint(self, stream: Any, scale: float = 1) -> None:
        for page, (left, top) in self._placed:
            with stream.stacked():
                stream.transform(e=left * scale, f=top * scale)
                page.paint(stream, scale)
