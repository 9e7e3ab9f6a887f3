"""The facts by which a reader can filter the cards of the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deckpress.model import Deck
from deckpress.tiers import TIERS, tiers_of
from exporters.theme import words


@dataclass(frozen=True, slots=True)
class Facet:
    """A kind of fact about cards, such as the level.

    `key` identifies it and `name` is shown. `values` are pairs of a value and its name, in the
    order in which they are offered.
    """

    key: str
    name: str
    values: tuple[tuple[str, str], ...]


def facets(deck: Deck) -> Iterator[Facet]:
    """The facets of `deck` that distinguish some of its shown cards from others."""
    word = words(deck.meta.lang)
    cards = [card for card in deck.cards() if not card.retired]
    sections = {card.section for card in cards}
    tags = {tag: deck.meta.tags.get(tag, tag) for card in cards for tag in card.tags}
    levels = sorted({card.level for card in cards if card.level})
    tiers = {tier for card in cards for tier in tiers_of(card.tier)}
    found = (
        ("section", word["section"], [(s.id, s.title) for s in deck.sections if s.id in sections]),
        ("topic", word["topic"], sorted(tags.items(), key=lambda item: item[1].casefold())),
        ("level", word["level"], [(str(level), word[f"level-{level}"]) for level in levels]),
        ("tier", word["tier"], [(tier, word[f"tier-{tier}"]) for tier in TIERS if tier in tiers]),
    )
    for key, name, values in found:
        if len(values) > 1 or (values and key not in ("section", "level")):
            yield Facet(key, name, tuple(values))
