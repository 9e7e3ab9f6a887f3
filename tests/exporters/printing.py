"""Prints decks for the tests, in their own process.

For a deck of many cards an export starts processes, each of which loads its libraries anew: that
takes longer than to print what a test needs. What comes out is the same (`pdf/test_book.py`).
"""

from __future__ import annotations

from typing import Any

from deckpress.model import Deck, Version
from exporters.job import DEFAULT_JOB, Job, Memo, PrintOptions
from exporters.pdf import export
from exporters.pdf.book.workers import Workers
from tests.exporters.samples import VERSION


def here(printing: PrintOptions, memo: Memo = DEFAULT_JOB.memo) -> Job:
    """A job that starts no processes."""
    return Job(printing, memo, Workers(1))


def printed(
    made: Deck, sheet: str = "handbook", version: Version = VERSION, **options: Any
) -> bytes:
    """One sheet of a deck."""
    (artifact,) = export(made, version, here(PrintOptions(sheets=(sheet,), **options)))
    return artifact.data
