"""How the chapters of a deck are divided among chunks, which are printed by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from exporters.view import Chapter, Entry

# A chunk takes in whole sections until it has the first weight, and a section is cut so that no
# chunk has more than the second (see `weight`). Small ones make an edit cheap, since it lays out
# one chunk; large ones save paper, since each ends on a page that is not full.
_ENOUGH = 20_000
MOST = 100_000
_CARD = 500  # a card's weight besides its text: its frame, its number, its space


def ids(whole: Sequence[Chapter]) -> tuple[str, ...]:
    """Of all sections and cards, in their order."""
    return tuple(
        id
        for chapter in whole
        for id in (chapter.section.id, *(entry.card.id for entry in chapter.entries))
    )


def chunks(whole: Sequence[Chapter], enough: int = _ENOUGH) -> Iterator[tuple[Chapter, ...]]:
    """The chapters in runs that are printed together, each of that weight where there are more."""
    run: list[Chapter] = []
    filled = 0
    for chapter in (piece for each in whole for piece in _pieces(each)):
        added = sum(map(weight, chapter.entries))
        if run and (filled >= enough or filled + added > MOST):
            yield tuple(run)
            run, filled = [], 0
        run.append(chapter)
        filled += added
    if run:
        yield tuple(run)


def weight(entry: Entry) -> int:
    """How much there is to lay out, in characters of HTML."""
    card = entry.card
    fields = [card.question, card.lead, card.short, *card.steps]
    fields += [option.html for option in card.options]
    fields += [part.html for part in card.parts]
    pieces = (piece for html in fields for piece in html)
    return _CARD + sum(len(piece) for piece in pieces if isinstance(piece, str))


def _pieces(chapter: Chapter) -> Iterator[Chapter]:
    """The chapter, cut where it is too large: into pieces of about the same weight."""
    whole = sum(map(weight, chapter.entries))
    goal = whole / -(-whole // MOST) if whole else 0
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
