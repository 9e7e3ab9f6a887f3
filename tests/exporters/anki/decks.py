"""Small decks, and how they reach a learner."""

from __future__ import annotations

from deckpress.model import Card, Deck, Section
from tests.exporters import samples
from tests.exporters.learner import Learner, package


def small(*cards: Card, **meta: str) -> Deck:
    """A deck of one section."""
    return samples.deck(Section("docker", "Docker", (), cards), **meta)


def take(anki: Learner, deck: Deck) -> dict[str, int]:
    """Import a deck; how many of its notes were new, updated or left alone."""
    return anki.take(package(deck, samples.VERSION))
