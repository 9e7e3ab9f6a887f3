"""The head and the foot of each page of a book."""

from __future__ import annotations

from collections.abc import Sequence

from deckpress.model import Deck, Version
from exporters.theme import words

from .geometry import Geometry
from .lettering import Label


def running(
    geometry: Geometry, deck: Deck, version: Version, title: str, heads: Sequence[str]
) -> tuple[tuple[Label, ...], ...]:
    """The labels of the pages that have these `heads`: section and title above, what the document
    is and the page below. The first page shows its title itself.
    """
    count = words(deck.meta.lang)["page-of"]
    foot = " · ".join(filter(None, (title, version.name, deck.meta.license)))
    pages = []
    for page, head in enumerate(heads, 1):
        above = (geometry.head_left(head), geometry.head_right(title)) if page > 1 else ()
        number = count.format(page=page, pages=len(heads))
        pages.append((*above, geometry.foot_left(foot), geometry.foot_right(number)))
    return tuple(pages)
