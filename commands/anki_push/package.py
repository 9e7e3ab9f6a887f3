"""The notes and note types of an Anki package, and a copy of it with fewer notes."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from exporters.anki.note_types import FIELDS, LEARNERS_FIELD

_DATABASE = "collection.anki2"
_SEPARATOR = "\x1f"  # of the fields of a note
_OLDEST = 0
_DEFAULT_DECK = 1


@dataclass(frozen=True, slots=True)
class NoteType:
    """A note type: its fields and templates by name, in order, and by the ids that Anki follows.

    An id is None where it is not known.
    """

    id: int
    name: str
    fields: tuple[str, ...]
    templates: tuple[str, ...]
    field_ids: tuple[int | None, ...] = ()
    template_ids: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class PackageNote:
    """A note as the source has it.

    `key` is its first field, ``DECK/CARD``. `id` is what Anki calls it, unless that is taken there.
    `fields` are the values of the deck's fields. The learner's own field, the last, is not the
    source's. `cards` are the numbers of its cards, from 0: that of the template or of the gap.
    """

    id: int
    guid: str
    key: str
    note_type: int
    modified: int
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    cards: frozenset[int]


@dataclass(frozen=True, slots=True)
class Package:
    """The content of an `.apkg`: its notes, its note types by id, and the file's bytes."""

    notes: tuple[PackageNote, ...]
    note_types: Mapping[int, NoteType]
    data: bytes

    def media(self, names: Collection[str]) -> dict[str, bytes]:
        """The content of those of these media files that the package has, by name."""
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
            index: dict[str, str] = json.loads(archive.read("media"))
            return {name: archive.read(entry) for entry, name in index.items() if name in names}


def read_package(data: bytes) -> Package:
    """What the `.apkg` with these bytes holds. It is one that this program has made."""
    with _opened(data) as database:
        (models,) = database.execute("SELECT models FROM col").fetchone()
        rows = database.execute("SELECT id, guid, mid, mod, flds, tags FROM notes ORDER BY id")
        cards: dict[int, set[int]] = {}
        for note, number in database.execute("SELECT nid, ord FROM cards"):
            cards.setdefault(note, set()).add(number)
        notes = tuple(_note(row, frozenset(cards.get(row[0], ()))) for row in rows)
    types = [note_type(model) for model in json.loads(models).values()]
    return Package(notes, {one.id: one for one in types}, data)


def note_type(model: Mapping[str, Any]) -> NoteType:
    """A note type from its description as Anki keeps it."""
    fields, templates = model["flds"], model["tmpls"]
    return NoteType(
        int(model["id"]),
        str(model["name"]),
        tuple(field["name"] for field in fields),
        tuple(template["name"] for template in templates),
        tuple(field.get("id") for field in fields),
        tuple(template.get("id") for template in templates),
    )


def reduced(package: Package, keep: Collection[str], known: Collection[str]) -> bytes:
    """The bytes of an `.apkg` with the notes `keep` alone, by guid.

    The notes `known` are made older than any other, so that an import leaves them as they are.
    """
    out = io.BytesIO()
    with (
        _opened(package.data) as database,
        zipfile.ZipFile(io.BytesIO(package.data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        gone = [(note.id,) for note in package.notes if note.guid not in keep]
        old = [(_OLDEST, note.id) for note in package.notes if note.guid in known]
        database.executemany("DELETE FROM cards WHERE nid = ?", gone)
        database.executemany("DELETE FROM notes WHERE id = ?", gone)
        database.executemany("UPDATE notes SET mod = ? WHERE id = ?", old)
        database.commit()
        for name in source.namelist():
            target.writestr(name, database.serialize() if name == _DATABASE else source.read(name))
    return out.getvalue()


def with_types_alone(package: Package, types: Collection[int]) -> tuple[str, bytes]:
    """An `.apkg` that brings these note types of a package, and the key of the notes in it.

    Each has one note, in the deck that every collection has, which is to be deleted again. It is
    none of the package's: neither its guid nor its key is.
    """
    out = io.BytesIO()
    key = f"{package.notes[0].key.partition('/')[0]}/@types"
    chosen = {note.note_type: note for note in package.notes if note.note_type in types}
    with (
        _opened(package.data) as database,
        zipfile.ZipFile(io.BytesIO(package.data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        ids = [(note.id,) for note in package.notes if note not in chosen.values()]
        database.executemany("DELETE FROM cards WHERE nid = ?", ids)
        database.executemany("DELETE FROM notes WHERE id = ?", ids)
        database.execute("UPDATE cards SET did = ?", (_DEFAULT_DECK,))
        for note in chosen.values():
            fields = (key, *note.fields[1:], "")
            values = (f"@types/{note.guid}", _SEPARATOR.join(fields), note.id)
            database.execute("UPDATE notes SET guid = ?, flds = ?, tags = '' WHERE id = ?", values)
        database.commit()
        for name in source.namelist():
            if name == _DATABASE:
                target.writestr(name, database.serialize())
            elif not name.isdecimal():  # no media
                target.writestr(name, b"{}" if name == "media" else source.read(name))
    return key, out.getvalue()


@contextmanager
def _opened(data: bytes) -> Iterator[sqlite3.Connection]:
    with (
        zipfile.ZipFile(io.BytesIO(data)) as archive,
        closing(sqlite3.connect(":memory:")) as database,
    ):
        database.deserialize(archive.read(_DATABASE))
        yield database


def _note(row: tuple[Any, ...], cards: frozenset[int]) -> PackageNote:
    id, guid, note_type, modified, fields, tags = row
    values = tuple(fields.split(_SEPARATOR))
    own = values[: FIELDS.index(LEARNERS_FIELD)]
    return PackageNote(id, guid, values[0], note_type, modified, own, tuple(tags.split()), cards)
