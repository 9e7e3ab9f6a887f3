"""What the cards of a page can be chosen by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deckpress.model import Deck
from exporters.theme import words


@dataclass(frozen=True, slots=True)
class Facet:
    """A fact that cards have, its name, and its values in their order, each with its name."""

    key: str
    name: str
    values: tuple[tuple[str, str], ...]


def facets(deck: Deck) -> Iterator[Facet]:
    """The facts that tell some of the shown cards from others."""
    said = words(deck.meta.lang)
    cards = [card for card in deck.cards() if not card.retired]
    sections = {card.section for card in cards}
    tags = {tag: deck.meta.tags.get(tag, tag) for card in cards for tag in card.tags}
    levels = sorted({card.level for card in cards if card.level})
    tiers = sorted({card.tier for card in cards if card.tier})
    found = (
        ("section", said["section"], [(s.id, s.title) for s in deck.sections if s.id in sections]),
        ("topic", said["topic"], sorted(tags.items(), key=lambda item: item[1].casefold())),
        ("level", said["level"], [(str(level), said[f"level-{level}"]) for level in levels]),
        ("tier", said["tier"], [(tier, said[f"tier-{tier}"]) for tier in tiers]),
    )
    for key, name, values in found:
        if len(values) > 1 or (values and key not in ("section", "level")):
            yield Facet(key, name, tuple(values))
