"""The printed deck: one cheat sheet, set with the project's own fonts."""

from __future__ import annotations

from deckpress.model import Artifact, Deck, Version
from exporters.job import PLAIN, Job


def export(deck: Deck, version: Version, job: Job = PLAIN) -> tuple[Artifact, ...]:
    """The deck as one PDF. The same deck and version give the same bytes.

    Retired cards are left out: they are kept for learners who already have them, not for new
    ones. A deck in which nothing is left to print still gives its title page.

    Raises:
        LayoutError: a card's layout did not end.
    """
    return (Artifact(f"{deck.name}-{version.name}.pdf", _cheat_sheet(deck, version, job)),)


def _cheat_sheet(deck: Deck, version: Version, job: Job) -> bytes:
    # Not at the top, where a worker would load all of it too.
    from .binding import bound
    from .document import Manuscript
    from .press import printed

    manuscript = Manuscript(deck, version)
    if manuscript.short:
        return printed(manuscript.sheet())
    return bound(manuscript.book(), job)
