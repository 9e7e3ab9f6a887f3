"""Mends in a source what can be mended without asking its author: typography, and missing ids."""

from __future__ import annotations

from collections import Counter

from deckpress.fixes import assign_ids
from deckpress.language.punctuation import mended
from deckpress.language.style import Style
from deckpress.model import Text
from deckpress.reading.files import Loaded
from deckpress.reading.lines import split_lines
from deckpress.reading.reader import read
from deckpress.reading.texts import fields
from deckpress.reading.tokens import BOM

IDS = "D207"


def mend(text: str) -> tuple[str, Counter[str]]:
    """`text` mended, and how often each code was. Nothing else of it changes, not one byte.

    The ids come last, so that they are made of titles that are spelled right.
    """
    text, counts = _set(text)
    text, ids = assign_ids.stamp(text)
    return text, counts + Counter({IDS: ids})


def _set(text: str) -> tuple[str, Counter[str]]:
    """Mend the typography of the texts of a deck, each where it stands."""
    mark = BOM if text.startswith(BOM) else ""
    deck, _ = read(Loaded("", "", text.encode("utf-8", "replace"), text, {}, ()))
    style = Style.of(deck)
    lines = split_lines(text.removeprefix(BOM))
    counts: Counter[str] = Counter()
    for field in fields(deck):
        fresh, found = mended(field.text.source, style)
        if found:
            _replace(lines, field.text, fresh)
            counts += found
    return mark + "".join(lines), counts


def _replace(lines: list[str], old: Text, fresh: str) -> None:
    """Put a text that has as many lines as `old` in its place."""
    pairs = zip(old.source.split("\n"), fresh.split("\n"), strict=True)
    for number, (before, after) in enumerate(pairs):
        if before == after:
            continue
        span = old.at(number)
        line = lines[span.line - 1]
        start = span.column - 1
        assert line.startswith(before, start)
        lines[span.line - 1] = line[:start] + after + line[start + len(before) :]
