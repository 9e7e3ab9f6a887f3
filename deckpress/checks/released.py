"""What a released deck must keep so that no learner loses progress: cards, kinds, gaps, names."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from deckpress.checks.positions import key_line, source_start
from deckpress.diagnostics import Diagnostic, finding
from deckpress.history import comparison
from deckpress.history.released_gaps import card_gaps, fixed_numbers, gap_origins, next_number
from deckpress.model import PartName, RawCard, RawDeck, Release, ReleasedCard, Span
from deckpress.reading.cloze import gaps
from deckpress.reading.disk import imported
from deckpress.reading.references import line_and_column

# The codes of changes that a major version may make, because learners lose progress by them.
LOSSES = frozenset({"D811", "D812", "D813", "D814", "D816", "D820", "D821", "D822", "D823"})

_LONGEST_SHOWN = 40  # characters of a gap's text


def check(deck: RawDeck) -> Iterator[Diagnostic]:
    """Findings about what was released and has changed, and about retired cards.

    They are about cards that are gone or have another kind, gaps that are gone or have another
    number or whose note has another guid, a changed key, deck name or root of the tags, and retired
    cards without a reason.
    """
    for card in deck.cards():
        yield from _check_retirement(card)
    if deck.release is not None:
        yield from _check_names(deck, deck.release)
        yield from _check_cards(deck, deck.release)


def other_deck(deck: RawDeck, sources: Collection[str]) -> Iterator[Diagnostic]:
    """A finding if another deck was released under the key of `deck`.

    `sources` are the names of the files in the source's folder that have this key. If the released
    deck's file is not among them, it is this deck under its former name.
    """
    release = deck.release
    if release is not None and release.name != deck.name and f"{release.name}.md" in sources:
        yield finding("D819", key_line(deck, "key"), key=release.key, other=f"{release.name}.md")


def _check_retirement(card: RawCard) -> Iterator[Diagnostic]:
    reason = next((part for part in card.parts if part.name is PartName.RETIRED), None)
    if card.retired and reason is None:
        yield finding("D817", card.heading, id=card.id)
    elif reason is not None and not card.retired:
        yield finding("D818", reason.heading, id=card.id)


def _check_names(deck: RawDeck, release: Release) -> Iterator[Diagnostic]:
    for code, key, before, now in (
        ("D814", "key", release.key, deck.meta.key),
        ("D816", "anki_deck", release.anki_deck, deck.meta.anki_deck),
    ):
        if now and now != before:  # a missing value has a finding of its own
            span = key_line(deck, key)
            yield finding(code, span, before=before, now=now, version=release.version)
    if comparison.has_other_tag_root(release, deck):
        before, now = release.tag_root or release.key, deck.meta.tags_home
        span = key_line(deck, "tag_root")
        yield finding("D823", span, before=before, now=now, version=release.version)


def _check_cards(deck: RawDeck, release: Release) -> Iterator[Diagnostic]:
    cards = {card.id: card for card in deck.cards()}
    renamed = comparison.renamed_cards(release, deck)
    guids_known = _are_guids_known(deck)
    for id, before in release.cards.items():
        card = cards.get(id)
        if card is not None:
            if guids_known:
                yield from _check_guid(deck, card, before, release.version)
            if card.kind is not before.kind:
                kinds = {"before": before.kind.value, "now": card.kind.value}
                yield finding("D813", card.heading, id=id, version=release.version, **kinds)
            else:
                yield from _check_gaps(card, before, release.version)
        elif id in renamed:
            heading = cards[renamed[id]].heading
            yield finding("D812", heading, id=renamed[id], before=id, version=release.version)
        else:
            args = {"version": release.version, "question": before.question}
            yield finding("D811", source_start(deck), id=id, **args)


def _check_guid(
    deck: RawDeck, card: RawCard, before: ReleasedCard, version: str
) -> Iterator[Diagnostic]:
    """A finding if Anki would take the note of a released card for one that it does not have."""
    now = deck.meta.guids.get(card.id, "")
    facts = {"id": card.id, "version": version, "path": deck.meta.imported or "imported/"}
    if before.guid and now != before.guid:
        yield finding("D824", card.heading, before=before.guid, **facts)
    elif now and not before.guid:
        yield finding("D825", card.heading, now=now, **facts)


def _are_guids_known(deck: RawDeck) -> bool:
    """Whether the file with the guids, if there is one, can be read: else that was reported."""
    if not deck.meta.imported:
        return True
    try:
        imported.parse(deck.files[deck.meta.imported])
    except (KeyError, ValueError):
        return False
    return True


def _check_gaps(card: RawCard, before: ReleasedCard, version: str) -> Iterator[Diagnostic]:
    found = gap_origins(before, card)
    if not found.broken:
        return
    now, spans = card_gaps(card), _gap_spans(card)
    following = next_number(before.gaps, now, fixed_numbers(before.gaps, now))
    for gap, index in found.moved:
        yield finding(
            "D821",
            spans[index],
            id=card.id,
            text=_shown(gap.hides),
            before=gap.number,
            now=now[index].number,
            version=version,
            next=following,
        )
    for gap in found.lost:
        text = _shown(gap.hides)
        yield finding(
            "D820", card.heading, id=card.id, number=gap.number, text=text, version=version
        )
    for gap, index in found.reused:
        text = _shown(gap.hides)
        facts = {"number": gap.number, "text": text, "version": gap.gone, "next": following}
        yield finding("D822", spans[index], id=card.id, **facts)


def _gap_spans(card: RawCard) -> list[Span]:
    """The place of each gap of a card, up to the text that it hides, in the order of its gaps."""
    spans = []
    for text in (card.question, card.short):
        for gap in gaps(text.source).found:
            line, column = line_and_column(text.source, gap.start)
            spans.append(text.at(line, column, gap.inner - gap.start))
    return spans


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
