"""What was released: each card's content and times, as one JSON file a release.

``releases/1.2.0.json`` beside the source says, of every card that learners may have, what its
content was (see `digests`), when that last changed and which number its note has. From the newest
file and the source follow the times of the notes, the changes and the least version bump; no
clock is asked.
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
from deckpress.history.comparison import Content
from deckpress.model import CardKind, RawDeck, Release, ReleasedCard, Span
from deckpress.reading.cloze import filled
from deckpress.reading.files import Loaded

SCHEMA = 1

_DIGEST = re.compile(r"[0-9a-f]{12}")
_LAST = 253_402_300_799  # the last second of the year 9999
_LARGEST = 2**63 - 1  # what Anki's database can hold


class LedgerError(ValueError):
    """A release's file is not what was written; the message says why."""


def belongs(release: Release, name: str, key: str) -> bool:
    """Whether this is a release of the deck of that source name and key, one of which may be new.

    Decks that lie in one folder share the folder of their releases.
    """
    return name == release.name or key == release.key


def contradiction(releases: Sequence[Release]) -> str:
    """What cannot be true of the releases of one deck, oldest first; nothing if all can be."""
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


def with_last_release(deck: RawDeck, loaded: Loaded) -> tuple[RawDeck, tuple[Diagnostic, ...]]:
    """The deck with its newest release, if it has one; a finding if a release's file is damaged."""
    for name, data in loaded.releases:
        try:
            release = parse(name, data)
        except LedgerError as error:
            return deck, (finding("D815", Span(loaded.path, 1), name=name, reason=error),)
        if belongs(release, deck.name, deck.meta.key):
            return replace(deck, release=release), ()
    return deck, ()


def entries(
    release: Release | None, deck: RawDeck, now: Content, version: str, time: int
) -> dict[str, ReleasedCard]:
    """The cards of `deck` as a release called `version`, made at `time`, has them.

    `now` is what `digests` says of the deck.

    A card that `release` has with the same content keeps its time. New notes are numbered from
    `time` on and after all others, in the order of the source; a number once given stays.
    """
    before = release.cards if release is not None else {}
    fresh = max(time * 1000, 1 + max((card.note for card in before.values()), default=0))
    found = {}
    for card in deck.cards():
        old = before.get(card.id)
        changed = old is None or old.content != now[card.id]
        if old is None:
            note, fresh = fresh, fresh + 1
        else:
            note = old.note
        found[card.id] = ReleasedCard(
            kind=card.kind,
            question=filled(card.question.source),
            content=now[card.id],
            modified=time if old is None or changed else old.modified,
            note=note,
            retired=((old.retired if old else "") or version) if card.retired else "",
        )
    return found


def write(release: Release) -> bytes:
    """A release's file, which `parse` reads back; it is sealed against a slip of the hand."""
    content = {
        "schema": SCHEMA,
        "version": release.version,
        "time": release.time,
        "deck": {"source": release.name, "key": release.key, "anki_deck": release.anki_deck},
        "note_types": release.note_types,
        "content": release.content,
        "cards": {id: _written(entry) for id, entry in release.cards.items()},
    }
    return _json({**content, "seal": _seal(content)})


def parse(name: str, data: bytes) -> Release:
    """Read the release's file of that name.

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
            time=_whole(content["time"], _LAST),
            name=_text(content["deck"]["source"]),
            key=_text(content["deck"]["key"]),
            anki_deck=_text(content["deck"]["anki_deck"]),
            cards={id: _read(entry) for id, entry in content["cards"].items()},
            note_types=_text(content["note_types"]),
            content=_text(content.get("content", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise LedgerError("an entry is incomplete") from error
    if name != f"{release.version}.json":
        raise LedgerError(f"it is the file of version {release.version}")
    return release


def _written(entry: ReleasedCard) -> dict[str, Any]:
    facts = {
        "kind": entry.kind.value,
        "question": entry.question,
        "modified": entry.modified,
        "note": entry.note,
        "content": dict(sorted(entry.content.items())),
    }
    return {**facts, "retired": entry.retired} if entry.retired else facts


def _read(entry: dict[str, Any]) -> ReleasedCard:
    content = entry["content"]
    if not all(isinstance(v, str) and _DIGEST.fullmatch(v) for v in content.values()):
        raise ValueError("content")
    return ReleasedCard(
        kind=CardKind(entry["kind"]),
        question=_text(entry["question"]),
        content=content,
        modified=_whole(entry["modified"], _LARGEST),
        note=_whole(entry["note"], _LARGEST),
        retired=_text(entry.get("retired", "")),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _whole(value: Any, limit: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= limit:
        raise ValueError(value)
    return value


def _seal(content: Mapping[str, Any]) -> str:
    """A hash of all that a file says, whatever its white space and line ends."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:16]


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
