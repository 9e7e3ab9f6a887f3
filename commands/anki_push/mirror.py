"""The steps of a push: compare, import what is new, bring the rest to the source, remember."""

from __future__ import annotations

import base64
import re
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from commands.anki_push import memory
from commands.anki_push.ankiconnect import AnkiConnect
from commands.anki_push.collection import AnkiNote, read_note_types, read_notes, with_part_ids
from commands.anki_push.differences import (
    Sides,
    Update,
    deck_tags,
    is_edited,
    same_parts,
    update,
)
from commands.anki_push.memory import Pushed, digest
from commands.anki_push.package import Package, PackageNote, reduced
from commands.terminal.console import Failed
from commands.terminal.words import say
from deckpress.output.store import StoreError, create_file

_PICTURE = re.compile(r"""<img\b[^>]*?\bsrc=(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_MOST_NAMED = 12  # cards in one sentence


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be pushed.

    `path` is the built package. `deck_key` begins the key of each note. Tags below `tag_root` are
    the deck's, and so are those that the package brings. `chosen` are the keys of the notes to
    push; None stands for all. `released` are ids that only notes of this deck have, and `times`
    those at which a package of it says that a note changed. With `overwrite`, edits of the learner
    are replaced. `memory` is the folder for what was pushed. `imported` are the keys of notes with
    the guid of an older deck.
    """

    path: Path
    package: Package
    deck_key: str
    tag_root: str
    chosen: Collection[str] | None
    released: Collection[int]
    times: Collection[int]
    overwrite: bool
    memory: Path
    imported: Collection[str] = ()

    def notes(self) -> dict[str, PackageNote]:
        """The notes to push, by key."""
        return {
            note.key: note
            for note in self.package.notes
            if self.chosen is None or note.key in self.chosen
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a push did, as the keys of notes; `kept` are those that the learner has edited.

    `notes` are the notes in Anki, by key.
    """

    new: Sequence[str]
    changed: Sequence[str]
    same: Sequence[str]
    kept: Sequence[str]
    notes: Mapping[str, AnkiNote]


def mirror(anki: AnkiConnect, order: Order) -> Outcome:
    """Bring the notes of a package into Anki, so that it has them as the source does.

    Raises:
        Failed: Anki has a note or a note type otherwise than the package, and an import would merge
            the two; or it does not answer, or not do what it is asked for.
        StoreError: there is no room for the package that Anki is to read.
    """
    wanted = order.notes()
    before = _read(anki, order, wanted)
    _refuse_unknown_imported(order, wanted, before)
    _refuse_other_types(order, wanted, before)
    _refuse_other_parts(anki, order, wanted)
    profile = next((note.profile for note in before.values()), None)
    pushed = memory.load(order.memory, order.deck_key, profile) if profile is not None else {}
    if profile is not None:
        # Until the end is known, a note may be as it was or as it is to be.
        begun = {note.guid: _begun(note, pushed.get(note.guid)) for note in wanted.values()}
        memory.save(order.memory, order.deck_key, profile, {**pushed, **begun})
    _import(anki, order, wanted, before)
    after = _read(anki, order, wanted)
    if missing := wanted.keys() - after.keys():
        raise Failed(say("push-missing", cards=named(order, missing)))
    profile = next((note.profile for note in after.values()), "")
    outcome, updates = _plan(order, wanted, before, after, pushed)
    _send(anki, order, updates)
    done = {
        wanted[key].guid: Pushed(
            frozenset({digest(wanted[key].fields)}), frozenset(wanted[key].tags)
        )
        for key in (*outcome.new, *outcome.changed, *outcome.same)
    }
    memory.save(order.memory, order.deck_key, profile, {**pushed, **done})
    return outcome


def _read(anki: AnkiConnect, order: Order, wanted: Collection[str]) -> dict[str, AnkiNote]:
    found = read_notes(anki, order.deck_key, order.package, order.released)
    return {key: note for key, note in found.items() if key in wanted}


def _refuse_unknown_imported(order: Order, wanted: Collection[str], known: Collection[str]) -> None:
    """Refuse to import a note that Anki may have with the note type of the deck it comes from.

    The add-on cannot look for a guid, and its import would merge that type with the deck's.
    """
    unknown = [key for key in order.imported if key in wanted and key not in known]
    if unknown:
        raise Failed(say("push-imported", cards=named(order, unknown), path=order.path))


def _refuse_other_types(
    order: Order, wanted: Mapping[str, PackageNote], known: Mapping[str, AnkiNote]
) -> None:
    """Refuse to import a note that Anki has with another type.

    The import merges the two types then, for every deck that uses them.
    """
    types = order.package.note_types
    other = [
        f"{_id(order, key)} ({note.type_name} → {types[wanted[key].note_type].name})"
        for key, note in known.items()
        if note.note_type != wanted[key].note_type
    ]
    if other:
        raise Failed(say("push-other-type", cards=_listed(other)))


def _refuse_other_parts(anki: AnkiConnect, order: Order, wanted: Mapping[str, PackageNote]) -> None:
    """Refuse to import into note types whose fields or templates are others in Anki.

    The import merges the lists then, and empties some fields that the learner has written in.
    """
    for id, theirs in read_note_types(anki, order.package).items():
        ours = order.package.note_types[id]
        if ours.fields == theirs.fields and ours.templates == theirs.templates:
            continue
        exact = with_part_ids(anki, theirs)
        if exact is not None and same_parts(ours, exact):
            continue  # the learner gave some of them other names
        keys = [key for key, note in wanted.items() if note.note_type == id]
        raise Failed(
            say(
                "push-other-parts",
                name=theirs.name,
                difference=_difference(
                    (*ours.fields, *ours.templates), (*theirs.fields, *theirs.templates)
                ),
                cards=named(order, keys),
            )
        )


def _difference(ours: Sequence[str], theirs: Sequence[str]) -> str:
    added = [f"+{name}" for name in theirs if name not in ours]
    gone = [f"-{name}" for name in ours if name not in theirs]
    return ", ".join((*added, *gone)) or say("push-other-order")


def _begun(note: PackageNote, before: Pushed | None) -> Pushed:
    digests, tags = (before.digests, before.tags) if before else (frozenset(), frozenset())
    return Pushed(digests | {digest(note.fields)}, tags | frozenset(note.tags))


def _import(
    anki: AnkiConnect,
    order: Order,
    wanted: Mapping[str, PackageNote],
    known: Mapping[str, AnkiNote],
) -> None:
    """Import the notes that Anki does not have yet, and what belongs to all: types and media.

    Those that it has would be replaced where the package is younger, with the learner's tags and
    edits. So then Anki gets a copy of the package in which they are old.
    """
    younger = any(
        note.modified is None or wanted[key].modified > note.modified for key, note in known.items()
    )
    if order.chosen is None and not younger:
        anki.import_package(order.path)
        return
    keep = {note.guid for note in wanted.values()}
    data = reduced(order.package, keep, {wanted[key].guid for key in known})
    import_bytes(anki, data, order.path.name, order.path.parent.parent)


def import_bytes(anki: AnkiConnect, data: bytes, name: str, output: Path) -> None:
    """Let Anki import the package `data` from a file of this name, which is in `output` meanwhile.

    Raises:
        StoreError: the file cannot be written.
    """
    try:
        with tempfile.TemporaryDirectory(
            prefix=".push-", dir=output, ignore_cleanup_errors=True
        ) as folder:
            path = Path(folder) / name
            create_file(path, data)
            anki.import_package(path)
    except OSError as error:
        raise StoreError("store-failed", output, error.strerror or str(error)) from error


def _plan(
    order: Order,
    wanted: Mapping[str, PackageNote],
    before: Mapping[str, AnkiNote],
    after: Mapping[str, AnkiNote],
    pushed: Mapping[str, Pushed],
) -> tuple[Outcome, list[Update]]:
    """What becomes of each note, and what is to be sent for it."""
    is_deck_tag = deck_tags(
        order.tag_root, {tag for note in order.package.notes for tag in note.tags}
    )
    new, changed, same, kept, updates = [], [], [], [], []
    for key, note in wanted.items():
        sides = Sides(note, after[key], pushed.get(note.guid))
        if key not in before:
            new.append(key)
        elif is_edited(sides, order.times) and not order.overwrite:
            kept.append(key)
        elif (needed := update(sides, is_deck_tag)) is not None:
            changed.append(key)
            updates.append(needed)
        else:
            same.append(key)
    return Outcome(new, changed, same, kept, after), updates


def _send(anki: AnkiConnect, order: Order, updates: Sequence[Update]) -> None:
    """Send the updates, and before them the figures that the notes did not have yet.

    An import brings figures only with the notes that it adds.
    """
    names = {
        name
        for one in updates
        for name in pictures(one.fields.values()) - pictures(one.note.fields)
    }
    media = media_actions(order, names)
    notes: list[tuple[str, Mapping[str, object]]] = []
    for one in updates:
        content: dict[str, object] = {"id": one.note.id}
        if one.fields:
            content["fields"] = dict(one.fields)
        if one.tags is not None:
            content["tags"] = list(one.tags)
        notes.append(("updateNote", {"note": content}))
    anki.multi([*media, *notes])


def media_actions(order: Order, names: Collection[str]) -> list[tuple[str, Mapping[str, object]]]:
    """What stores those of these figures that the package has."""
    return [
        (
            "storeMediaFile",
            {
                "filename": name,
                "data": base64.b64encode(data).decode("ascii"),
                "deleteExisting": False,
            },
        )
        for name, data in sorted(order.package.media(names).items())
    ]


def pictures(fields: Iterable[str]) -> set[str]:
    """The names of the figures that fields show."""
    return {
        unquote(unescape(double or single))
        for value in fields
        for double, single in _PICTURE.findall(value)
    }


def _id(order: Order, key: str) -> str:
    return key.removeprefix(f"{order.deck_key}/")


def named(order: Order, keys: Iterable[str]) -> str:
    """The ids of the cards with these keys, for one sentence."""
    return _listed(sorted(_id(order, key) for key in keys))


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - _MOST_NAMED
    shown = ", ".join(names[:_MOST_NAMED])
    return say("push-and-more", cards=shown, count=rest) if rest > 0 else shown
