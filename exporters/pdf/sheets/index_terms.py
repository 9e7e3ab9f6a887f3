"""The index: the terms of a deck, in the order of the alphabet, with the cards that have them."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from html import unescape

from deckpress.model import Card, Deck
from deckpress.render.plain_text import strip_tags
from exporters.view import Chapter, Entry

_CODE = re.compile(r"<code>([^<>]+)</code>")
# A name, or a command with its verb. What is longer is an example and no term.
_TERM = re.compile(r"[A-Za-z][A-Za-z0-9]+(?:[_.-][A-Za-z0-9]+)*(?: [a-z]{2,})?")
_CAPITALS = re.compile(r"\b[A-Z][A-Z0-9_]{3,}\b", re.ASCII)
_SHORTEST = 3  # letters
_MOST_CARDS = 8  # a term of more cards leads nowhere

# In GB 2312, the 3,755 usual characters stand in the order of their pinyin. These are the codes of
# the first ones of each letter.
_FIRST_CODES = (
    *(0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC),
    *(0xC2E8, 0xC4C3, 0xC5B6, 0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9),
    *(0xD4D1, 0xD7FA),
)
_LETTERS = "abcdefghjklmnopqrstwxyz"


def index_terms(
    deck: Deck, all_chapters: Sequence[Chapter]
) -> Iterator[tuple[str, tuple[Entry, ...]]]:
    """Every term with its cards: the names of tags, of code, and what is written in capitals.

    Names of code are those in questions and answers. Chinese terms stand at their pinyin.
    """
    found: dict[str, list[Entry]] = {}
    tags = {deck.meta.tags.get(tag, tag) for card in deck.cards() for tag in card.tags}
    named = {tag.casefold(): tag for tag in sorted(tags)}
    for chapter in all_chapters:
        for entry in chapter.entries:
            own = {deck.meta.tags.get(tag, tag) for tag in entry.card.tags}
            for term in own | {named.get(term.casefold(), term) for term in _terms(entry.card)}:
                found.setdefault(term, []).append(entry)
    for term in sorted(found, key=sort_key):
        if term in tags or len(found[term]) <= _MOST_CARDS:
            yield term, tuple(found[term])


def sort_key(term: str) -> tuple[object, ...]:
    """The place of `term` among others: by its letters, those of pinyin for Chinese."""
    return tuple(map(_character_key, term.casefold())), term


def _terms(card: Card) -> Iterator[str]:
    """The terms in the question and the answer of `card`."""
    fields = [card.question, card.lead, card.short, *card.steps]
    fields += [option.html for option in card.options]
    for piece in (piece for html in fields for piece in html):
        if isinstance(piece, str):
            names = map(unescape, _CODE.findall(piece))
            yield from (name for name in names if len(name) >= _SHORTEST and _TERM.fullmatch(name))
            yield from _CAPITALS.findall(strip_tags(piece))


def _character_key(character: str) -> tuple[str, int]:
    if character.isascii():
        return character, 0
    code = int.from_bytes(character.encode("gb2312", "ignore"))
    if _FIRST_CODES[0] <= code < _FIRST_CODES[-1]:
        return _LETTERS[bisect(_FIRST_CODES, code) - 1], code
    from pypinyin import Style, lazy_pinyin  # takes a third of a second; few terms need it

    return lazy_pinyin(character, style=Style.NORMAL)[0][:1], ord(character)
