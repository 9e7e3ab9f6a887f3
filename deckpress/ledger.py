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
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum
from hashlib import sha256
from itertools import pairwise
from typing import Any

from deckpress.cloze import filled
from deckpress.model import CardKind, RawDeck, Release, ReleasedCard

SCHEMA = 1

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", re.ASCII)
NAME = re.compile(rf"(?P<version>{_VERSION.pattern})\.json", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{12}")
_LAST = 253_402_300_799  # the last second of the year 9999
_LARGEST = 2**63 - 1  # what Anki's database can hold
_ALIKE = 0.6  # how alike two questions must be for one to be the other, reworded


class LedgerError(ValueError):
    """A release's file is not what was written; the message says why."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a source changes for those who have the last release; ids in the order of the source.

    `edited` names the parts that differ; a card that was also moved or restored is in both lists. A
    card that is retired now is in no other list, nor is a new one. `renamed` are the ids of the
    sections that have another title, or the cards of a section that is there no more.
    """

    added: tuple[str, ...] = ()
    edited: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    moved: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()
    other_kind: tuple[str, ...] = ()
    key: bool = False
    anki_deck: bool = False
    note_types: bool = False

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)


class Bump(StrEnum):
    """By how much a version goes up; the largest first."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


def number(version: str) -> tuple[int, int, int]:
    """A version's three numbers, for comparing.

    Raises:
        ValueError: it is not a released version, such as ``1.2.0``.
    """
    match = _VERSION.fullmatch(version)
    if match is None:
        raise ValueError(version)
    major, minor, patch = map(int, match.groups())
    return major, minor, patch


def belongs(release: Release, name: str, key: str) -> bool:
    """Whether this is a release of the deck of that source name and key, one of which may be new.

    Decks that lie in one folder share the folder of their releases.
    """
    return name == release.name or key == release.key


Content = Mapping[str, Mapping[str, str]]


def compare(release: Release | None, deck: RawDeck, now: Content) -> Changes:
    """What `deck` changes for the learners of `release`; all is new if there was none.

    `now` is what `digests` says of the deck.
    """
    cards = {card.id: card for card in deck.cards()}
    if release is None:
        return Changes(added=tuple(id for id, card in cards.items() if not card.retired))
    homes = {card.id: section.id for section in deck.sections for card in section.cards}
    renamed = _renamed_sections(release, now)
    edited: dict[str, tuple[str, ...]] = {}
    moved, retired, restored, other_kind = [], [], [], []
    for id, before in release.cards.items():
        card = cards.get(id)
        if card is None:
            continue
        differ = tuple(
            name
            for name in dict.fromkeys((*now[id], *before.content))
            if now[id].get(name) != before.content.get(name)
        )
        if card.kind is not before.kind:
            other_kind.append(id)
        if card.retired and not before.retired:
            retired.append(id)
            continue
        told = {"section"}
        if before.retired and not card.retired:
            restored.append(id)
            told.add("retired")
        if "section" in differ and now[id].get("section") not in renamed:
            moved.append(id)
        if parts := tuple(name for name in differ if name not in told):
            edited[id] = parts
    return Changes(
        added=tuple(id for id in cards if id not in release.cards),
        edited=edited,
        moved=tuple(moved),
        renamed=tuple(
            dict.fromkeys(home for id, home in homes.items() if now[id].get("section") in renamed)
        ),
        retired=tuple(retired),
        restored=tuple(restored),
        vanished=tuple(id for id in release.cards if id not in cards),
        other_kind=tuple(other_kind),
        key=release.key != deck.meta.key,
        anki_deck=release.anki_deck != deck.meta.anki_deck,
        note_types=release.note_types != deck.note_types,
    )


def _renamed_sections(release: Release, now: Content) -> set[str]:
    """The hashes of sections that are new, and have the cards of one that is gone: a hash says
    which section it is, and not whether its id or its title has changed.
    """
    came: dict[str, set[str]] = {}
    went: dict[str, set[str]] = {}
    for id, card in release.cards.items():
        if id in now:
            before, after = card.content.get("section", ""), now[id].get("section", "")
            came.setdefault(after, set()).add(before)
            went.setdefault(before, set()).add(after)
    there = {parts.get("section", "") for parts in now.values()}
    return {
        after
        for after, before in came.items()
        if len(before) == 1 and not before & there and went[next(iter(before))] == {after}
    }


def least(changes: Changes) -> Bump:
    """The least bump that the next release may take, by what it does to a learner.

    Major: progress can be lost. Minor: there are cards to learn, or fewer. Patch: all else.
    """
    return next((bump for bump in Bump if forcing(changes, bump)), Bump.PATCH)


def forcing(changes: Changes, bump: Bump) -> tuple[str, ...]:
    """What forces that bump at least: the ids of cards, or names of what all cards share."""
    match bump:
        case Bump.MAJOR:
            shared = ("key", "anki_deck", "note_types")
            return (
                *(name for name in shared if getattr(changes, name)),
                *changes.vanished,
                *changes.other_kind,
            )
        case Bump.MINOR:
            return (*changes.added, *changes.retired, *changes.restored)
        case Bump.PATCH:
            return ()


def raised(version: str, bump: Bump) -> str:
    """The version after `version` by that bump."""
    major, minor, patch = number(version)
    match bump:
        case Bump.MAJOR:
            return f"{major + 1}.0.0"
        case Bump.MINOR:
            return f"{major}.{minor + 1}.0"
        case Bump.PATCH:
            return f"{major}.{minor}.{patch + 1}"


def successor(release: Release | None, changes: Changes) -> str:
    """The least version that the next release may have."""
    return "1.0.0" if release is None else raised(release.version, least(changes))


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


def renamed(release: Release, deck: RawDeck) -> dict[str, str]:
    """Of each card that has vanished, the new card whose question reads like its own."""
    fresh = {c.id: filled(c.question.source) for c in deck.cards() if c.id not in release.cards}
    there = {card.id for card in deck.cards()}
    found: dict[str, str] = {}
    for id, entry in release.cards.items():
        if id in there or not fresh:
            continue
        matcher = SequenceMatcher(None, b=entry.question, autojunk=False)
        best, near = _ALIKE, ""
        for candidate, question in fresh.items():
            matcher.set_seq1(question)
            if matcher.real_quick_ratio() < best or matcher.quick_ratio() < best:
                continue
            if (alike := matcher.ratio()) >= best:
                best, near = alike, candidate
        if near:
            found[id] = near
            del fresh[near]
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
