"""Divides the chapters of a deck into chunks, which are printed separately."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from exporters.view import Chapter, Entry

# A chunk collects whole sections until it has the first weight. Sections are divided so that no
# chunk has more than the second (see `weight`). Small chunks make an edit cheap, since it lays out
# one chunk again. Large chunks save paper, since the last column of a chunk is not full.
# Where a column is a page, that column is a page, so chunks are as large as can be.
_USUAL_WEIGHT = 20_000
MAX_WEIGHT = 100_000
# The name of a version, as long as others. The first chunk begins below a page that names the
# version, and is not to be printed again for each.
ANY_VERSION = "0.0.0-dev+0000000000"
_CARD_WEIGHT = 500  # the weight of a card without text: its frame, its number, its space


def section_and_card_ids(all_chapters: Sequence[Chapter]) -> tuple[str, ...]:
    """The ids of all sections and cards, in order."""
    return tuple(
        id
        for chapter in all_chapters
        for id in (chapter.section.id, *(entry.card.id for entry in chapter.entries))
    )


def chunks(all_chapters: Sequence[Chapter], least: int) -> Iterator[tuple[Chapter, ...]]:
    """The chapters, or pieces of chapters, in groups that are printed together.

    A group has at least the weight `least`, except for the last group of a deck and groups whose
    next chapter would exceed `MAX_WEIGHT`.
    """
    run: list[Chapter] = []
    filled = 0
    for chapter in (piece for each in all_chapters for piece in _pieces(each)):
        added = sum(map(weight, chapter.entries))
        if run and (filled >= least or filled + added > MAX_WEIGHT):
            yield tuple(run)
            run, filled = [], 0
        run.append(chapter)
        filled += added
    if run:
        yield tuple(run)


def usual_weight(columns: int) -> int:
    """The weight of a chunk in a book with so many `columns` on a page."""
    return _USUAL_WEIGHT if columns > 1 else MAX_WEIGHT


def weight(entry: Entry) -> int:
    """How much of `entry` there is to lay out, in characters of HTML."""
    card = entry.card
    fields = [card.question, card.lead, card.short, *card.steps]
    fields += [option.html for option in card.options]
    fields += [part.html for part in card.parts]
    pieces = (piece for html in fields for piece in html)
    return _CARD_WEIGHT + sum(len(piece) for piece in pieces if isinstance(piece, str))


def _pieces(chapter: Chapter) -> Iterator[Chapter]:
    """The chapter; if it is too large, in pieces of about the same weight."""
    whole = sum(map(weight, chapter.entries))
    goal = whole / -(-whole // MAX_WEIGHT) if whole else 0
    entries: list[Entry] = []
    continues = False
    filled = passed = 0.0
    for entry in chapter.entries:
        if entries and passed + weight(entry) / 2 > filled + goal:
            yield replace(chapter, entries=tuple(entries), continues=continues)
            entries, continues, filled = [], True, filled + goal
        entries.append(entry)
        passed += weight(entry)
    yield replace(chapter, entries=tuple(entries), continues=continues)
