"""The deck as one page: a single HTML file that needs no server and no network."""

from __future__ import annotations

from deckpress.model import Artifact, Deck, Version
from exporters.job import DEFAULT_JOB, Job
from exporters.web.document import render_documents
from exporters.web.site import site_files


def export(deck: Deck, version: Version, job: Job = DEFAULT_JOB) -> tuple[Artifact, ...]:
    """`deck` as one HTML file, and the same page as a site that a phone can install.

    The file holds its pictures; the site has them as files of their own.

    The same deck and version give the same bytes. `job.memo` saves work. Retired cards are left
    out: they are kept for learners who already have them, not for new ones. A deck without cards
    still gives its front page.
    """
    page = render_documents(deck, version, job.memo)
    return (
        Artifact(f"{deck.name}-{version.stem}.html", page.standalone.encode()),
        *site_files(deck, version, page.served.encode(), page.pictures, job.memo),
    )
