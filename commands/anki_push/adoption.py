"""Notes that a learner studied in an older deck become notes of this deck, with all their cards.

A card that was imported from an Anki deck has the guid of its note there. The learner has that
note with the older deck's note type, so an import would leave it as it is, or mix the two types.
What helps is what *Change Note Type* does in Anki's browser; AnkiConnect has it as
``updateNoteModel``. It keeps the note with its id and its cards with all that was learnt.

The add-on cannot be asked for a guid. So Anki exports its decks, with their scheduling, until the
notes are found; the files in which some are stay as a backup.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from commands.anki_push.ankiconnect import AnkiConnect, escape_search
from commands.anki_push.exported import OldNote, read_exported
from commands.anki_push.mirror import Order, import_bytes, media_actions, named, pictures
from commands.anki_push.package import PackageNote, with_types_alone
from commands.terminal.console import Failed
from commands.terminal.words import say
from deckpress.output.store import StoreError

# Actions that younger versions of the add-on have. The first of them is the youngest.
_NEEDED = ("updateNoteModel", "exportPackage", "deckNames", "deleteNotes")


@dataclass(frozen=True, slots=True)
class Adoption:
    """What is to be done: the notes of the source with those of the learner, by key.

    `backup` is the folder with what Anki exported. `old_types` are the names of the note types that
    the notes have.
    """

    notes: Mapping[str, tuple[PackageNote, OldNote]]
    backup: Path
    old_types: Sequence[str]


def find(anki: AnkiConnect, order: Order, anki_deck: str, output: Path) -> Adoption:
    """Find the notes that were imported from an older deck and that Anki has with another type.

    Raises:
        Failed: the add-on is too old, Anki does not do what it is asked for, or a note has cards
            that its new type would not have.
        StoreError: there is no room for what Anki exports.
    """
    known = anki.known_actions(_NEEDED)
    if missing := [action for action in _NEEDED if action not in known]:
        raise Failed(say("adopt-add-on", actions=", ".join(missing)))
    notes = order.notes()
    wanted = {notes[key].guid: notes[key] for key in order.imported if key in notes}
    backup = _backup_folder(output)
    found = _search(anki, wanted, anki_deck, backup)
    names = {id: name for name, id in anki.note_type_names().items()}
    other = {
        wanted[guid].key: (wanted[guid], old)
        for guid, old in found.items()
        if old.note_type not in order.package.note_types
    }
    if lost := [note.key for note, old in other.values() if not old.cards <= note.cards]:
        raise Failed(say("adopt-cards", cards=named(order, lost), backup=backup))
    if not other:
        shutil.rmtree(backup, ignore_errors=True)
    types = sorted({names.get(old.note_type, "?") for _, old in other.values()})
    return Adoption(other, backup, types)


def adopt(anki: AnkiConnect, order: Order, adoption: Adoption, output: Path) -> None:
    """Give each note its new note type with the source's fields. Its tags stay.

    Raises:
        Failed: Anki does not do what it is asked for. What was done by then is whole.
        StoreError: there is no room for the package that Anki is to read.
    """
    needed = {note.note_type for note, _ in adoption.notes.values()}
    _bring_types(anki, order, needed.difference(anki.note_type_names().values()), output)
    names = {id: name for name, id in anki.note_type_names().items()}
    ids = [old.id for _, old in adoption.notes.values()]
    tags = {info["noteId"]: list(info["tags"]) for info in anki.notes_info(ids)}
    shown = pictures(value for note, _ in adoption.notes.values() for value in note.fields)
    fields = anki.fields_and_templates([names[id] for id in sorted(needed)])
    changes = [
        (
            "updateNoteModel",
            {
                "note": {
                    "id": old.id,
                    "modelName": names[note.note_type],
                    "fields": dict(
                        zip(fields[names[note.note_type]][0], note.fields, strict=False)
                    ),
                    "tags": tags.get(old.id, []),
                }
            },
        )
        for note, old in adoption.notes.values()
    ]
    anki.multi([*media_actions(order, shown), *changes])


def _backup_folder(output: Path) -> Path:
    """A new folder in `output` that says when it was made."""
    first = output / time.strftime("backup-%Y%m%d-%H%M%S")
    names = (first, *(first.with_name(f"{first.name}-{number}") for number in range(2, 100)))
    for path in names:
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise StoreError("store-failed", path, error.strerror or str(error)) from error
        return path
    raise StoreError("store-failed", first, first.name)


def _search(
    anki: AnkiConnect, wanted: Collection[str], first: str, backup: Path
) -> dict[str, OldNote]:
    """The learner's notes with these guids, by guid; the files that have some stay in `backup`."""
    found: dict[str, OldNote] = {}
    for number, deck in enumerate(_top_decks(anki.deck_names(), first), 1):
        if found.keys() >= set(wanted):
            break
        path = backup / f"{number}.apkg"
        anki.export_package(deck, path)
        here = {guid: old for guid, old in read_exported(path) if guid in wanted}
        found |= here
        if not here:
            path.unlink(missing_ok=True)
    return found


def _top_decks(names: Iterable[str], first: str) -> list[str]:
    """The decks that are in no other one; that with the name `first` or around it is the first."""
    top = {name.partition("::")[0] for name in names}
    return sorted(top, key=lambda name: (name != first.partition("::")[0], name))


def _bring_types(anki: AnkiConnect, order: Order, types: Collection[int], output: Path) -> None:
    """Let Anki have these note types of the package.

    It takes a note type only with a note, so each comes with one that is deleted at once.
    """
    if not types:
        return
    key, data = with_types_alone(order.package, types)
    import_bytes(anki, data, order.path.name, output)
    anki.delete_notes(f'"{escape_search(key)}"')
