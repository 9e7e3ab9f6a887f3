"""The printed deck: cheat sheet, handbook, self-test and cards to cut out, in our own fonts."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from deckpress.model import Artifact, Deck, Version
from exporters.job import DEFAULT_JOB, Job, Pool

if TYPE_CHECKING:
    from exporters.pdf.book.workers import Workers

_FEW = 24  # cards
_MOST = 8  # processes

# Waits for a sheet that was begun, and gives its PDF.
Printed = Callable[[], bytes]


def export(deck: Deck, version: Version, job: Job = DEFAULT_JOB) -> tuple[Artifact, ...]:
    """The sheets named by `job.print_options`. The same deck, version and job give the same bytes.

    Retired cards are left out: they are kept for learners who already have them, not for new
    ones. A deck in which nothing is left to print still gives its title page.

    Raises:
        FitError: the cheat sheet or the handbook has more pages than `job.print_options` allow, in
            any type.
        LayoutError: a card's layout did not end.
    """
    from exporters.pdf.book.workers import Workers

    asked = {name: made for name, made in _SHEETS.items() if name in job.print_options.sheets}
    workers = job.pool or Workers(_workers(deck))
    # Each sheet is finished as soon as its parts are there, while those of others are printed.
    with ThreadPoolExecutor(_MOST) as finishing, workers as pool:
        begun = [
            (_ending(name, job), begin(deck, version, job, pool)) for name, begin in asked.items()
        ]
        printed = [(ending, finishing.submit(finish)) for ending, finish in begun]
        return tuple(
            Artifact(f"{deck.name}-{version.stem}{ending}.pdf", sheet.result())
            for ending, sheet in printed
        )


def standing() -> Workers:
    """Workers for many builds, one after another (`Job.pool`); to be closed in the end."""
    from exporters.pdf.book.workers import Workers

    return Workers(_most_workers(), stay=True)


def _workers(deck: Deck) -> int:
    """A few cards are printed sooner than a worker has started, and each takes memory."""
    return min(_most_workers(), 1 + len(deck.cards()) // (_FEW + 1))


def _most_workers() -> int:
    return min(os.cpu_count() or 1, _MOST)


# What is imported here and not at the top is what a worker should not load.


def _cheat_sheet(deck: Deck, version: Version, job: Job, pool: Pool) -> Printed:
    from exporters.pdf.sheets.cheat_sheet import start_cheat_sheet

    return start_cheat_sheet(deck, version, job, pool)


def _handbook(deck: Deck, version: Version, job: Job, pool: Pool) -> Printed:
    from exporters.pdf.book.binding import start_book
    from exporters.pdf.book.fit_pages import fit_to_pages
    from exporters.pdf.sheets.handbook import Handbook
    from exporters.pdf.weasy.press import print_sheet

    options = job.print_options
    if options.booklet:
        options = replace(options, paper=f"{options.paper}/2")

    def begin(size: float = 0) -> Printed:
        handbook = Handbook(deck, version, options, size)
        if handbook.in_one_piece:
            return pool.submit(print_sheet, handbook.sheet()).result
        return start_book(handbook.book(), job, pool)

    if pages := options.fit_pages:
        return _folded(lambda: fit_to_pages(lambda size: begin(size)(), pages), job)
    return _folded(begin(), job)


def _folded(finish: Printed, job: Job) -> Printed:
    """The handbook, for a booklet two pages on a side of the paper."""
    from exporters.pdf.book.folding import booklet

    if not job.print_options.booklet:
        return finish
    return lambda: booklet(finish(), job.print_options.paper)


def _self_test(deck: Deck, version: Version, job: Job, pool: Pool) -> Printed:
    from exporters.pdf.book.binding import start_book
    from exporters.pdf.sheets.self_test import SelfTest
    from exporters.pdf.weasy.press import print_sheet

    test = SelfTest(deck, version, job.print_options)
    if test.in_one_piece:
        return pool.submit(print_sheet, test.sheet()).result
    return start_book(test.book(), job, pool)


def _flash_cards(deck: Deck, version: Version, job: Job, pool: Pool) -> Printed:
    from exporters.pdf.sheets.card_packs import start_flash_cards

    return start_flash_cards(deck, version, job, pool)


def _ending(name: str, job: Job) -> str:
    """How the name of the file of a sheet ends."""
    if name == "cheat":
        return "-pocket" if job.print_options.pocket else ""
    if name == "handbook":
        return "-booklet" if job.print_options.booklet else "-handbook"
    return {"test": "-selftest", "cards": "-cards"}[name]


_SHEETS: dict[str, Callable[[Deck, Version, Job, Pool], Printed]] = {
    "cheat": _cheat_sheet,
    "handbook": _handbook,
    "test": _self_test,
    "cards": _flash_cards,
}
