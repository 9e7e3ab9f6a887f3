"""Where a note goes: the decks with their names and descriptions, and the tags."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from hashlib import sha256

import genanki

from deckpress.model import Card, Deck, Meta, Section, Version
from exporters.anki.field_html import field
from exporters.anki.html_templates import render
from exporters.anki.note_fields import page
from exporters.theme import words

# The tag by which a learner finds the cards that are no longer asked.
RETIRED = "deck::retired"

_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")

# Anki's ids are times in milliseconds; these lie in 2001 to 2017, never in anybody's future.
_FIRST_ID, _IDS = 1_000_000_000_000, 500_000_000_000


class Tree:
    """The decks of one package: one for the whole, and below it one for each section with cards.

    On import a deck is its name, in which Anki ignores case and takes ``::`` for a level: sections
    whose titles are the same to Anki share a deck.
    """

    def __init__(self, deck: Deck, version: Version) -> None:
        self._deck = deck
        self._name = name(deck.meta)
        self._decks: dict[str, genanki.Deck] = {}
        self._numbers: set[int] = set()
        self._add(self._name, _description(deck, version))

    def of(self, section: Section) -> genanki.Deck:
        """The deck for the cards of `section`."""
        title = _name(section.title.replace("::", "∷"))
        name = f"{self._name}::{title}"
        return self._decks.get(name.casefold()) or self._add(name, self._introduction(section))

    def decks(self) -> list[genanki.Deck]:
        """All of them, the deck of the whole first."""
        return list(self._decks.values())

    def _add(self, name: str, description: str) -> genanki.Deck:
        number = int.from_bytes(sha256(name.encode()).digest()[:8], "big") % _IDS + _FIRST_ID
        while number in self._numbers:
            number += 1
        self._numbers.add(number)
        deck = genanki.Deck(number, name, description)
        self._decks[name.casefold()] = deck
        return deck

    def _introduction(self, section: Section) -> str:
        # A figure that only a description shows would not be imported: its alternative stands in.
        return field(section.intro, page(self._deck.meta), set())


def name(meta: Meta) -> str:
    """What the deck of the whole is called in Anki."""
    return "::".join(map(_name, meta.anki_deck.split("::")))


def tags(card: Card, meta: Meta) -> list[str]:
    """The tags of a card's note, sorted. Anki splits tags at every kind of space."""
    found = [f"section::{card.section}"]
    found += (f"topic::{meta.tags.get(tag, tag)}" for tag in card.tags)
    if card.level is not None:
        found.append(f"level::{card.level}")
    if card.tier is not None:
        found.append(f"tier::{card.tier}")
    if card.retired:
        found.append(RETIRED)
    return sorted({_UNPRINTABLE.sub("_", tag.strip()) for tag in found})


def _description(deck: Deck, version: Version) -> str:
    # A development build has no date: its time is only the place that it takes among the releases.
    date = datetime.fromtimestamp(version.time, UTC).date() if version.release else ""
    return render(
        "description.html",
        meta=deck.meta,
        words=words(deck.meta.lang),
        version=version.name,
        date=date,
        count=sum(not card.retired for card in deck.cards()),
        homepage=page(deck.meta),
    )


def _name(title: str) -> str:
    """One level of a deck's name, as Anki itself would write it."""
    return unicodedata.normalize("NFC", _UNPRINTABLE.sub(" ", title)).strip() or "-"
