"""What a reader sees of a deck in whatever is read from top to bottom: paper and page.

In comes a deck; out go its chapters with numbered cards, the letters of options, and gaps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from string import ascii_uppercase

from deckpress.model import Card, ClozeEnd, ClozeStart, Deck, Html, Piece, Section


@dataclass(frozen=True, slots=True)
class Entry:
    """A card and its number, counted from 1 through all sections."""

    number: int
    card: Card


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section and those of its cards that are shown. One that `continues` began before."""

    section: Section
    entries: tuple[Entry, ...]
    continues: bool = False


def chapters(deck: Deck) -> Iterator[Chapter]:
    """The sections with their cards, numbered, without what is retired.

    A section of which every card is retired is left out as a whole.
    """
    number = 0
    for section in deck.sections:
        entries: list[Entry] = []
        for card in section.cards:
            if not card.retired:
                number += 1
                entries.append(Entry(number, card))
        if entries or not section.cards:
            yield Chapter(section, tuple(entries))


def letter(index: int) -> str:
    """What the option or step at `index`, from 0, is called: A, B … Z, AA, AB … ZZ, AAA …"""
    name = ""
    while index >= 0:
        name = ascii_uppercase[index % 26] + name
        index = index // 26 - 1
    return name


def has_gaps(html: Html) -> bool:
    """Whether a field has a gap."""
    return any(isinstance(piece, ClozeStart) for piece in html)


def gaps(html: Html) -> tuple[tuple[ClozeStart, Html], ...]:
    """Each gap of a field, in their order, and what it hides."""
    return tuple(piece for piece in _at_gaps(html) if isinstance(piece, tuple))


def blanked(html: Html, blank: Callable[[ClozeStart, Html], str]) -> Html:
    """A field with `blank`, HTML made of a gap and what it hides, in the place of each gap."""
    return tuple(blank(*piece) if isinstance(piece, tuple) else piece for piece in _at_gaps(html))


def _at_gaps(html: Html) -> Iterator[Piece | tuple[ClozeStart, Html]]:
    """The pieces of a field; each gap with all that is in it is one of them."""
    hidden: list[Piece] | None = None
    start = ClozeStart(0)
    for piece in html:
        if isinstance(piece, ClozeStart):
            start, hidden = piece, []
        elif isinstance(piece, ClozeEnd) and hidden is not None:
            yield start, tuple(hidden)
            hidden = None
        elif hidden is not None:
            hidden.append(piece)
        else:
            yield piece
