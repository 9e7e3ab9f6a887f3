"""What stops an import, and what a note in Anki needs to become what the source says."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from commands.anki_push.collection import AnkiNote
from commands.anki_push.memory import Pushed, digest
from commands.anki_push.package import NoteType, PackageNote


def same_parts(ours: NoteType, theirs: NoteType) -> bool:
    """Whether Anki takes two note types for the same: equal lists of fields and of templates."""
    return _alike(ours.fields, ours.field_ids, theirs.fields, theirs.field_ids) and _alike(
        ours.templates, ours.template_ids, theirs.templates, theirs.template_ids
    )


def _alike(
    names: tuple[str, ...],
    ids: tuple[int | None, ...],
    other_names: tuple[str, ...],
    other_ids: tuple[int | None, ...],
) -> bool:
    if len(names) != len(other_names):
        return False
    if len(ids) == len(other_ids) == len(names):
        # Anki compares the names only where an id is missing.
        pairs = zip(ids, other_ids, names, other_names, strict=True)
        return all(a == b if a and b else x == y for a, b, x, y in pairs)
    return names == other_names


@dataclass(frozen=True, slots=True)
class Sides:
    """A note as the source has it and as Anki has it, and what the last push wrote into it."""

    source: PackageNote
    anki: AnkiNote
    pushed: Pushed | None

    @property
    def fields_there(self) -> tuple[str, ...]:
        """The values of the deck's fields as Anki has them, without the learner's own."""
        return self.anki.fields[: len(self.source.fields)]


@dataclass(frozen=True, slots=True)
class Update:
    """What a note in Anki gets: values by the names of its fields, and all of its tags.

    None stands for tags that stay.
    """

    source: PackageNote
    note: AnkiNote
    fields: Mapping[str, str]
    tags: tuple[str, ...] | None


def is_edited(sides: Sides, package_times: Collection[int]) -> bool:
    """Whether the learner has changed the fields since the last push, or may have.

    A note is as a push or a package left it if its fields are those that the last push wrote, or if
    its time is one of `package_times`: Anki gives each edit the time at which it is made.
    """
    modified, pushed = sides.anki.modified, sides.pushed
    there = digest(sides.fields_there)
    if there == digest(sides.source.fields):
        return False
    if pushed is not None and there in pushed.digests:
        return False
    return modified is None or modified not in package_times


def update(sides: Sides, is_deck_tag: Callable[[str], bool]) -> Update | None:
    """What the note in Anki needs to become what the source says; None if it is so.

    Of its tags those change that belong to the deck: they are `is_deck_tag`, or the last push wrote
    them. The others are the learner's own.
    """
    source, anki = sides.source, sides.anki
    fields = {
        name: value
        for name, value, there in zip(anki.names, source.fields, sides.fields_there, strict=False)
        if _normal(value) != _normal(there)
    }
    written = {_folded(tag) for tag in sides.pushed.tags} if sides.pushed else set()
    own = [tag for tag in anki.tags if not is_deck_tag(tag) and _folded(tag) not in written]
    tags = None
    # Anki writes a tag as the collection has it already, in whatever case that is.
    if {_folded(tag) for tag in (*own, *source.tags)} != {_folded(tag) for tag in anki.tags}:
        tags = (*own, *source.tags)
    return Update(source, anki, fields, tags) if fields or tags is not None else None


def deck_tags(root: str, known: Collection[str]) -> Callable[[str], bool]:
    """Whether a tag is the deck's: below its `root`, or one of those `known` to be."""
    below, folded = f"{_folded(root)}::", {_folded(tag) for tag in known}

    def is_deck_tag(tag: str) -> bool:
        return _folded(tag).startswith(below) or _folded(tag) in folded

    return is_deck_tag


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _folded(tag: str) -> str:
    return _normal(tag).casefold()
