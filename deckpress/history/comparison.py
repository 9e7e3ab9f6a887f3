"""Compares a source with a release: what it changes for learners, and the version bump it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum

from deckpress.history.released_gaps import card_gaps, gap_origins
from deckpress.model import RawCard, RawDeck, Release, ReleasedCard
from deckpress.reading.cloze import fill_gaps
from deckpress.version_number import version_tuple

# How similar (0 to 1) two questions must be for one to count as a rewording of the other.
_LEAST_SIMILARITY = 0.6

# The digests of the parts of all cards, by the card's id and the part's name (see `digests`).
DeckDigests = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a source changes for those who have the last release. Ids are in source order.

    `edited` maps the id of a card to the names of the parts that differ; if the card was also moved
    or restored, it is in that list too. A new card is only in `added`, and a card that was retired
    now only in `retired`. `vanished` are the released cards that are missing from the source, and
    `other_kind` those whose kind has changed. `other_gaps` maps the id of a card to the texts of
    released gaps that it lost or gave another number, and `more_gaps` to the texts of gaps with new
    numbers, each of which is one more card in Anki. `renamed` are the ids of sections whose title
    has changed, or which have taken over all cards of a section that is gone. The last four fields
    tell whether the deck's key, its name in Anki, the root of its tags or the note types have
    changed.
    """

    added: tuple[str, ...] = ()
    edited: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    moved: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()
    other_kind: tuple[str, ...] = ()
    other_gaps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    more_gaps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    key: bool = False
    anki_deck: bool = False
    tag_root: bool = False
    note_types: bool = False

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)


class Bump(StrEnum):
    """Which of its three numbers a version raises; the largest bump comes first."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


def compare(release: Release | None, deck: RawDeck, current: DeckDigests) -> Changes:
    """What `deck` changes for the learners of `release`.

    If `release` is None, all cards are new. `current` are the `digests` of the deck.
    """
    cards = {card.id: card for card in deck.cards()}
    if release is None:
        return Changes(added=tuple(id for id, card in cards.items() if not card.retired))
    homes = {card.id: section.id for section in deck.sections for card in section.cards}
    renamed = _renamed_sections(release, current)
    edited: dict[str, tuple[str, ...]] = {}
    other_gaps: dict[str, tuple[str, ...]] = {}
    more_gaps: dict[str, tuple[str, ...]] = {}
    moved, retired, restored, other_kind = [], [], [], []
    for id, before in release.cards.items():
        card = cards.get(id)
        if card is None:
            continue
        differ = tuple(
            name
            for name in dict.fromkeys((*current[id], *before.content))
            if current[id].get(name) != before.content.get(name)
        )
        if card.kind is not before.kind:
            other_kind.append(id)
        elif "question" in differ or "short" in differ:
            other_gaps[id], more_gaps[id] = _gap_changes(before, card)
        if card.retired and not before.retired:
            retired.append(id)
            continue
        reported = {"section"}
        if before.retired and not card.retired:
            restored.append(id)
            reported.add("retired")
        if "section" in differ and current[id].get("section") not in renamed:
            moved.append(id)
        if parts := tuple(name for name in differ if name not in reported):
            edited[id] = parts
    return Changes(
        added=tuple(id for id in cards if id not in release.cards),
        edited=edited,
        moved=tuple(moved),
        renamed=tuple(
            dict.fromkeys(
                home for id, home in homes.items() if current[id].get("section") in renamed
            )
        ),
        retired=tuple(retired),
        restored=tuple(restored),
        vanished=tuple(id for id in release.cards if id not in cards),
        other_kind=tuple(other_kind),
        other_gaps={id: texts for id, texts in other_gaps.items() if texts},
        more_gaps={id: texts for id, texts in more_gaps.items() if texts},
        key=release.key != deck.meta.key,
        tag_root=has_other_tag_root(release, deck),
        anki_deck=release.anki_deck != deck.meta.anki_deck,
        note_types=release.note_types != deck.note_types,
    )


def has_other_tag_root(release: Release, deck: RawDeck) -> bool:
    """Whether the tags of `deck` have another root than those of `release`, by their own choice.

    Without ``tag_root`` the root follows the key, whose change is told as such.
    """
    before, now = release.tag_root, deck.meta.tag_root
    return bool(before or now) and (before or release.key) != deck.meta.tags_home


def _gap_changes(before: ReleasedCard, card: RawCard) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts of gaps that are lost or have other numbers, and of those with new numbers."""
    found = gap_origins(before, card)
    now = card_gaps(card)
    other = (*(gap for gap, _ in found.moved), *found.lost, *(gap for gap, _ in found.reused))
    return tuple(gap.hides for gap in other), tuple(now[index].hides for index in found.added)


def _renamed_sections(release: Release, current: DeckDigests) -> set[str]:
    """The digests of sections that were only renamed.

    Such a digest is new, and its section has the cards of one whose digest is gone. The digest
    covers both the id and the title of a section, so it cannot tell which of them has changed.
    """
    origins: dict[str, set[str]] = {}
    targets: dict[str, set[str]] = {}
    for id, card in release.cards.items():
        if id in current:
            before, after = card.content.get("section", ""), current[id].get("section", "")
            origins.setdefault(after, set()).add(before)
            targets.setdefault(before, set()).add(after)
    present = {parts.get("section", "") for parts in current.values()}
    return {
        after
        for after, before in origins.items()
        if len(before) == 1 and not before & present and targets[next(iter(before))] == {after}
    }


def least_bump(changes: Changes) -> Bump:
    """The smallest bump that the next release may take, judged by what learners notice.

    Major: progress can be lost. Minor: there are more or fewer cards to learn. Patch: all else.
    """
    return next((bump for bump in Bump if bump_reasons(changes, bump)), Bump.PATCH)


def bump_reasons(changes: Changes, bump: Bump) -> tuple[str, ...]:
    """What makes a bump of this size necessary: ids of cards, or names of fields of `Changes`."""
    match bump:
        case Bump.MAJOR:
            shared = ("key", "anki_deck", "tag_root", "note_types")
            return (
                *(name for name in shared if getattr(changes, name)),
                *changes.vanished,
                *changes.other_kind,
                *changes.other_gaps,
            )
        case Bump.MINOR:
            return (*changes.added, *changes.retired, *changes.restored, *changes.more_gaps)
        case Bump.PATCH:
            return ()


def bump_version(version: str, bump: Bump) -> str:
    """The version that follows `version` with this bump.

    Raises:
        ValueError: `version` does not have the form of a released version, such as ``1.2.0``.
    """
    major, minor, patch = version_tuple(version)
    match bump:
        case Bump.MAJOR:
            return f"{major + 1}.0.0"
        case Bump.MINOR:
            return f"{major}.{minor + 1}.0"
        case Bump.PATCH:
            return f"{major}.{minor}.{patch + 1}"


def next_version(release: Release | None, changes: Changes) -> str:
    """The lowest version that the next release may have; ``1.0.0`` if there is no release yet."""
    return "1.0.0" if release is None else bump_version(release.version, least_bump(changes))


def renamed_cards(release: Release, deck: RawDeck) -> dict[str, str]:
    """The ids of vanished cards, each with the id of a new card whose question is much like it.

    A vanished card without such a new card is left out.
    """
    fresh = {c.id: fill_gaps(c.question.source) for c in deck.cards() if c.id not in release.cards}
    present = {card.id for card in deck.cards()}
    found: dict[str, str] = {}
    for id, entry in release.cards.items():
        if id in present or not fresh:
            continue
        matcher = SequenceMatcher(None, b=entry.question, autojunk=False)
        best, near = _LEAST_SIMILARITY, ""
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
