"""What a released deck must keep, so that nobody loses progress: cards, kinds and names."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from deckpress.checks.positions import key_line, start
from deckpress.diagnostics import Diagnostic, finding
from deckpress.history import comparison
from deckpress.model import PartName, RawCard, RawDeck, Release


def check(deck: RawDeck) -> Iterator[Diagnostic]:
    """Cards that are gone or have changed their kind; a key or a deck name that has changed."""
    for card in deck.cards():
        yield from _retirement(card)
    if deck.release is not None:
        yield from _names(deck, deck.release)
        yield from _cards(deck, deck.release)


def other_deck(deck: RawDeck, there: Collection[str]) -> Iterator[Diagnostic]:
    """The deck that was released under the key of `deck`, if it is another one.

    `there` names the files beside the source that have the key: without its file, the other one
    is this deck by its former name.
    """
    release = deck.release
    if release is not None and release.name != deck.name and f"{release.name}.md" in there:
        yield finding("D819", key_line(deck, "key"), key=release.key, other=f"{release.name}.md")


def _retirement(card: RawCard) -> Iterator[Diagnostic]:
    reason = next((part for part in card.parts if part.name is PartName.RETIRED), None)
    if card.retired and reason is None:
        yield finding("D817", card.heading, id=card.id)
    elif reason is not None and not card.retired:
        yield finding("D818", reason.heading, id=card.id)


def _names(deck: RawDeck, release: Release) -> Iterator[Diagnostic]:
    for code, key, before, now in (
        ("D814", "key", release.key, deck.meta.key),
        ("D816", "anki_deck", release.anki_deck, deck.meta.anki_deck),
    ):
        if now and now != before:  # without a value, the front matter is told so
            span = key_line(deck, key)
            yield finding(code, span, before=before, now=now, version=release.version)


def _cards(deck: RawDeck, release: Release) -> Iterator[Diagnostic]:
    cards = {card.id: card for card in deck.cards()}
    renamed = comparison.renamed(release, deck)
    for id, before in release.cards.items():
        card = cards.get(id)
        if card is not None:
            if card.kind is not before.kind:
                kinds = {"before": before.kind.value, "now": card.kind.value}
                yield finding("D813", card.heading, id=id, version=release.version, **kinds)
        elif id in renamed:
            heading = cards[renamed[id]].heading
            yield finding("D812", heading, id=renamed[id], before=id, version=release.version)
        else:
            args = {"version": release.version, "question": before.question}
            yield finding("D811", start(deck), id=id, **args)
