"""What a card must have, by its kind."""

from __future__ import annotations

from collections.abc import Iterator

from deckpress.diagnostics import Diagnostic, finding
from deckpress.model import CardKind, RawCard, RawDeck
from deckpress.reading.answer_list import second_list
from deckpress.reading.cloze import gaps

_FEWEST = 2  # options of a choice card, or steps of an ordered one


def check(deck: RawDeck) -> Iterator[Diagnostic]:
    """Findings about cards that lack a question, an answer, gaps, options, steps or a text."""
    for card in deck.cards():
        yield from _check_card(card)


def _check_card(card: RawCard) -> Iterator[Diagnostic]:
    if not card.question:
        yield finding("D301", card.heading)
    yield from _check_answer(card)
    for item in card.items:
        if not item.text:
            yield finding("D313", item.text.span)
    for part in card.parts:
        if not part.text:
            yield finding("D206", part.heading)


def _check_answer(card: RawCard) -> Iterator[Diagnostic]:
    """What the kind of a card demands of its answer."""
    match card.kind:
        case CardKind.BASIC | CardKind.REVERSE:
            if not card.short:
                yield _at_question(card, "D302")
        case CardKind.CLOZE:
            marked = [gaps(text.source) for text in (card.question, card.short)]
            if not any(g.found or g.problems for g in marked):
                yield _at_question(card, "D304")
        case CardKind.CHOICE:
            yield from _check_choice(card)
        case CardKind.ORDERED:
            if len(card.items) < _FEWEST:
                yield _at_question(card, "D312", count=len(card.items))


def _check_choice(card: RawCard) -> Iterator[Diagnostic]:
    if len(card.items) < _FEWEST:
        yield _at_question(card, "D309", count=len(card.items))
    elif all(item.right is False for item in card.items):
        yield finding("D310", card.items[0].text.span)
    if not card.items:
        return
    number = second_list(card.short)
    if number is not None:
        line = card.short.source.split("\n")[number]
        yield finding("D314", card.short.at(number, 1, len(line)))


def _at_question(card: RawCard, code: str, **args: object) -> Diagnostic:
    span = card.question.span if card.question else card.heading
    return finding(code, span, **args)
