"""The decks of a package with their names and descriptions, and the tags of a note."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256

from deckpress.homepage import page_address
from deckpress.model import Card, Deck, Meta, Section, Version
from deckpress.tiers import tiers_of
from exporters.anki.descriptions import introduction
from exporters.anki.field_html import render_field
from exporters.anki.html_templates import render
from exporters.anki.library import genanki
from exporters.anki.note_fields import NoteFiller
from exporters.theme import words

_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")

# Anki's ids are times in Unix milliseconds. These lie between 2001 and 2017, never in the future.
_FIRST_ID, _ID_RANGE = 1_000_000_000_000, 500_000_000_000


class DeckTree:
    """The decks of one package: a root deck, and below it one deck for each section with cards.

    On import, Anki identifies a deck by its name. It ignores case, and ``::`` separates levels. The
    names of the sections' decks come with the version, because they stay once they are released.
    """

    def __init__(self, deck: Deck, version: Version) -> None:
        self._deck = deck
        self._name = deck_name(deck.meta)
        self._names = version.decks
        self._decks: dict[str, genanki.Deck] = {}
        self._numbers: set[int] = set()
        self._add(self._name, _description(deck, version))

    def deck_for(self, section: Section) -> genanki.Deck:
        """The deck for the cards of `section`; it is added on first use."""
        title = _level_name(self._names.get(section.id, section.title).replace("::", "∷"))
        name = f"{self._name}::{title}"
        return self._decks.get(name.casefold()) or self._add(name, self._introduction(section))

    def decks(self) -> list[genanki.Deck]:
        """All decks so far, the root deck first."""
        return list(self._decks.values())

    def _add(self, name: str, description: str) -> genanki.Deck:
        number = int.from_bytes(sha256(name.encode()).digest()[:8], "big") % _ID_RANGE + _FIRST_ID
        while number in self._numbers:
            number += 1
        self._numbers.add(number)
        deck = genanki.Deck(number, name, description)
        self._decks[name.casefold()] = deck
        return deck

    def _introduction(self, section: Section) -> str:
        # Anki would not import a figure that only a description shows. Readers get its text
        # alternative instead.
        meta = self._deck.meta
        intro = render_field(section.intro, page_address(meta.homepage), set())
        return introduction(intro, meta.lang)


def deck_name(meta: Meta) -> str:
    """The name of the root deck in Anki, for a deck with this `meta`."""
    return "::".join(map(_level_name, meta.anki_deck.split("::")))


def tags(card: Card, meta: Meta) -> list[str]:
    """The tags of the note of `card`, sorted. `meta` has their root and the names of the topics.

    One root keeps them apart from the learner's own. In Anki ``::`` makes a tree of tags.
    """
    found = [("section", card.section)]
    found += (("topic", meta.tags.get(tag, tag)) for tag in card.tags)
    if card.level is not None:
        found.append(("level", str(card.level)))
    found += (("tier", tier) for tier in tiers_of(card.tier))
    own = {f"{meta.tags_home}::{group}::{_tag_path(tag)}" for group, tag in found}
    return sorted(own | {meta.retired_tag} if card.retired else own)


@lru_cache(maxsize=4096)
def _tag_path(tag: str) -> str:
    """A tag as Anki keeps it: without any white space, and without empty levels."""
    levels = (_UNPRINTABLE.sub("_", level.strip().strip(":")) for level in tag.split("::"))
    return "::".join(filter(None, levels)) or "_"


def _description(deck: Deck, version: Version) -> str:
    # A development build has no date: its time only orders it among the releases.
    date = datetime.fromtimestamp(version.time, UTC).date() if version.release else ""
    cards = [card for card in deck.cards() if not card.retired]
    return render(
        "description.html",
        meta=deck.meta,
        words=words(deck.meta.lang),
        version=version.name,
        date=date,
        notes=len(cards),
        cards=sum(len(NoteFiller.ords(card)) for card in cards),
        homepage=page_address(deck.meta.homepage),
    )


def _level_name(title: str) -> str:
    """One level of a deck's name, normalised as Anki does it."""
    return unicodedata.normalize("NFC", _UNPRINTABLE.sub(" ", title)).strip() or "-"
