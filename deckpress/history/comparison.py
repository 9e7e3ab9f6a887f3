"""What a source changes for the learners of a release, and the version bump that it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum

from deckpress.model import RawDeck, Release
from deckpress.reading.cloze import filled
from deckpress.version_number import number

_ALIKE = 0.6  # how alike two questions must be for one to be the other, reworded

Content = Mapping[str, Mapping[str, str]]


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
