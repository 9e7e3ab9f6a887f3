"""Corrects what needs no decision of the author: typography, missing ids, numbers of gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from deckpress.fixes import assign_ids
from deckpress.fixes.number_gaps import number_new_gaps, restore_released_gaps
from deckpress.fixes.plain_slips import mend_plain_slips
from deckpress.language.punctuation import mend_slips
from deckpress.language.style import Style
from deckpress.model import RawCard, RawDeck, Release, ReleasedCard, Text
from deckpress.reading.disk.files import LoadedSource
from deckpress.reading.lines import split_lines
from deckpress.reading.reader import read
from deckpress.reading.texts import fields
from deckpress.reading.tokens import BOM

# The codes of the findings.
MISSING_ID = "D207"
OTHER_NUMBER = "D821"

# A text of a card, what becomes of it, and how many gaps that mends.
_Mended = Iterable[tuple[Text, str, int]]


def mend(text: str, release: Release | None = None) -> tuple[str, Counter[str]]:
    """The text of a source, corrected, and how often each code was. No other byte changes.

    `release` is the deck's last one; it knows the numbers of the released gaps. Ids are added last,
    so that they are made from titles with the right spelling.
    """
    released = release.cards if release is not None else {}
    text, plain = mend_plain_slips(text)
    text, counts = _mend_typography(text)
    text, new = _mend_gaps(text, lambda card: number_new_gaps(card, released.get(card.id)))
    text, old = _mend_gaps(text, lambda card: _restored(card, released.get(card.id)))
    text, ids = assign_ids.assign_ids(text)
    return text, plain + counts + Counter({MISSING_ID: ids, OTHER_NUMBER: new + old})


def _restored(card: RawCard, released: ReleasedCard | None) -> _Mended:
    return restore_released_gaps(card, released) if released is not None else ()


def _mend_gaps(text: str, mended: Callable[[RawCard], _Mended]) -> tuple[str, int]:
    """The text of a source with the gaps of its cards as `mended` makes them, and how many."""
    if "{{" not in text:
        return text, 0
    deck, mark, lines = _taken_apart(text)
    count = 0
    for card in deck.cards():
        for old, fresh, gaps in mended(card):
            _replace_text(lines, old, fresh)
            count += gaps
    return mark + "".join(lines), count


def _taken_apart(text: str) -> tuple[RawDeck, str, list[str]]:
    """The deck in the text of a source, the source's byte order mark or "", and its lines."""
    mark = BOM if text.startswith(BOM) else ""
    deck, _ = read(LoadedSource("", "", text.encode("utf-8", "replace"), text, {}, ()))
    return deck, mark, split_lines(text.removeprefix(BOM))


def _mend_typography(text: str) -> tuple[str, Counter[str]]:
    """The text of a source with the typography of its fields corrected, and a count by code."""
    deck, mark, lines = _taken_apart(text)
    style = Style.from_deck(deck)
    counts: Counter[str] = Counter()
    for field in fields(deck):
        fresh, found = mend_slips(field.text.source, style)
        if found:
            _replace_text(lines, field.text, fresh)
            counts += found
    return mark + "".join(lines), counts


def _replace_text(lines: list[str], old: Text, fresh: str) -> None:
    """Replace the text `old` by `fresh`, which has as many lines, in the lines of a source."""
    pairs = zip(old.source.split("\n"), fresh.split("\n"), strict=True)
    for number, (before, after) in enumerate(pairs):
        if before == after:
            continue
        span = old.at(number)
        line = lines[span.line - 1]
        start = span.column - 1
        assert line.startswith(before, start)
        lines[span.line - 1] = line[:start] + after + line[start + len(before) :]
