"""What a deck has that is drawn: Mermaid diagrams and formulas."""

from __future__ import annotations

from collections.abc import Iterator

from deckpress.model import RawDeck
from deckpress.reading.fences import DIAGRAM, find_fences
from deckpress.reading.prose import prose, without_formulas


def has_drawings(deck: RawDeck) -> bool:
    """Whether a text of the deck has a diagram or a formula."""
    return any(
        any(fence.info.language == DIAGRAM for fence in find_fences(text))
        or without_formulas(prose(text)) != prose(text)
        for text in _texts(deck)
    )


def _texts(deck: RawDeck) -> Iterator[str]:
    for section in deck.sections:
        yield section.intro.source
    for card in deck.cards():
        yield card.question.source
        for text in (card.lead, card.short):
            yield text.source
        for item in card.items:
            yield item.text.source
        for part in card.parts:
            yield part.text.source
