"""Where links of a deck may lead."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from deckpress.model import RawDeck


@dataclass(frozen=True, slots=True)
class Targets:
    """The ids of a deck's cards and sections, and those of its retired cards."""

    ids: frozenset[str]
    retired: frozenset[str]

    @classmethod
    def of(cls, deck: RawDeck) -> Targets:
        cards = deck.cards()
        ids = {section.id for section in deck.sections} | {card.id for card in cards}
        return cls(frozenset(ids - {""}), frozenset(card.id for card in cards if card.retired))

    def near(self, id: str) -> str:
        """The id that was probably meant, or nothing."""
        return next(iter(get_close_matches(id, sorted(self.ids), 1)), "")
