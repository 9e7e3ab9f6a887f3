"""The cheat sheet: what wins the interview on one sheet of paper, both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import ceil

from markupsafe import Markup

from deckpress import __version__
from deckpress.model import Deck, Version
from exporters.job import FitError, Job, Pool, PrintOptions
from exporters.pdf.book.binding import PartTask, start_parts
from exporters.pdf.book.folding import POCKET_PAGES, pocket
from exporters.pdf.book.pdf_merge import Part, join_parts
from exporters.pdf.setting.html_templates import render
from exporters.pdf.setting.missing_glyphs import box_missing_glyphs_in_text
from exporters.pdf.setting.text_width import shorten, text_width
from exporters.pdf.sheet import Label, Sheet
from exporters.pdf.sheets.cheat_columns import (
    EXTENT,
    CheatPack,
    cheat_geometry,
    print_cheat,
    smallest_size,
)
from exporters.pdf.sheets.cheat_extents import Extent, extents
from exporters.pdf.sheets.running_heads import BETWEEN, edition_text, sheet_title
from exporters.pdf.weasy.press import print_part
from exporters.theme import words
from exporters.view import Chapter

_PAGES = 2  # unless told: one sheet of paper, both sides
_HOPELESS = 1.3  # an estimate that exceeds the room so far is not tried
_UNSURE = 1.05  # an estimate may be so much too small
_BETWEEN = 3.0  # millimetres, between what stands left and right in the foot
_READABLE = 3.5  # millimetres a point of type: a shorter part of a title says little
# Pages: a sheet that needs more than allowed, but so few, is set so as to fill them. One that needs
# more is set in the smallest type at once, in packs of so many, of which each ends on a page that
# is not full.
_FEW, _PACK = 4, 40


def start_cheat_sheet(deck: Deck, version: Version, job: Job, pool: Pool) -> Callable[[], bytes]:
    """Start to print the cheat sheet of `deck` with the workers of `pool`.

    The result is a function that waits for it and returns the PDF. Unless told the number of its
    pages, a deck whose core is too long for one sheet of paper takes as many as it needs.

    Raises:
        FitError: it is far too long for the pages that were asked for.

    Raises (when the returned function is called):
        FitError: it does not fit on the pages that were asked for.
        LayoutError: the layout of a card did not end.
    """
    choices = extents(deck)
    tasks = [PartTask(print_cheat, pack, pack.content) for pack in _packs(deck, choices, job)]
    printed = start_parts(tasks, job, pool)
    about = pool.submit(print_part, _about(deck, version))

    def finish() -> bytes:
        parts = [Part.read(data) for data in printed()]
        (mark,) = (name for name in parts[0].places if name.startswith(EXTENT))
        extent = choices[int(mark.removeprefix(EXTENT))]
        claim = words(deck.meta.lang)[extent.claim].format(
            count=extent.count, total=choices[0].count
        )
        count = sum(map(len, parts))
        options = job.print_options
        if not options.pocket:
            labels = _labels(deck, version, options, claim, count)
            return join_parts(parts, labels, Part.read(about.result()))
        labels = _pocket_labels(deck, version, options, claim, count)
        return pocket(join_parts(parts, labels, Part.read(about.result())), options.paper)

    return finish


def _packs(deck: Deck, choices: Sequence[Extent], job: Job) -> Iterator[CheatPack]:
    """One pack, or several if the least that the sheet may hold is far too long for it."""
    options = job.print_options
    on_a_side = POCKET_PAGES if options.pocket else 1
    pages = (options.pages or _PAGES) * on_a_side
    title, lang = deck.meta.title, deck.meta.lang
    least = choices[-1]
    geometry = cheat_geometry(options)
    needed = least.columns(geometry) / geometry.columns
    open_ended = not options.pages
    if needed <= max(_HOPELESS * pages, _FEW * open_ended):
        yield CheatPack(title, lang, options, tuple(choices), pages, open_ended)
        return
    if options.pages:
        sides = ceil(_UNSURE * needed / on_a_side)
        raise FitError("cheat", options.pages, sides, smallest_size(options))
    last = len(choices) - 1
    packs = ceil(needed / (_PACK * on_a_side))
    for number, some in enumerate(_runs(least, ceil(least.count / packs))):
        extent = replace(least, chapters=some)
        yield CheatPack("" if number else title, lang, options, (extent,), 0, True, last)


def _runs(extent: Extent, most: int) -> Iterator[tuple[Chapter, ...]]:
    """The chapters of an extent in runs of at most `most` cards."""
    run: list[Chapter] = []
    free = most
    for chapter in extent.chapters:
        start = 0
        while start < len(chapter.entries):
            some = chapter.entries[start : start + free]
            run.append(replace(chapter, entries=some, continues=start > 0))
            start += len(some)
            free -= len(some)
            if not free:
                yield tuple(run)
                run, free = [], most
    if run:
        yield tuple(run)


def _about(deck: Deck, version: Version) -> Sheet:
    """A sheet with the metadata of the PDF. The packs know neither the version nor the deck."""
    title = sheet_title(deck, version, words(deck.meta.lang)["cheat-sheet"])
    values = {"deck": deck, "version": version, "title": title, "style": Markup("")}
    return Sheet(render("about", **values, tags=[], generator=f"Deckpress {__version__}"))


def _labels(
    deck: Deck, version: Version, options: PrintOptions, claim: str, count: int
) -> list[tuple[Label, Label]]:
    """The foot of each page: what stands on the sheet and its version, and the page."""
    sheet, page_of = words(deck.meta.lang)["cheat-sheet"], words(deck.meta.lang)["page-of"]
    title = box_missing_glyphs_in_text(deck.meta.title)
    rest = [claim, *filter(None, (edition_text(version), deck.meta.license))]
    size = smallest_size(options)
    last = page_of.format(page=count, pages=count)
    room = cheat_geometry(options).text_area[0] - text_width(last, size) - _BETWEEN
    whole = [title, sheet, *rest]
    short = shorten(title, room - text_width(BETWEEN.join(["", *whole[1:]]), size), size)
    readable = text_width(short, size) > _READABLE * size
    lefts = [whole, [title, *rest], *([[short, *whole[1:]]] if readable else []), whole[1:]]
    lefts += [rest[:end] for end in range(len(rest), 0, -1)]
    return [
        _foot(options, lefts, (page_of.format(page=page, pages=count), f"{page} / {count}", ""))
        for page in range(1, count + 1)
    ]


def _pocket_labels(
    deck: Deck, version: Version, options: PrintOptions, claim: str, count: int
) -> list[tuple[Label, Label]]:
    """The foot of each small page: in turn what stands on the sheet, and its edition."""
    edition = [*filter(None, (edition_text(version), deck.meta.license))]
    lefts = (
        [[words(deck.meta.lang)["cheat-sheet"], claim], [claim]],
        [edition[:end] for end in range(len(edition), 0, -1)] or [[]],
    )
    return [
        _foot(options, lefts[(page - 1) % 2], (f"{page} / {count}", ""))
        for page in range(1, count + 1)
    ]


def _foot(
    options: PrintOptions, lefts: Sequence[Sequence[str]], rights: Sequence[str]
) -> tuple[Label, Label]:
    """The first of `lefts` that has room beside the first of `rights`.

    If none has, it is the last one, beside the first of `rights` that leaves room for it.
    """
    geometry, size = cheat_geometry(options), smallest_size(options)
    width = geometry.text_area[0]
    joined = [BETWEEN.join(left) for left in lefts]
    pairs = [(left, rights[0]) for left in joined] + [(joined[-1], right) for right in rights[1:]]
    left, right = next(
        (
            pair
            for pair in pairs
            if sum(text_width(each, size) for each in pair) + _BETWEEN <= width
        ),
        pairs[-1],
    )
    return (
        replace(geometry.foot_left(left), size=size, width=width),
        replace(geometry.foot_right(right), size=size, width=width),
    )
