"""Gives the gaps of a card the numbers that learners know them by, and new gaps new numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from deckpress.history.released_gaps import card_gaps, fixed_numbers
from deckpress.model import CardKind, RawCard, ReleasedCard, Text
from deckpress.reading.cloze import gaps

_UNNUMBERED = re.compile(r"\{\{[cC]::")
_NUMBER = re.compile(r"\d+")


def number_new_gaps(
    card: RawCard, released: ReleasedCard | None
) -> Iterator[tuple[Text, str, int]]:
    """The texts of a card whose gaps lack numbers (``{{c::text}}``), with numbers, and how many.

    They take the next numbers that no gap of the card has or had.
    """
    if card.kind is not CardKind.CLOZE:
        return
    known = (*card_gaps(card), *(released.gaps if released is not None else ()))
    last = max((gap.number for gap in known), default=0)
    for text in (card.question, card.short):
        starts = [
            problem.start + len("{{c")
            for problem in gaps(text.source).problems
            if problem.code == "D305" and _UNNUMBERED.match(text.source, problem.start)
        ]
        if starts:
            numbers = {start: last + count for count, start in enumerate(starts, 1)}
            last += len(starts)
            yield text, _with_numbers(text.source, numbers), len(starts)


def restore_released_gaps(card: RawCard, released: ReleasedCard) -> Iterator[tuple[Text, str, int]]:
    """The texts of a card in which released gaps have other numbers, mended, and how many gaps.

    A new gap that has the number of a released one gets the next number that was never used.
    """
    fixed = fixed_numbers(released.gaps, card_gaps(card))
    before = 0
    for text in (card.question, card.short) if fixed else ():
        found = gaps(text.source).found
        numbers = {
            gap.start + len("{{c"): fixed[before + index]
            for index, gap in enumerate(found)
            if before + index in fixed
        }
        before += len(found)
        if numbers:
            yield text, _with_numbers(text.source, numbers), len(numbers)


def _with_numbers(source: str, numbers: Mapping[int, int]) -> str:
    """`source` with these numbers, by the offset at which each stands."""
    for start, number in sorted(numbers.items(), reverse=True):
        old = _NUMBER.match(source, start)
        source = f"{source[:start]}{number}{source[old.end() if old else start :]}"
    return source
