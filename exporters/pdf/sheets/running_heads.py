"""The head and the foot of each page of a book."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from deckpress.model import Deck, Version
from exporters.pdf.setting.missing_glyphs import boxed_text
from exporters.pdf.setting.page_geometry import Geometry
from exporters.pdf.setting.text_width import shortened, width
from exporters.pdf.sheet import Label
from exporters.theme import words

_BETWEEN = " · "


def foot(deck: Deck, version: Version, sheet: str, room: Label) -> str:
    """What stands below each page: what it belongs to; of a release, when that was made.

    `sheet` says which sheet of the deck it is, if there is something to say. A title that is too
    long for the `room` is cut short, so that all else can be read.
    """
    # A development build has no date: its time is only the place that it takes among the releases.
    date = str(datetime.fromtimestamp(version.time, UTC).date()) if version.release else ""
    rest = [each for each in (sheet, version.name, date, deck.meta.license) if each]
    left = room.width - width(_BETWEEN.join(["", *rest]), room.size)
    title = shortened(boxed_text(deck.meta.title), left, room.size)
    return _BETWEEN.join(rest if title == "…" else [title, *rest])


def running(
    geometry: Geometry, deck: Deck, heads: Sequence[str], title: str, foot: str
) -> tuple[tuple[Label, ...], ...]:
    """The labels of the pages that have these `heads`: section and title above, what the document
    is and the page below. The first page shows its title itself.
    """
    count = words(deck.meta.lang)["page-of"]
    pages = []
    for page, head in enumerate(heads, 1):
        above = (geometry.head_left(head), geometry.head_right(title)) if page > 1 else ()
        number = count.format(page=page, pages=len(heads))
        pages.append((*above, geometry.foot_left(foot), geometry.foot_right(number)))
    return tuple(pages)
