"""What a card says: short enough to say, with a source, not asked twice, and not said twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from deckpress.diagnostics import Diagnostic, finding
from deckpress.language.similarity import Content, content
from deckpress.language.speaking_time import length
from deckpress.model import CardKind, PartName, RawCard, RawDeck, RawPart, RawSection
from deckpress.reading.cloze import gaps
from deckpress.reading.prose import prose
from deckpress.reading.references import ADDRESS, trimmed
from deckpress.reading.texts import Field

LONGEST = 30  # seconds; `docs/source-format.md` calls a short answer what one says in them
_ADDRESS = re.compile(ADDRESS)
_SITE = re.compile(r"https?://[^/?#]+/?")
# A book has no address. What names one exactly: its title in marks, a chapter, a page, a number.
_PRINTED = re.compile(
    r"《[^《》]+》|第\s*\w+\s*[章页节]|ISBN|doi:|\bpp?\. ?\d|\b(?:page|chapter) \w", re.IGNORECASE
)
_SIGN = re.compile(r"\W+")
_MARKS = frozenset(" \n*`.,:;?!()，。：；？！（）「」")
_SAID = (CardKind.BASIC, CardKind.REVERSE, CardKind.CLOZE)


def check(deck: RawDeck) -> Iterator[Diagnostic]:
    """Findings about the cards that are still asked."""
    cards = [card for card in deck.cards() if not card.retired]
    for card in cards:
        if card.kind in _SAID:
            yield from _spoken(card)
    yield from _sources(cards)
    yield from _asked_twice(deck.sections)


def _spoken(card: RawCard) -> Iterator[Diagnostic]:
    if len(card.short.source) > 4 * LONGEST:  # fewer characters are never too many
        said = length(card.short.source)
        if said.seconds > LONGEST:
            han, words, seconds = said.han, said.words, said.seconds
            yield finding("D901", card.short.span, han=han, words=words, seconds=seconds)
    in_question = card.kind is CardKind.CLOZE and gaps(card.question.source).found
    if card.question and card.short and not in_question and _repeats(card):
        yield finding("D906", card.short.span)


def _repeats(card: RawCard) -> bool:
    """Whether the answer says nothing but what was asked. "Yes, it is" may be an answer."""
    if len(card.short.source) > 2 * len(card.question.source) + 20:
        return False
    letters = set(card.short.source.lower()) - _MARKS
    if 2 * len(letters.intersection(card.question.source.lower())) < len(letters):
        return False  # most answers: nothing else needs to be looked at
    asked = content(card.question.source)
    if asked.closed:
        return False
    question, answer = asked.words, content(card.short.source).words
    if question == answer:
        return True
    shared = (Counter(question) & Counter(answer)).total()
    rest = max(len(question), len(answer)) - shared
    inside = shared == min(len(question), len(answer)) >= 2 and shared >= 2 * rest
    return inside or (shared >= 9 * rest)


def _sources(cards: Sequence[RawCard]) -> Iterator[Diagnostic]:
    given = {
        card.id: part for card in cards for part in card.parts if part.name is PartName.SOURCES
    }
    for card in cards:
        part = next((part for part in card.parts if part.name is PartName.SOURCES), None)
        if part is None:
            # A deck whose author gives none, or has just begun to, is not nagged.
            if 2 * len(given) > len(cards):
                span = card.question.span if card.question else card.heading
                yield finding("D902", span, given=len(given), count=len(cards))
        elif part.text:
            yield from _links(part)


def _links(part: RawPart) -> Iterator[Diagnostic]:
    field = Field(part.text, prose(part.text.source))
    addresses = dict(_addresses(field.prose))
    if not addresses and not _PRINTED.search(part.text.source):
        yield finding("D903", part.heading)
    for start, address in sorted(addresses.items()):
        if _is_site(address):
            yield finding("D904", field.span(start, len(address)), address=address)


def _addresses(masked: str) -> Iterator[tuple[int, str]]:
    """Where each address of another site stands, in any of the ways to write one."""
    if "://" not in masked:
        return
    for match in _ADDRESS.finditer(masked):
        yield match.start(), trimmed(match.group())


def _is_site(address: str) -> bool:
    """Whether an address names a site and no page of it."""
    return _SITE.fullmatch(address) is not None


def _asked_twice(sections: Sequence[RawSection]) -> Iterator[Diagnostic]:
    """Questions with the same content, in one section, or anywhere if they name their subject.

    Learners see the section above the question, so "Which port is it?" may be asked in two.
    """
    seen: dict[tuple[object, ...], RawCard] = {}
    for number, section in enumerate(sections):
        for card in section.cards:
            if card.retired or not card.question:
                continue
            asked = _asked(card)
            places = ((number, *asked.words), *([asked.words] if asked.named else []))
            first = next((seen[place] for place in places if place in seen), None)
            for place in places:
                seen.setdefault(place, card)
            if first is not None:
                line = first.question.span.line
                yield finding("D905", card.question.span, id=first.id, line=line)


def _asked(card: RawCard) -> Content:
    """What a card asks: many choices are headed "Which of these is right?"."""
    asked = content(card.question.source)
    more = [card.lead.source]
    if card.kind is CardKind.CHOICE:
        more += [item.text.source for item in card.items]
    elif card.kind is CardKind.CLOZE:
        more.append(card.short.source)
    rest = tuple(_SIGN.sub("", text.casefold()) for text in more if text)
    return replace(asked, words=asked.words + rest)
