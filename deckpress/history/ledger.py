"""The ledger: what was released, as one JSON file for each release.

``releases/1.2.0.json`` beside the source lists every card that learners may have: its content (see
`digests`), when that last changed, the id of its note and its gaps; and the name of every
section's deck. The newest file and the source together determine the times of the notes, the decks,
the changes and the smallest version bump, without a clock.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from typing import Any

from deckpress.diagnostics import Diagnostic, finding
from deckpress.history.comparison import DeckDigests
from deckpress.history.digests import source_fingerprint
from deckpress.history.released_gaps import released_gaps
from deckpress.history.section_decks import section_decks
from deckpress.model import CardKind, RawDeck, Release, ReleasedCard, ReleasedGap, Span
from deckpress.reading.cloze import HIGHEST, fill_gaps
from deckpress.reading.disk.files import LoadedSource

SCHEMA = 1

_DIGEST = re.compile(r"[0-9a-f]{12}")
_LATEST_TIME = 253_402_300_799  # the last second of the year 9999
_LARGEST_NUMBER = 2**63 - 1  # what Anki's database can hold


class LedgerError(ValueError):
    """A ledger file that is damaged or was changed by hand; the text says why."""


def is_release_of(release: Release, name: str, key: str) -> bool:
    """Whether this is a release of the deck with this source name and this key.

    One of the two may have changed since. This must be asked because the decks of a folder share
    one folder of releases.
    """
    return name == release.name or key == release.key


def contradiction(releases: Sequence[Release]) -> str:
    """Why `releases` of one deck, oldest first, contradict each other; empty if they do not."""
    for older, newer in pairwise(releases):
        if newer.time <= older.time:
            return f"{newer.version} is not younger than {older.version}"
        for id, before in older.cards.items():
            card = newer.cards.get(id)
            if card is None:
                continue
            if card.note != before.note:
                return f"{id} has another number in {newer.version} than in {older.version}"
            if card.modified < before.modified:
                return f"{id} is older in {newer.version} than in {older.version}"
    return ""


def with_last_release(
    deck: RawDeck, loaded: LoadedSource
) -> tuple[RawDeck, tuple[Diagnostic, ...]]:
    """The deck with its newest release, if it has one, and findings about damaged ledger files."""
    for name, data in loaded.releases:
        try:
            release = parse(name, data)
        except LedgerError as error:
            return deck, (finding("D815", Span(loaded.path, 1), name=name, reason=error),)
        if is_release_of(release, deck.name, deck.meta.key):
            return replace(deck, release=release), ()
    return deck, ()


def next_release(deck: RawDeck, current: DeckDigests, version: str, time: int) -> Release:
    """The release `version` of `deck`, made at `time` (Unix seconds).

    `current` are the `digests` of the deck, whose own release is the last one.
    """
    meta = deck.meta
    return Release(
        version=version,
        time=time,
        name=deck.name,
        key=meta.key,
        anki_deck=meta.anki_deck,
        cards=released_cards(deck.release, deck, current, version, time),
        note_types=deck.note_types,
        content=source_fingerprint(deck),
        decks=section_decks(deck.release, deck),
        tag_root=meta.tag_root,
    )


def released_cards(
    release: Release | None, deck: RawDeck, current: DeckDigests, version: str, time: int
) -> dict[str, ReleasedCard]:
    """The cards of `deck` as they are in a release `version`, made at `time` (Unix seconds), by id.

    `release` is the last one, and `current` are the `digests` of the deck. A card with the same
    content as in `release` keeps its time. A note that has an id keeps it. The ids of new notes
    count up from `time`, in milliseconds, and after all others, in the order of the source.
    """
    before = release.cards if release is not None else {}
    fresh = max(time * 1000, 1 + max((card.note for card in before.values()), default=0))
    homes = {card.id: section.id for section in deck.sections for card in section.cards}
    found = {}
    for card in deck.cards():
        old = before.get(card.id)
        changed = old is None or old.content != current[card.id]
        if old is None:
            note, fresh = fresh, fresh + 1
        else:
            note = old.note
        found[card.id] = ReleasedCard(
            kind=card.kind,
            question=fill_gaps(card.question.source),
            content=current[card.id],
            modified=time if old is None or changed else old.modified,
            note=note,
            retired=((old.retired if old else "") or version) if card.retired else "",
            section=homes[card.id],
            gaps=released_gaps(old, card, version),
            guid=deck.meta.guids.get(card.id, ""),
        )
    return found


def serialise(release: Release) -> bytes:
    """The bytes of a ledger file, which `parse` reads back.

    Its seal is a checksum that reveals changes made by accident.
    """
    content = {
        "schema": SCHEMA,
        "version": release.version,
        "time": release.time,
        "deck": {
            "source": release.name,
            "key": release.key,
            "anki_deck": release.anki_deck,
            "tag_root": release.tag_root,
        },
        "section_decks": dict(release.decks),
        "note_types": release.note_types,
        "content": release.content,
        "cards": {id: _card_entry(entry) for id, entry in release.cards.items()},
    }
    return _json({**content, "seal": _seal(content)})


def parse(name: str, data: bytes) -> Release:
    """The release in a ledger file, from the file's name and its bytes.

    Raises:
        LedgerError: it is damaged, was changed by hand, or comes from a later Deckpress.
    """
    try:
        content = json.loads(data)
        seal = content.pop("seal", None)
        schema = content["schema"]
        sealed = _seal(content)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise LedgerError("it is not a release's JSON file") from error
    if schema != SCHEMA:
        raise LedgerError(f"its schema is {schema}, and this program knows {SCHEMA}")
    if seal != sealed:
        raise LedgerError("it was changed after it was written")
    try:
        release = Release(
            version=_text(content["version"]),
            time=_integer(content["time"], _LATEST_TIME),
            name=_text(content["deck"]["source"]),
            key=_text(content["deck"]["key"]),
            anki_deck=_text(content["deck"]["anki_deck"]),
            cards={id: _released_card(entry) for id, entry in content["cards"].items()},
            note_types=_text(content["note_types"]),
            content=_text(content.get("content", "")),
            decks={_text(id): _text(name) for id, name in content["section_decks"].items()},
            tag_root=_text(content["deck"]["tag_root"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise LedgerError("an entry is incomplete") from error
    if name != f"{release.version}.json":
        raise LedgerError(f"it is the file of version {release.version}")
    return release


def _card_entry(entry: ReleasedCard) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "kind": entry.kind.value,
        "section": entry.section,
        "question": entry.question,
        "modified": entry.modified,
        "note": entry.note,
        "content": dict(sorted(entry.content.items())),
    }
    if entry.guid:
        facts["guid"] = entry.guid
    if entry.gaps:
        facts["gaps"] = [_gap_entry(gap) for gap in entry.gaps]
    return {**facts, "retired": entry.retired} if entry.retired else facts


def _gap_entry(gap: ReleasedGap) -> dict[str, Any]:
    facts = {"number": gap.number, "hides": gap.hides, "around": gap.around}
    return {**facts, "gone": gap.gone} if gap.gone else facts


def _released_card(entry: dict[str, Any]) -> ReleasedCard:
    content = entry["content"]
    if not all(isinstance(v, str) and _DIGEST.fullmatch(v) for v in content.values()):
        raise ValueError("content")
    return ReleasedCard(
        kind=CardKind(entry["kind"]),
        question=_text(entry["question"]),
        content=content,
        modified=_integer(entry["modified"], _LARGEST_NUMBER),
        note=_integer(entry["note"], _LARGEST_NUMBER),
        retired=_text(entry.get("retired", "")),
        section=_text(entry["section"]),
        gaps=tuple(_released_gap(gap) for gap in entry.get("gaps", ())),
        guid=_text(entry.get("guid", "")),
    )


def _released_gap(entry: dict[str, Any]) -> ReleasedGap:
    return ReleasedGap(
        number=_integer(entry["number"], HIGHEST),
        hides=_text(entry["hides"]),
        around=_text(entry["around"]),
        gone=_text(entry.get("gone", "")),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _integer(value: Any, limit: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= limit:
        raise ValueError(value)
    return value


def _seal(content: Mapping[str, Any]) -> str:
    """A hash of the content of a ledger file, whatever its white space and line ends."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:16]


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
