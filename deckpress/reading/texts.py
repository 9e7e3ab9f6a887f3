"""The texts of a deck that are rendered on their own, and what each is part of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deckpress.model import CardKind, RawCard, RawDeck, Span, Text
from deckpress.reading.prose import prose
from deckpress.reading.references import place


@dataclass(frozen=True, slots=True)
class Field:
    """A text with its code blanked out (`prose`). `gaps` tells whether it may have gaps."""

    text: Text
    prose: str
    gaps: bool = False

    def span(self, offset: int, width: int = 1) -> Span:
        """The span of `width` characters at `offset` of the text."""
        line, column = place(self.text.source, offset)
        return self.text.at(line, column, max(1, width))


def fields(deck: RawDeck) -> Iterator[Field]:
    """Every text of a deck that is not empty, in the order of the source."""
    for section in deck.sections:
        yield from _some(section.title, section.intro)
        for card in section.cards:
            yield from _of_card(card)


def _of_card(card: RawCard) -> Iterator[Field]:
    gaps = card.kind is CardKind.CLOZE
    yield from _some(card.question, gaps=gaps)
    yield from _some(card.lead, *(item.text for item in card.items))
    yield from _some(card.short, gaps=gaps)
    yield from _some(*(part.text for part in card.parts))


def _some(*texts: Text, gaps: bool = False) -> Iterator[Field]:
    for text in texts:
        if text:
            yield Field(text, prose(text.source), gaps)
