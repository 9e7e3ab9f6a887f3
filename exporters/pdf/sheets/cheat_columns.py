"""Lays out the cheat sheet in the largest type in which it fits on its pages.

It runs in a worker. A layout takes most of the time, so the first type size is an estimate from the
lengths of the texts, and each further one comes from the room that the layout before it took.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, sqrt
from typing import Any

from markupsafe import Markup

from deckpress.reading.part_names import part_label
from exporters.job import FitError, PrintOptions
from exporters.pdf.book.folding import POCKET_PAGES
from exporters.pdf.setting.field_html import PaperRenderer
from exporters.pdf.setting.html_templates import render, styles, text_to_html
from exporters.pdf.setting.page_geometry import Geometry
from exporters.pdf.sheet import Sheet
from exporters.pdf.sheets.cheat_extents import LEADING, Extent, is_long
from exporters.pdf.weasy.imposition import blocks, free_height, imposed
from exporters.pdf.weasy.press import lay_out, print_environment, write_part
from exporters.theme import words

EXTENT = "_extent-"  # the start of the id that says which extent was printed

# Points: no glyph is smaller than the first. Above the largest, a sheet becomes a poster; a pocket
# sheet has little text, and may be larger.
_SMALLEST, _LARGEST, _LARGEST_POCKET, _STEP = 7.0, 10.5, 12.0, 0.05
_PLEASANT = 8.5  # points; so small for the sake of a page less
_LARGE = 14.0  # the size in large print
_SMALL = 0.9  # the size of code, indices and numbers relative to the text, if that is enough
_MOST_LAYOUTS = 4
_FULL = 0.96  # of the room; a layout that fills as much is not tried in larger type
_AIM = 0.985
# What is less full than the first share is divided evenly, in columns that are higher than their
# share by the second ones in turn, since a card is not divided.
_EVEN, _HIGHER = 0.93, (1.04, 1.12, 1.25, 1.5)
_NEAR = 1.02  # how far an estimate may be wrong that was corrected by a layout
_ONE_COLUMN, _TWO_COLUMNS = 100, 170  # millimetres; on a narrower page, so many columns
_ENDLESS = 10_000  # characters: a line of code is never marked as too long, but goes on below


@dataclass(frozen=True, slots=True)
class CheatPack:
    """What one worker lays out, with all that it needs.

    `extents` are tried in turn until one fits on `pages`. If `open_ended`, they are as many more as
    the last one needs; without any to begin with, it is set in the smallest type. `title` is empty
    if another pack has it. `first` is the number of the first extent among all.
    """

    title: str
    lang: str
    print_options: PrintOptions
    extents: tuple[Extent, ...]
    pages: int
    open_ended: bool = False
    first: int = 0

    @property
    def content(self) -> bytes:
        """Everything that decides the printed bytes."""
        return repr(self).encode()


def smallest_size(print_options: PrintOptions) -> float:
    """The smallest type size of the cheat sheet, in points."""
    return _LARGE if print_options.large_print else _SMALLEST


def cheat_geometry(print_options: PrintOptions, size: float = 0) -> Geometry:
    """The page of the cheat sheet, in type of `size` points, or else in the smallest."""
    points = size or smallest_size(print_options)
    if print_options.pocket:
        paper = replace(print_options, paper=f"{print_options.paper}/4")
        page = Geometry.from_options(paper, points)
        columns = print_options.columns or 1
        return replace(page, top=6, right=6, bottom=9.6, left=6, columns=columns, gap=4)
    page = Geometry.from_options(print_options, points)
    narrow = print_options.large_print or page.width < _ONE_COLUMN
    columns = print_options.columns or (1 if narrow else 2 if page.width < _TWO_COLUMNS else 3)
    return replace(page, top=8.6, right=9, bottom=13.4, left=9, columns=columns, gap=4.5)


def print_cheat(pack: CheatPack) -> bytes:
    """The pack as a part of a book, in the largest type in which one of its extents fits.

    Raises:
        FitError: none fits, and the pack is not open-ended.
    """
    geometry = cheat_geometry(pack.print_options)
    room = pack.pages * geometry.columns
    with print_environment():
        made, number = _fullest(pack, room)
        if room < made.used and room and pack.open_ended:
            # More pages than it should have; now they may hold what was left out to save them.
            side = geometry.columns * (POCKET_PAGES if pack.print_options.pocket else 1)
            room = ceil(made.used / side) * side
            made, number = _fullest(pack, room)
        if made.used <= room or pack.open_ended:
            made = _columns(pack, number).evened(made, room)
            pages = list(imposed(made.document.pages, geometry.imposition()))
            return write_part(made.document.copy(pages), made.html)
    needed = ceil(made.used * (pack.print_options.pages or 1) / room)
    raise FitError("cheat", pack.print_options.pages, needed, smallest_size(pack.print_options))


def _fullest(pack: CheatPack, room: float) -> tuple[_Made, int]:
    """The layout of the first extent of `pack` that fits in `room` columns, and its number.

    If none fits, it is that of the last one.
    """
    geometry = cheat_geometry(pack.print_options)
    estimates = [extent.columns(geometry) for extent in pack.extents]
    last = len(estimates) - 1
    number = next((at for at, estimate in enumerate(estimates) if estimate <= room), last)
    made = _columns(pack, number).fitted(room)
    if number and estimates[number - 1] * made.error <= _NEAR * room and made.used <= room:
        more = _columns(pack, number - 1).fitted(room)
        if more.used <= room:
            return more, number - 1
    while made.used > room and number < last:
        number += 1
        made = _columns(pack, number).fitted(room)
    return made, number


def _columns(pack: CheatPack, number: int) -> _Columns:
    return _Columns(pack, pack.extents[number], pack.first + number)


@dataclass(frozen=True, slots=True)
class _Made:
    """A layout in type of `size` points.

    `used` is the number of columns that it takes, `estimate` what was expected.
    """

    document: Any
    html: str
    used: float
    size: float
    estimate: float

    @property
    def error(self) -> float:
        """How many times the estimate it takes; texts of the same deck take about as many."""
        return self.used / self.estimate if self.estimate else 1.0


class _Columns:
    """The columns of one extent, each as a page of its own."""

    def __init__(self, pack: CheatPack, extent: Extent, number: int) -> None:
        self._pack, self._extent, self._number = pack, extent, number
        self._numbers = {
            entry.card.id: entry.number for chapter in extent.chapters for entry in chapter.entries
        }

    def fitted(self, room: float) -> _Made:
        """The layout in the largest type found in which it takes at most `room` columns.

        If there is none, the one in the smallest type.
        """
        least = smallest_size(self._pack.print_options)
        fits, fails = least, max(self._largest, least) + _STEP
        best: _Made | None = None
        size = self._estimated_size(room)
        for _ in range(_MOST_LAYOUTS):
            made = self._laid_out(size)
            if made.used <= room:
                best, fits = made, size
            elif size == least:
                return made
            else:
                fails = size
            if best and (made.used > _FULL * room or fails - fits < 2 * _STEP) and best is made:
                return best
            # The room that text takes grows with the square of its size.
            aimed = _on_grid(size * sqrt(_AIM * room / made.used))
            size = min(max(aimed, fits + _STEP if best else least), fails - _STEP)
            if best and not fits < size < fails:
                return best
        return best or self._laid_out(least)

    def evened(self, made: _Made, room: float) -> _Made:
        """The layout `made`, or one that leaves no page or panel all but empty.

        If it goes on a little on its last page, it is set smaller, as long as it reads well. Then
        what is left is shared by all columns.
        """
        if made.used > room:
            return made
        options = self._pack.print_options
        on_a_page = cheat_geometry(options).columns
        whole = floor(made.used / on_a_page) * on_a_page
        if not options.pocket and 0 < made.used - whole < on_a_page / 2 and whole:
            closer = self.fitted(whole)
            if closer.used <= whole and closer.size >= _PLEASANT:
                made = closer
        goal = room if options.pocket else ceil(made.used / on_a_page) * on_a_page
        share = made.used / goal
        if share >= _EVEN:
            return made
        least = _tallest(made.document.pages) / cheat_geometry(options).text_area[1]
        for higher in _HIGHER:
            even = self._laid_out(made.size, min(1.0, max(share * higher, least)))
            if len(even.document.pages) <= goal:
                return even
        return made

    @property
    def _largest(self) -> float:
        return _LARGEST_POCKET if self._pack.print_options.pocket else _LARGEST

    def _estimated_size(self, room: float) -> float:
        """The largest type size in which the texts fit by their length."""
        options = self._pack.print_options
        size = smallest_size(options)
        steps = max(0, round((self._largest - size) / _STEP))
        low, high = 0, steps
        while low < high:
            middle = (low + high + 1) // 2
            geometry = cheat_geometry(options, size + middle * _STEP)
            if self._extent.columns(geometry) <= _AIM * room:
                low = middle
            else:
                high = middle - 1
        return _on_grid(size + low * _STEP)

    def _laid_out(self, size: float, share: float = 1.0) -> _Made:
        """The layout in type of `size` points, in columns of a `share` of their height."""
        options, lang = self._pack.print_options, self._pack.lang
        geometry = cheat_geometry(options, size)
        empty = (1 - share) * geometry.text_area[1]
        least = smallest_size(options)
        # With no room, a table becomes running text.
        renderer = PaperRenderer(self._numbers, geometry.scale, _ENDLESS, 0, 0.0, size, least=least)
        small = max(least, _SMALL * size)
        css = styles("column.css", "cheat.css", *(("ink.css",) if options.ink_saver else ()))
        css += geometry.column_css()
        css += f"@page {{ margin-bottom: {empty:.2f}mm }}\n"
        css += f":root {{ --small: {small:.3f}pt; --leading: {LEADING} }}\n"
        html = render(
            "cheat",
            title=self._pack.title,
            lang=lang,
            chapters=self._extent.chapters,
            extent=f"{EXTENT}{self._number}",
            field=renderer.field,
            text=text_to_html,
            label=lambda name: part_label(name, lang),
            continued=words(lang)["continued"],
            is_long=is_long,
            style=Markup(css),
        )
        document = lay_out(Sheet(html, renderer.drawings))
        used = _used_columns(document.pages, geometry)
        return _Made(document, html, used, size, self._extent.columns(geometry))


def _tallest(pages: Sequence[Any]) -> float:
    """The height in millimetres of the tallest card that is not divided, and of titles above it."""
    tallest = height = 0.0
    for page in pages:
        for element, more in blocks(page):
            height += 0.0 if element.get("class") == "item long" else more
            if element.tag == "div":
                tallest, height = max(tallest, height), 0.0
    return tallest


def _used_columns(pages: Sequence[Any], geometry: Geometry) -> float:
    height = geometry.text_area[1]
    return len(pages) - min(1.0, free_height(pages[-1]) / height)


def _on_grid(size: float) -> float:
    return round(floor(size / _STEP + 1e-6) * _STEP, 3)
