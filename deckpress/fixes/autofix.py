"""Corrects what needs no decision of the author: typography and missing ids."""

from __future__ import annotations

from collections import Counter

from deckpress.fixes import assign_ids
from deckpress.language.punctuation import mend_slips
from deckpress.language.style import Style
from deckpress.model import Text
from deckpress.reading.files import LoadedSource
from deckpress.reading.lines import split_lines
from deckpress.reading.reader import read
from deckpress.reading.texts import fields
from deckpress.reading.tokens import BOM

MISSING_ID = "D207"  # the code of the finding


def mend(text: str) -> tuple[str, Counter[str]]:
    """The text of a source, corrected, and how often each code was. No other byte changes.

    Ids are added last, so that they are made from titles with the right spelling.
    """
    text, counts = _mend_typography(text)
    text, ids = assign_ids.assign_ids(text)
    return text, counts + Counter({MISSING_ID: ids})


def _mend_typography(text: str) -> tuple[str, Counter[str]]:
    """The text of a source with the typography of its fields corrected, and a count by code."""
    mark = BOM if text.startswith(BOM) else ""
    deck, _ = read(LoadedSource("", "", text.encode("utf-8", "replace"), text, {}, ()))
    style = Style.from_deck(deck)
    lines = split_lines(text.removeprefix(BOM))
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
