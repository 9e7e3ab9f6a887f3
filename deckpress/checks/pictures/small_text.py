"""Text in the author's drawings that is too small on paper."""

from __future__ import annotations

from collections.abc import Iterator

from deckpress.diagnostics import Diagnostic, finding
from deckpress.model import RawDeck, Text
from deckpress.print_size import small_text
from deckpress.reading.references import Folder, references


def check(deck: RawDeck) -> Iterator[Diagnostic]:
    """A finding for each drawing whose text cannot be read, where it is shown first."""
    if not any(path.endswith(".svg") for path in deck.files):
        return
    seen = set()
    for text, on_card in _texts(deck):
        if Folder.FIGURES.value not in text.source and not deck.definitions:
            continue
        for reference in references(text.source, deck.definitions):
            path = reference.path
            if (path, on_card) in seen or not path.endswith(".svg") or path not in deck.files:
                continue
            seen.add((path, on_card))
            if small := small_text(deck.files[path], on_card):
                span = text.at(reference.line, reference.column, len(path))
                yield finding(small.code, span, size=small.size, needed=small.needed)


def _texts(deck: RawDeck) -> Iterator[tuple[Text, bool]]:
    """All texts that may have a drawing, and whether it is printed on a flash card, too."""
    for section in deck.sections:
        yield section.intro, False
        for card in section.cards:
            for text in (card.question, card.lead, *(item.text for item in card.items), card.short):
                yield text, True
            for part in card.parts:
                yield part.text, False
