"""The order in which every output shows the options of a choice card.

Authors tend to write the right option at one place, and learners would come to know the place. So
the order in the source does not count, unless the author says so with ``order=source``.
"""

from __future__ import annotations

from hashlib import blake2b

from deckpress.model import RawCard


def shown_order(card: RawCard) -> tuple[int, ...]:
    """The positions (from 0, in the source) of the options of `card`, in the order shown.

    It depends on the card's id and on how many options there are. So an option keeps its letter
    when it is reworded, and those of the others keep their order when one is added at the end.
    """
    positions = range(len(card.items))
    if card.source_order:
        return tuple(positions)
    return tuple(sorted(positions, key=lambda number: _place(card.id, number)))


def _place(card: str, number: int) -> bytes:
    return blake2b(f"{card}\0{number}".encode(), digest_size=8).digest()
