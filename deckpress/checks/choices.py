"""Whether a choice card stays right in the order in which it is shown, and gives nothing away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import east_asian_width

from deckpress.diagnostics import Diagnostic, finding
from deckpress.language.option_references import is_about_others, named_options, own_letter
from deckpress.model import CardKind, PartName, RawCard, RawDeck, RawItem, Text
from deckpress.reading.prose import without_formulas
from deckpress.reading.texts import Field

# A right option stands out if it is half as long again as every wrong one, or at most half as long;
# and by as much as a reader sees at a glance, in columns of which Chinese takes two.
_LONGER, _SHORTER, _AT_A_GLANCE = 1.5, 0.5, 10
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()\s]*\)|\[[^\[\]]*\])")
_MARKS = re.compile(r"[*_`~\\]")
_NOT_SAID = (PartName.SOURCES, PartName.RETIRED)


def check(deck: RawDeck) -> Iterator[Diagnostic]:
    """Findings about the choice cards that are not retired, and about `order=` on other cards."""
    for card in deck.cards():
        if card.kind is not CardKind.CHOICE:
            if card.source_order:
                yield finding("D331", card.heading)
        elif not card.retired:
            if not card.source_order:
                yield from _tied_to_an_order(card)
            yield from _given_away(card)


def _tied_to_an_order(card: RawCard) -> Iterator[Diagnostic]:
    """What no longer holds when the options are shown in another order."""
    count = len(card.items)
    for item in card.items:
        if is_about_others(_shown(item), count):
            yield finding("D332", item.text.span, option=_shown(item))
    parts = (part.text for part in card.parts if part.name not in _NOT_SAID)
    for text in (card.question, card.lead, card.short, *parts):
        field = Field(text)
        for start, words in named_options(without_formulas(field.source), count):
            yield finding("D333", field.span(start, len(words)), words=words)


def _given_away(card: RawCard) -> Iterator[Diagnostic]:
    """What tells the right option without knowing it, or labels an option a second time."""
    labels = [own_letter(_shown(item)) for item in card.items]
    if len(labels) > 1 and all(labels):
        yield finding("D335", card.items[0].text.span, label=labels[0])
    wrong = [_width(item.text) for item in card.items if item.right is False]
    if not wrong:
        return
    for item in card.items:
        if not item.right:
            continue
        width = _width(item.text)
        longer = width >= _LONGER * max(wrong) and width - max(wrong) >= _AT_A_GLANCE
        shorter = width <= _SHORTER * min(wrong) and min(wrong) - width >= _AT_A_GLANCE
        if longer or (shorter and len(wrong) > 1):
            nearest = max(wrong) if longer else min(wrong)
            yield finding("D334", item.text.span, width=width, other=nearest)


def _shown(item: RawItem) -> str:
    """The text of an option as a reader sees it, in one line."""
    return " ".join(_plain(item.text).split())


def _plain(text: Text) -> str:
    return _MARKS.sub("", _LINK.sub(r"\1", text.source))


def _width(text: Text) -> int:
    """How many columns the text takes up in one line."""
    shown = " ".join(_plain(text).split())
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in shown)
