"""The printed deck: one A4 cheat sheet, set with the project's own fonts."""

from __future__ import annotations

from deckpress.model import Artifact, Deck, Version
from exporters.job import PLAIN, Job

from .document import sheet
from .press import printed


def export(deck: Deck, version: Version, job: Job = PLAIN) -> tuple[Artifact, ...]:
    """The deck as one PDF. The same deck and version give the same bytes.

    Retired cards are left out: they are kept for learners who already have them, not for new
    ones. A deck in which nothing is left to print still gives its title page.
    """
    return (Artifact(f"{deck.name}-{version.name}.pdf", printed(sheet(deck, version))),)
