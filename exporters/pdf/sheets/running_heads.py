"""The running head and the foot of each page of a book."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from deckpress.model import Deck, Version
from exporters.pdf.setting.missing_glyphs import box_missing_glyphs_in_text
from exporters.pdf.setting.page_geometry import Geometry
from exporters.pdf.setting.text_width import shorten, text_width
from exporters.pdf.sheet import Label
from exporters.theme import words

_BETWEEN = " · "


def foot_text(deck: Deck, version: Version, sheet: str, room: Label) -> str:
    """The foot of each page: title, sheet, version, license, and for a release its date.

    `sheet` is the name of the sheet, or empty. A title that is too long for the label `room` is cut
    short, so that everything else can be read.
    """
    # A development build has no date: its time only orders it among the releases.
    date = str(datetime.fromtimestamp(version.time, UTC).date()) if version.release else ""
    rest = [each for each in (sheet, version.name, date, deck.meta.license) if each]
    left = room.width - text_width(_BETWEEN.join(["", *rest]), room.size)
    title = shorten(box_missing_glyphs_in_text(deck.meta.title), left, room.size)
    return _BETWEEN.join(rest if title == "…" else [title, *rest])


def page_labels(
    geometry: Geometry, deck: Deck, heads: Sequence[str], title: str, foot: str
) -> tuple[tuple[Label, ...], ...]:
    """The labels of each page; `heads` has the running head of each page.

    Above are the head and `title`, below are `foot` and the page number. The first page has no
    labels above, since it shows the title itself.
    """
    count = words(deck.meta.lang)["page-of"]
    pages = []
    for page, head in enumerate(heads, 1):
        above = (geometry.head_left(head), geometry.head_right(title)) if page > 1 else ()
        number = count.format(page=page, pages=len(heads))
        pages.append((*above, geometry.foot_left(foot), geometry.foot_right(number)))
    return tuple(pages)
