"""What the printed sheets and the page show of a deck: numbered cards, option letters, gaps.

In comes a deck; out go its chapters without the retired cards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from string import ascii_uppercase

from deckpress.model import Card, ClozeEnd, ClozeStart, Deck, Html, Piece, Section


@dataclass(frozen=True, slots=True)
class Entry:
    """A card with its number.

    Numbers start at 1 and run through all sections, also of those cards that a selection left out.
    """

    number: int
    card: Card


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section with the cards that are shown, or a piece of one.

    `continues` is true for every piece of a section after the first.
    """

    section: Section
    entries: tuple[Entry, ...]
    continues: bool = False


def chapters(deck: Deck) -> Iterator[Chapter]:
    """The sections of `deck` with their numbered cards, without the retired ones.

    A section is left out if all of its cards are retired.
    """
    number = 0
    for section in deck.sections:
        entries: list[Entry] = []
        for card in section.cards:
            if not card.retired:
                number += 1
                entries.append(Entry(deck.numbers.get(card.id, number), card))
        if entries or not section.cards:
            yield Chapter(section, tuple(entries))


def letter(index: int) -> str:
    """The letter of the option or step at `index` (from 0): A, B … Z, AA, AB … ZZ, AAA …"""
    name = ""
    while index >= 0:
        name = ascii_uppercase[index % 26] + name
        index = index // 26 - 1
    return name


def has_gaps(html: Html) -> bool:
    """Whether the field `html` has a gap."""
    return any(isinstance(piece, ClozeStart) for piece in html)


def gaps(html: Html) -> tuple[tuple[ClozeStart, Html], ...]:
    """The gaps of the field `html` in order, each with its hidden content."""
    return tuple(piece for piece in _pieces_and_gaps(html) if isinstance(piece, tuple))


def replace_gaps(html: Html, replacement: Callable[[ClozeStart, Html], str]) -> Html:
    """The field `html` with each gap replaced.

    `replacement` gets a gap and its hidden content, and returns HTML.
    """
    return tuple(
        replacement(*piece) if isinstance(piece, tuple) else piece
        for piece in _pieces_and_gaps(html)
    )


def _pieces_and_gaps(html: Html) -> Iterator[Piece | tuple[ClozeStart, Html]]:
    """The pieces of a field. A gap comes as one pair, together with its hidden content."""
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
