"""The outputs. Each exporter is a pure function of a rendered deck, its version and the job.

An exporter is named here and imported when it is first asked for: printing needs libraries that a
build of the Anki deck alone should not have to load.
"""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from deckpress.model import Artifact, Deck, Version
from exporters.job import PLAIN, Job


class Exporter(Protocol):
    """Makes one kind of output."""

    def __call__(self, deck: Deck, version: Version, job: Job = PLAIN) -> tuple[Artifact, ...]:
        """The artefacts of `deck`: their names and bytes."""


# The order in which a build makes and lists them.
EXPORTERS: dict[str, str] = {
    "anki": "exporters.anki",
    "pdf": "exporters.pdf",
    "web": "exporters.web",
}


def load(name: str) -> Exporter:
    """The exporter of that name, a key of `EXPORTERS`; imports it and the libraries it needs."""
    exporter: Exporter = import_module(EXPORTERS[name]).export
    return exporter
