"""The deck as one page: a single HTML file that asks nothing of any server."""

from __future__ import annotations

from deckpress.model import Artifact, Deck, Version
from exporters.job import PLAIN, Job

from .document import document


def export(deck: Deck, version: Version, job: Job = PLAIN) -> tuple[Artifact, ...]:
    """The deck as one HTML file. The same deck and version give the same bytes.

    Retired cards are left out: they are kept for learners who already have them, not for new
    ones. A deck without cards still gives its front page.
    """
    return (
        Artifact(f"{deck.name}-{version.name}.html", document(deck, version, job.memo).encode()),
    )
