"""The running head and the foot of each page of a book."""

from __future__ import annotations

from collections.abc import Sequence

from deckpress.model import Deck, Version
from exporters.pdf.book.binding import Places
from exporters.pdf.setting.missing_glyphs import box_missing_glyphs_in_text
from exporters.pdf.setting.page_geometry import Geometry
from exporters.pdf.setting.text_width import ELLIPSIS, shorten, text_width
from exporters.pdf.sheet import Label
from exporters.theme import words
from exporters.view import Chapter

BETWEEN = " · "


def foot_text(deck: Deck, version: Version, sheet: str, room: Label) -> str:
    """The foot of each page: title, sheet, edition, license.

    `sheet` is the name of the sheet, or empty. If all that is too long for the label `room`, the
    name of the sheet is left out; or else the title is cut short, or left out, so that all other
    can be read.
    """
    title = box_missing_glyphs_in_text(deck.meta.title)
    rest = [each for each in (edition_text(version), deck.meta.license) if each]
    named = [sheet, *rest] if sheet else rest
    left = room.width - text_width(BETWEEN.join(["", *named]), room.size)
    short = shorten(title, left, room.size)
    cut = [] if short == ELLIPSIS else [[short, *named]]
    choices = map(BETWEEN.join, ([title, *named], [title, *rest], *cut, named, rest))
    fitting = (each for each in choices if text_width(each, room.size) <= room.width)
    return next(fitting, BETWEEN.join(rest))


def sheet_title(deck: Deck, version: Version, sheet: str = "") -> str:
    """The title of a document: those of the deck, its edition and the sheet."""
    return BETWEEN.join(filter(None, (deck.meta.title, version.edition, sheet)))


def edition_text(version: Version) -> str:
    """The edition as people name it: ``1.0.0 · 2026-11``, or ``核心版 · 2026-11``.

    What was not released has no month, since its time only orders it among the releases; it has the
    name of the build.
    """
    number = version.short if version.release or not version.month else ""
    return BETWEEN.join(filter(None, (version.edition, number, version.month)))


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


def section_heads(all_chapters: Sequence[Chapter], places: Places, room: Label) -> tuple[str, ...]:
    """The running head of each page: what stands on it, as in ``Nginx 61–74 · Supervisor 75``.

    If that is too long for the label `room`, it is the first section and the last one, with titles
    cut short.
    """
    # By page: the section and number of each card; a section without cards has the number 0.
    begun: dict[int, list[tuple[str, int]]] = {}
    for chapter in all_chapters:
        title = chapter.section.title
        if not chapter.entries:
            begun.setdefault(places.pages[chapter.section.id], []).append((title, 0))
        for entry in chapter.entries:
            begun.setdefault(places.pages[entry.card.id], []).append((title, entry.number))
    fresh = set(places.fresh)
    heads = []
    last: list[tuple[str, int]] = []
    for page in range(1, places.count + 1):
        standing = begun.get(page, []) if page in fresh else last + begun.get(page, [])
        last = standing[-1:] or last
        shown: dict[str, list[int]] = {}
        for title, number in standing:
            shown.setdefault(title, []).extend([number] if number else [])
        heads.append(_head([(title, _range(of)) for title, of in shown.items()], room))
    return tuple(heads)


def _head(shown: Sequence[tuple[str, str]], room: Label) -> str:
    """The sections that a page shows, each with the numbers of its cards."""
    whole = BETWEEN.join(f"{title} {numbers}".strip() for title, numbers in shown)
    if text_width(whole, room.size, room.bold) <= room.width:
        return whole
    ends, between = [shown[0], *shown[1:][-1:]], BETWEEN if len(shown) < 3 else " … "
    rest = text_width(between + "".join(f" {each}" for _, each in ends), room.size, room.bold)
    share = (room.width - rest) / len(ends)
    titles = [
        shorten(box_missing_glyphs_in_text(title), share, room.size, room.bold) for title, _ in ends
    ]
    return between.join(
        f"{title} {numbers}".strip() for title, (_, numbers) in zip(titles, ends, strict=True)
    )


def _range(numbers: Sequence[int]) -> str:
    """The first and the last of `numbers`."""
    return "–".join(map(str, sorted({numbers[0], numbers[-1]}))) if numbers else ""
