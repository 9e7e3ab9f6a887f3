"""The notes of one deck in the Anki that runs, and its note types."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from commands.anki_push.ankiconnect import AnkiConnect, escape_search
from commands.anki_push.package import NoteType, Package, PackageNote, note_type


@dataclass(frozen=True, slots=True)
class AnkiNote:
    """A note in Anki.

    `fields` are its values in the order of its note type, whose field names are `names`. `modified`
    is in Unix seconds; None where the add-on does not say it. `note_type` is an id.
    """

    id: int
    note_type: int
    type_name: str
    modified: int | None
    names: tuple[str, ...]
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    profile: str


def read_note_types(anki: AnkiConnect, package: Package) -> dict[int, NoteType]:
    """Those note types of the package that Anki has, by id; without the ids of their parts."""
    named = anki.note_type_names()
    names = {id: name for name, id in named.items() if id in package.note_types}
    parts = anki.fields_and_templates(tuple(names.values()))
    return {id: NoteType(id, name, *parts[name]) for id, name in names.items()}


def with_part_ids(anki: AnkiConnect, known: NoteType) -> NoteType | None:
    """A note type with the ids of its fields and templates; None if the add-on does not say them.

    By them Anki knows a field that the learner has given another name.
    """
    model = anki.note_type_description(known.id)
    return None if model is None else note_type(model)


def read_notes(
    anki: AnkiConnect, deck_key: str, package: Package, released: Collection[int]
) -> dict[str, AnkiNote]:
    """Those notes of the package that Anki has, by their key.

    Anki cannot be asked for a guid. So a note is known by its key, which stands in its first field,
    and in another one if the learner gave the note another type. If that lost the key, it is known
    by its id, if that is `released`: other ids are not the deck's alone.
    """
    terms = [f'"{escape_search(deck_key)}/"']
    if released:
        terms.append(f"nid:{','.join(map(str, sorted(released)))}")
    found = anki.find_notes(" or ".join(terms))
    types = anki.note_type_names()
    notes = [_anki_note(info, types) for info in anki.notes_info(found)]
    return _by_key(notes, package, released)


def _anki_note(info: Mapping[str, Any], types: Mapping[str, int]) -> AnkiNote:
    fields = sorted(info["fields"].items(), key=lambda field: int(field[1]["order"]))
    return AnkiNote(
        id=info["noteId"],
        note_type=types.get(info["modelName"], 0),
        type_name=info["modelName"],
        modified=info.get("mod"),
        names=tuple(name for name, _ in fields),
        fields=tuple(str(field["value"]) for _, field in fields),
        tags=tuple(map(str, info["tags"])),
        profile=str(info.get("profile", "")),
    )


def _by_key(
    notes: Iterable[AnkiNote], package: Package, released: Collection[int]
) -> dict[str, AnkiNote]:
    wanted = {note.key: note for note in package.notes}
    ids = {note.id: note.key for note in package.notes if note.id in released}
    candidates: dict[str, list[AnkiNote]] = {}
    for note in notes:
        if note.note_type in package.note_types:
            keys = {note.fields[0]} & wanted.keys()
        else:
            keys = set(note.fields) & wanted.keys() or {ids.get(note.id, "")} & wanted.keys()
        for key in keys:
            candidates.setdefault(key, []).append(note)
    return {key: _original(found, wanted[key]) for key, found in candidates.items()}


def _original(notes: list[AnkiNote], wanted: PackageNote) -> AnkiNote:
    """Which of several notes with one key came from the deck: the others are the learner's copies.

    Anki gives a copy another guid and the id of a later time.
    """
    return min(
        notes, key=lambda note: (note.note_type != wanted.note_type, note.id != wanted.id, note.id)
    )
