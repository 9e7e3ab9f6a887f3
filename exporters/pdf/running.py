"""The head and the foot of each page of a book."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from deckpress.model import Deck, Version
from exporters.theme import words

from .geometry import Geometry
from .lettering import Label


def foot(deck: Deck, version: Version, title: str) -> str:
    """What stands below each page: what it belongs to; of a release, when that was made."""
    # A development build has no date: its time is only the place that it takes among the releases.
    date = str(datetime.fromtimestamp(version.time, UTC).date()) if version.release else ""
    return " · ".join(filter(None, (title, version.name, date, deck.meta.license)))


def running(
    geometry: Geometry, deck: Deck, version: Version, title: str, heads: Sequence[str]
) -> tuple[tuple[Label, ...], ...]:
    """The labels of the pages that have these `heads`: section and title above, what the document
    is and the page below. The first page shows its title itself.
    """
    count = words(deck.meta.lang)["page-of"]
    below = foot(deck, version, title)
    pages = []
    for page, head in enumerate(heads, 1):
        above = (geometry.head_left(head), geometry.head_right(title)) if page > 1 else ()
        number = count.format(page=page, pages=len(heads))
        pages.append((*above, geometry.foot_left(below), geometry.foot_right(number)))
    return tuple(pages)
