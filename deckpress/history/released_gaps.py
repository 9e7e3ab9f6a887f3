"""Tells the gaps of a released card from one another, whatever their numbers became.

To Anki, a cloze card is its note and the number of its gap. A learner's progress goes wrong if a
number disappears, or if it hides what another one hid. Rewording what a number hides is an edit.

A gap is found again by its text and by the words around it. So a gap that was moved, and one among
others with the same text, are still known.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from deckpress.model import CardKind, RawCard, ReleasedCard, ReleasedGap
from deckpress.reading.cloze import gaps

_REACH = 12  # characters before and after a gap that are remembered
_NEAR = 8 * _REACH  # characters in which these are, whatever white space is among them
_PLACE = "…"
_SPACE = re.compile(r"\s+")
_MARKS = re.compile(r"[\s*_`~\\$]+")

# How alike (0 to 1) two gaps must be to be the same one with other words; text and surroundings
# count alike. A gap with the same number is taken for the same one a little sooner.
_LEAST_SIMILARITY = 0.6
_SAME_NUMBER = 0.15
_SAME_TEXT = 2.0  # more than any other pair has


@dataclass(frozen=True, slots=True)
class GapOrigins:
    """What became of a card's released gaps.

    `moved` are pairs of a released gap and the index, among the card's gaps, of the one that hides
    its text now under another number. `lost` are released gaps whose text is in no gap any more,
    while their number is gone or hides another gap's text. `reused` are pairs of a gap that an
    earlier release removed, and the index of another gap that has its number now. `added` are the
    indexes of gaps with numbers that are new.
    """

    moved: tuple[tuple[ReleasedGap, int], ...] = ()
    lost: tuple[ReleasedGap, ...] = ()
    reused: tuple[tuple[ReleasedGap, int], ...] = ()
    added: tuple[int, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether a learner's progress would be lost, or be on another gap than before."""
        return bool(self.moved or self.lost or self.reused)


def card_gaps(card: RawCard) -> tuple[ReleasedGap, ...]:
    """The gaps of a cloze card in the order of its text, those of the question first."""
    if card.kind is not CardKind.CLOZE:
        return ()
    return (*text_gaps(card.question.source), *text_gaps(card.short.source))


def text_gaps(source: str) -> tuple[ReleasedGap, ...]:
    """The gaps of a Markdown text, each with the words around it."""
    found = gaps(source).found
    pieces: list[str] = []
    starts: list[int] = []  # of each gap, in the text with its gaps filled in
    position = length = 0
    for gap in found:
        pieces += (source[position : gap.start], gap.text)
        starts.append(length + gap.start - position)
        length = starts[-1] + len(gap.text)
        position = gap.end
    text = "".join((*pieces, source[position:]))
    return tuple(
        surrounded(gap.number, gap.text, text[:start], text[start + len(gap.text) :])
        for gap, start in zip(found, starts, strict=True)
    )


def surrounded(number: int, hides: str, before: str, after: str) -> ReleasedGap:
    """A gap with the nearest words of the text `before` and `after` it."""
    near_before, near_after = _line(before[-_NEAR:])[-_REACH:], _line(after[:_NEAR])[:_REACH]
    return ReleasedGap(number, _line(hides).strip(), f"{near_before}{_PLACE}{near_after}")


def released_gaps(
    before: ReleasedCard | None, card: RawCard, version: str
) -> tuple[ReleasedGap, ...]:
    """The gaps of `card` as a release `version` remembers them, with those that are gone."""
    now = card_gaps(card)
    numbers = {gap.number for gap in now}
    old = before.gaps if before is not None else ()
    gone = (
        ReleasedGap(gap.number, gap.hides, gap.around, gap.gone or version)
        for gap in old
        if gap.number not in numbers
    )
    return (*now, *gone)


def gap_origins(before: ReleasedCard, card: RawCard) -> GapOrigins:
    """What became of the gaps of the released card `before` in `card`."""
    if before.kind is not CardKind.CLOZE or card.kind is not CardKind.CLOZE:
        return GapOrigins()
    return origins(before.gaps, card_gaps(card))


def origins(released: Sequence[ReleasedGap], now: Sequence[ReleasedGap]) -> GapOrigins:
    """What became of the `released` gaps of a card, whose gaps are `now` these."""
    old = [gap for gap in released if not gap.gone]
    if old == list(now):
        return GapOrigins()
    gone = {gap.number: gap for gap in released if gap.gone}
    numbers = {gap.number for gap in old}
    match = _matches(old, now)
    former = {index: old[i] for index, i in match.items()}
    kept = {gap.number for index, gap in former.items() if now[index].number == gap.number}
    moved = tuple(
        (gap, index)
        for index, gap in sorted(former.items())
        if (fresh := now[index].number) != gap.number
        # A number that hid several gaps may give one of them a card of its own.
        and (fresh in numbers or fresh in gone or gap.number not in kept)
    )
    reworded = {gap.number for index, gap in enumerate(now) if index not in match}
    told = kept | reworded | {gap.number for gap, _ in moved}
    lost = {gap.number: gap for gap in reversed(old) if gap.number not in told}
    back = {gap.number for gap in now if gap.number in gone and _alike(gone[gap.number], gap)}
    reused = tuple(
        (gone[gap.number], index)
        for index, gap in enumerate(now)
        if index not in match and gap.number in gone and gap.number not in back
    )
    return GapOrigins(
        moved=moved,
        lost=tuple(lost[number] for number in sorted(lost)),
        reused=reused,
        added=tuple(i for i, gap in enumerate(now) if gap.number not in numbers | gone.keys()),
    )


def fixed_numbers(released: Sequence[ReleasedGap], now: Sequence[ReleasedGap]) -> dict[int, int]:
    """The numbers that gaps of a card should have, by index, where they have another.

    Released gaps get their numbers back. A new gap gets the next number that was never released, if
    its own is that of a released gap which is elsewhere.
    """
    found = origins(released, now)
    fixed = {index: gap.number for gap, index in found.moved}
    foreign = {gap.number for gap in found.lost} | {gap.number for gap, _ in found.moved}
    match = _matches([gap for gap in released if not gap.gone], now)
    reused = {index for _, index in found.reused}
    new = [
        index
        for index, gap in enumerate(now)
        if index not in match and (index in reused or gap.number in foreign)
    ]
    fresh: dict[int, int] = {}
    following = next_number(released, now, {*fixed, *new})
    for index in new:
        fixed[index] = fresh.setdefault(now[index].number, following + len(fresh))
    return fixed


def next_number(
    released: Sequence[ReleasedGap], now: Sequence[ReleasedGap], wrong: Collection[int]
) -> int:
    """The lowest number above all of a card; those at the indexes `wrong` of `now` do not count."""
    kept = (gap for index, gap in enumerate(now) if index not in wrong)
    return 1 + max((gap.number for gap in (*released, *kept)), default=0)


def _matches(old: Sequence[ReleasedGap], now: Sequence[ReleasedGap]) -> dict[int, int]:
    """The index of the released gap that each gap was, by its own index; the surest pairs first."""
    found = _sure_matches(old, now)
    taken = set(found.values())
    pairs = sorted(
        (-score, abs(j - i), i, j)
        for i, before in enumerate(old)
        if i not in taken
        for j, gap in enumerate(now)
        if j not in found and (score := _score(before, gap)) >= _LEAST_SIMILARITY
    )
    for _, _, i, j in pairs:
        if i not in taken and j not in found:
            found[j] = i
            taken.add(i)
    return found


def _sure_matches(old: Sequence[ReleasedGap], now: Sequence[ReleasedGap]) -> dict[int, int]:
    """The matches that need no comparison with others, as most do not.

    They are the gaps whose texts no other gap has, and those that only hide something new.
    """
    before, after = [_plain(gap.hides) for gap in old], [_plain(gap.hides) for gap in now]
    times_before, times_after = Counter(before), Counter(after)
    places = {text: i for i, text in enumerate(before)}
    found = {
        j: places[text]
        for j, text in enumerate(after)
        if times_after[text] == times_before[text] == 1
    }
    taken = set(found.values())
    spots = {(gap.number, gap.around): i for i, gap in enumerate(old) if i not in taken}
    for j, gap in enumerate(now):
        if after[j] not in times_before and (spot := (gap.number, gap.around)) in spots:
            found[j] = spots.pop(spot)
    return found


def _score(before: ReleasedGap, gap: ReleasedGap) -> float:
    """How likely `gap` is what `before` was."""
    bonus = _SAME_NUMBER if before.number == gap.number else 0
    around = _ratio(before.around, gap.around)
    if _plain(before.hides) == _plain(gap.hides):
        return _SAME_TEXT + around + bonus
    return (_ratio(_plain(before.hides), _plain(gap.hides)) + around) / 2 + bonus


def _alike(before: ReleasedGap, gap: ReleasedGap) -> bool:
    return _score(before, gap) - _SAME_NUMBER >= _LEAST_SIMILARITY


def _line(text: str) -> str:
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text))


@lru_cache(maxsize=1024)
def _plain(text: str) -> str:
    """A text to compare: without emphasis, code marks, white space and case."""
    plain = unicodedata.normalize("NFKC", text)
    return _MARKS.sub("", plain).casefold() or plain


@lru_cache(maxsize=4096)
def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
