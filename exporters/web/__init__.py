"""The deck as one page: a single HTML file that asks nothing of any server."""

from __future__ import annotations

from deckpress.model import Artifact, Deck, Version
from exporters.job import PLAIN, Job
from exporters.web.document import documents
from exporters.web.site import site


def export(deck: Deck, version: Version, job: Job = PLAIN) -> tuple[Artifact, ...]:
    """The deck as one HTML file, and the same page once more as a site that a phone can keep.

    The same deck and version give the same bytes. Retired cards are left out: they are kept for
    learners who already have them, not for new ones. A deck without cards still gives its front
    page.
    """
    page = documents(deck, version, job.memo)
    return (
        Artifact(f"{deck.name}-{version.name}.html", page.alone.encode()),
        *site(deck, version, page.served.encode(), job.memo),
    )
