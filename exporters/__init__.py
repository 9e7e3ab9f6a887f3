"""The outputs. Each exporter is a pure function of a rendered deck and its version.

An exporter is named here and imported when it is first asked for: printing needs libraries that a
build of the Anki deck alone should not have to load.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from deckpress.model import Artifact, Deck, Version

Exporter = Callable[[Deck, Version], tuple[Artifact, ...]]

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
