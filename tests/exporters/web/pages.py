"""Pages of small decks. The icons beside them, which take longest, are drawn once a run."""

from __future__ import annotations

from pathlib import Path

from deckpress.model import Artifact, Deck, Version
from exporters import web
from exporters.job import Job
from tests.exporters import samples

_MEMO = samples.Kept()


def export(deck: Deck, version: Version = samples.VERSION) -> tuple[Artifact, ...]:
    """The page, and the files of the site."""
    return web.export(deck, version, Job(memo=_MEMO))


def written(path: Path, deck: Deck) -> Path:
    """The page of `deck` in a file."""
    path.write_bytes(export(deck)[0].data)
    return path
