"""The names of the sections' decks in Anki, which stay once they are released.

Anki asks new cards deck by deck, in the order of the decks' names, character by character. So a
name begins with a number that sorts as the sections of the source did.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

from deckpress.model import RawDeck, RawSection, Release

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_MARK = re.compile(r"\\([!-/:-@\[-`{-~])|\*+|`+|~~|(?<!\w)_+|_+(?!\w)|\$")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_NUMBER = re.compile(r"\d+")


def section_decks(release: Release | None, deck: RawDeck) -> dict[str, str]:
    """The name of the deck of each section with cards, below the deck's own, by the section's id.

    A section of `release` keeps its name whatever becomes of its title and its place, also while it
    has no cards or is gone. If a section only got another id, it keeps its deck. A new section gets
    the next number. All names are made anew if the deck has another name in Anki, since Anki puts
    no new card into the old decks then.
    """
    kept = release is not None and release.anki_deck == deck.meta.anki_deck
    names = dict(release.decks) if release is not None and kept else {}
    sections = [section for section in deck.sections if section.cards]
    origins = _former_ids(release, deck) if release is not None else {}
    fresh = [section for section in sections if section.id not in names]
    for section in fresh:
        if former := names.get(origins.get(section.id, "")):
            names[section.id] = former
    numbers = _following(list(names.values()), len(sections))
    for section in fresh:
        if section.id not in names:
            names[section.id] = f"{next(numbers)} {plain_title(section)}"
    return names


def _following(names: list[str], count: int) -> Iterator[str]:
    """The numbers of further decks, each of which sorts behind all of `names` and those before it.

    If there are no names, the numbers are as wide as `count` needs. Behind 9 comes 90, because 10
    would sort before 2.
    """
    width = len(str(count))
    taken = [match[0] for name in names if (match := _NUMBER.match(name))]
    last = max(taken, default="0" * width)
    while True:
        number = str(int(last) + 1).zfill(len(last))
        last = number if len(number) == len(last) else f"{last}0"
        yield last


def _former_ids(release: Release, deck: RawDeck) -> dict[str, str]:
    """The ids of sections that only got another id, each with its id in `release`.

    Such a section has a new id and all cards of one that is gone, and no released card of another.
    """
    present = {section.id for section in deck.sections}
    homes = {card.id: section.id for section in deck.sections for card in section.cards}
    origins: dict[str, set[str]] = {}
    targets: dict[str, set[str]] = {}
    for id, card in release.cards.items():
        if home := homes.get(id):
            origins.setdefault(home, set()).add(card.section)
            targets.setdefault(card.section, set()).add(home)
    return {
        home: former
        for home, (former, *others) in origins.items()
        if not others
        and home not in release.decks
        and former not in present
        and targets[former] == {home}
    }


def plain_title(section: RawSection) -> str:
    """The title of a section as one level of a deck's name: without markup and ``::``."""
    text = _LINK.sub(r"\1", section.title.source)
    text = html.unescape(_MARK.sub(r"\1", text)).replace("::", "∷")
    return unicodedata.normalize("NFC", _SPACE.sub(" ", text)).strip() or "-"
