"""The exporters. Each is a pure function of a rendered deck, its version and a job.

An exporter is imported only when it is needed: printing uses libraries that a build of the Anki
deck alone should not have to load.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from exporters.job import DEFAULT_JOB, Job

if TYPE_CHECKING:
    from deckpress.model import Artifact, Deck, Version


class Exporter(Protocol):
    """A function that makes one kind of output."""

    def __call__(
        self, deck: Deck, version: Version, job: Job = DEFAULT_JOB
    ) -> tuple[Artifact, ...]:
        """The artefacts made from `deck`: their names and bytes."""


# The module of each exporter, by name, in the order in which a build runs and lists them.
EXPORTERS: dict[str, str] = {
    "anki": "exporters.anki",
    "pdf": "exporters.pdf",
    "web": "exporters.web",
}


def load(name: str) -> Exporter:
    """The exporter called `name`, a key of `EXPORTERS`. It is imported with its libraries.

    Raises:
        KeyError: there is no exporter of that name.
    """
    exporter: Exporter = import_module(EXPORTERS[name]).export
    return exporter
