"""The printed deck: a cheat sheet, a self-test and cards to cut out, set with our own fonts."""

from __future__ import annotations

from collections.abc import Callable

from deckpress.model import Artifact, Deck, Version
from exporters.job import PLAIN, Job


def export(deck: Deck, version: Version, job: Job = PLAIN) -> tuple[Artifact, ...]:
    """The sheets that `job.printing` names. The same deck, version and job give the same bytes.

    Retired cards are left out: they are kept for learners who already have them, not for new
    ones. A deck in which nothing is left to print still gives its title page.

    Raises:
        LayoutError: a card's layout did not end.
    """
    return tuple(
        Artifact(f"{deck.name}-{version.name}{ending}.pdf", make(deck, version, job))
        for sheet, (ending, make) in _SHEETS.items()
        if sheet in job.printing.sheets
    )


# What is imported here and not at the top is what a worker should not load.


def _cheat_sheet(deck: Deck, version: Version, job: Job) -> bytes:
    from .binding import bound
    from .document import Manuscript
    from .press import printed

    manuscript = Manuscript(deck, version)
    if manuscript.short:
        return printed(manuscript.sheet())
    return bound(manuscript.book(), job)


def _self_test(deck: Deck, version: Version, job: Job) -> bytes:
    from .binding import bound
    from .press import printed
    from .selftest import SelfTest

    test = SelfTest(deck, version)
    return printed(test.sheet()) if test.short else bound(test.book(), job)


def _flash_cards(deck: Deck, version: Version, job: Job) -> bytes:
    from .flashcards import FlashCards

    return FlashCards(deck, version, job.printing).printed()


_SHEETS: dict[str, tuple[str, Callable[[Deck, Version, Job], bytes]]] = {
    "cheat": ("", _cheat_sheet),
    "test": ("-selftest", _self_test),
    "cards": ("-cards", _flash_cards),
}
