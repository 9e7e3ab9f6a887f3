"""The content of cards: answers too long or without news, sources, repeated questions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from deckpress.diagnostics import Diagnostic, finding
from deckpress.language.similarity import Content, content
from deckpress.language.speaking_time import spoken_length
from deckpress.model import CardKind, PartName, RawCard, RawDeck, RawPart, RawSection
from deckpress.reading.cloze import gaps
from deckpress.reading.references import ADDRESS, links, may_show_files, trim_address
from deckpress.reading.texts import Field

# Seconds in which a short answer can be said; `docs/source-format.md` defines it so.
LONGEST_ANSWER = 30
_ADDRESS = re.compile(ADDRESS)
_SITE = re.compile(r"https?://[^/?#]+/?")
# A printed source has no address, but something else that identifies it: a title in title marks, a
# chapter, a page, a number.
_PRINTED_SOURCE = re.compile(
    r"《[^《》]+》|第\s*\w+\s*[章页节]|ISBN|doi:|\bpp?\. ?\d|\b(?:page|chapter) \w", re.IGNORECASE
)
_NOT_WORD = re.compile(r"\W+")
_IGNORED = frozenset(" \n*`.,:;?!()，。：；？！（）「」")
_SPOKEN_KINDS = (CardKind.BASIC, CardKind.REVERSE, CardKind.CLOZE)


def check(deck: RawDeck) -> Iterator[Diagnostic]:
    """Findings about the content of the cards that are not retired."""
    cards = [card for card in deck.cards() if not card.retired]
    for card in cards:
        if card.kind in _SPOKEN_KINDS:
            yield from _check_short_answer(card)
    yield from _check_sources(cards)
    yield from _asked_twice(deck.sections)


def _check_short_answer(card: RawCard) -> Iterator[Diagnostic]:
    if len(card.short.source) > 4 * LONGEST_ANSWER:  # a shorter text never takes too long
        said = spoken_length(card.short.source)
        if said.seconds > LONGEST_ANSWER:
            han, words, seconds = said.han, said.words, said.seconds
            yield finding("D901", card.short.span, han=han, words=words, seconds=seconds)
    in_question = card.kind is CardKind.CLOZE and gaps(card.question.source).found
    if card.question and card.short and not in_question and _repeats(card):
        yield finding("D906", card.short.span)


def _repeats(card: RawCard) -> bool:
    """Whether the answer only repeats the question, unless that can be answered by yes or no."""
    if len(card.short.source) > 2 * len(card.question.source) + 20:
        return False
    letters = set(card.short.source.lower()) - _IGNORED
    if 2 * len(letters.intersection(card.question.source.lower())) < len(letters):
        return False  # true of most answers, and cheap to see
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


def _check_sources(cards: Sequence[RawCard]) -> Iterator[Diagnostic]:
    given = {
        card.id: part for card in cards for part in card.parts if part.name is PartName.SOURCES
    }
    for card in cards:
        part = next((part for part in card.parts if part.name is PartName.SOURCES), None)
        if part is None:
            # Authors who give no sources, or have just begun to, are not told of each card.
            if 2 * len(given) > len(cards):
                span = card.question.span if card.question else card.heading
                yield finding("D902", span, given=len(given), count=len(cards))
        elif part.text:
            yield from _check_source_links(part)


def _check_source_links(part: RawPart) -> Iterator[Diagnostic]:
    field = Field(part.text)
    addresses = dict(_addresses(field.prose))
    if not addresses and not _PRINTED_SOURCE.search(part.text.source):
        yield finding("D903", part.heading)
    for start, address in sorted(addresses.items()):
        if _is_site(address):
            yield finding("D904", field.span(start, len(address)), address=address)


def _addresses(masked: str) -> Iterator[tuple[int, str]]:
    """The addresses of other sites, each with its offset, in whatever syntax they are written."""
    if "://" not in masked:
        return
    for match in _ADDRESS.finditer(masked):
        yield match.start(), trim_address(match.group())


def _is_site(address: str) -> bool:
    """Whether an address leads to a site as a whole and not to one of its pages."""
    return _SITE.fullmatch(address) is not None


def _asked_twice(sections: Sequence[RawSection]) -> Iterator[Diagnostic]:
    """Findings about questions with the same content.

    They count if they are in one section, or anywhere if they name their subject. Learners see the
    section above the question, so "Which port is it?" may be asked in two sections.
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
    """The content of a card's question, with the text and the options that belong to it.

    The question alone is not enough: many choice cards ask "Which of these is right?".
    """
    asked = content(card.question.source)
    more = [card.lead.source]
    more += [part.text.source for part in card.parts if part.name is PartName.PROMPT]
    if card.kind is CardKind.CHOICE:
        more += [item.text.source for item in card.items]
    elif card.kind is CardKind.CLOZE:
        more.append(card.short.source)
    if may_show_files(card.question.source):
        more += [link.target for link in links(card.question.source) if link.image]
    rest = tuple(_NOT_WORD.sub("", text.casefold()) for text in more if text)
    return replace(asked, words=asked.words + rest)
