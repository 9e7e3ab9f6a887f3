"""The fields of a deck: the texts that are rendered each on its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deckpress.model import CardKind, RawCard, RawDeck, Span, Text
from deckpress.reading.prose import prose
from deckpress.reading.references import line_and_column


@dataclass(frozen=True, slots=True)
class Field:
    """A text of a deck. `gaps` tells whether it may have gaps, as in a cloze card."""

    text: Text
    gaps: bool = False

    @property
    def source(self) -> str:
        """The Markdown of the text."""
        return self.text.source

    @property
    def prose(self) -> str:
        """The same text with its code blanked out. It takes a parser: look at `source` first."""
        return prose(self.text.source)

    def span(self, offset: int, width: int = 1) -> Span:
        """The span of `width` characters that begin at `offset` (from 0) of the text."""
        line, column = line_and_column(self.text.source, offset)
        return self.text.at(line, column, max(1, width))


def fields(deck: RawDeck) -> Iterator[Field]:
    """All fields of a deck that are not empty, in the order of the source."""
    for section in deck.sections:
        yield from _nonempty(section.title, section.intro)
        for card in section.cards:
            yield from _card_fields(card)


def _card_fields(card: RawCard) -> Iterator[Field]:
    gaps = card.kind is CardKind.CLOZE
    yield from _nonempty(card.question, gaps=gaps)
    yield from _nonempty(card.lead, *(item.text for item in card.items))
    yield from _nonempty(card.short, gaps=gaps)
    yield from _nonempty(*(part.text for part in card.parts))


def _nonempty(*texts: Text, gaps: bool = False) -> Iterator[Field]:
    for text in texts:
        if text:
            yield Field(text, gaps)
