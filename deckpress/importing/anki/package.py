"""Reads packages of Anki, ``.apkg`` and ``.colpkg``, of all three formats.

``collection.anki2`` and ``collection.anki21`` are SQLite with the note types as JSON;
``collection.anki21b`` is SQLite packed with zstd, with tables of note types and protobuf in them,
and packed media with a protobuf index. A package of a newer kind also holds an old collection with
one note that asks for an update, so the newest is read.
"""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

import zstandard

from deckpress.importing.anki import protobuf
from deckpress.importing.anki.collection import AnkiCollection, AnkiNote, AnkiType
from deckpress.importing.note import RefusedError, refusal
from deckpress.output.filenames import is_below

LARGEST_COLLECTION = 1_000_000_000  # bytes, unpacked
LARGEST_MEDIA = 200_000_000
_NEW = "collection.anki21b"
_COLLECTIONS = (_NEW, "collection.anki21", "collection.anki2")
_ENCRYPTED = 1


def read_package(data: bytes, name: str) -> AnkiCollection:
    """The collection in the bytes of a package; `name` stands in messages.

    Raises:
        RefusedError: it is no such package, damaged, encrypted, a zip bomb, or has paths that lead
            out.
    """
    archive = _open(data, name)
    with archive:
        there = {entry.filename: entry for entry in archive.infolist()}
        _refuse_unsafe(archive, name)
        inner = next((each for each in _COLLECTIONS if each in there), None)
        if inner is None:
            raise refusal("no-collection", name)
        packed = inner == _NEW
        database = _unpacked(archive, inner, name, LARGEST_COLLECTION, packed=packed)
        names = _media_names(archive, there, name)
    find = _media_finder(data, name, names, packed=packed)
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(_without_journal(database))
            notes, counts = _read(connection, name)
    except (sqlite3.Error, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise refusal("damaged", name, error) from error
    return AnkiCollection(notes, find, counts)


def _without_journal(database: bytes) -> bytes:
    """The database as one that needs no file beside it: Anki writes a journal of its own.

    https://www.sqlite.org/fileformat2.html, bytes 18 and 19.
    """
    return database[:18] + b"\1\1" + database[20:]


def _open(data: bytes, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except Exception as error:  # zipfile promises no kinds of errors
        raise refusal("no-package", name) from error


def _refuse_unsafe(archive: zipfile.ZipFile, name: str) -> None:
    reasons: list[RefusedError] = []
    entries = archive.infolist()
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        reasons.append(refusal("encrypted", name))
    reasons += [
        refusal("leads-out", name, entry.filename)
        for entry in entries
        if not entry.is_dir() and not is_below(entry.filename)
    ]
    if reasons:
        raise RefusedError(*(remark for reason in reasons for remark in reason.remarks))


def _unpacked(archive: zipfile.ZipFile, inner: str, name: str, most: int, *, packed: bool) -> bytes:
    """The bytes of a file in a package. What it says of its size is not believed."""
    try:
        with archive.open(inner) as file:
            stream: Any = zstandard.ZstdDecompressor().stream_reader(file) if packed else file
            content: bytes = stream.read(most + 1)
    except Exception as error:  # damaged archives raise many types of errors
        raise refusal("damaged", name, f"{inner}: {error}") from error
    if len(content) > most:
        raise refusal("too-large", name, f"{inner}: > {most // 1_000_000} MB")
    return content


def _media_names(
    archive: zipfile.ZipFile, there: Mapping[str, zipfile.ZipInfo], name: str
) -> dict[str, str]:
    """The number of each media file in the package, by the file's name."""
    if "media" not in there:
        return {}
    data = _unpacked(archive, "media", name, LARGEST_MEDIA, packed=False)
    try:
        if data[:1] in (b"{", b""):
            table = json.loads(data or b"{}")
            return {str(file): str(number) for number, file in table.items()}
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)) as stream:
            index = stream.read(LARGEST_MEDIA)
        entries = protobuf.fields(index).get(1, [])
        return {
            protobuf.text(protobuf.fields(entry), 1): str(number)
            for number, entry in enumerate(entries)
            if isinstance(entry, bytes)
        }
    except (ValueError, AttributeError, RecursionError, zstandard.ZstdError) as error:
        raise refusal("damaged", name, f"media: {error}") from error


def _media_finder(
    data: bytes, name: str, names: Mapping[str, str], *, packed: bool
) -> Callable[[str], bytes | None]:
    def find(file: str) -> bytes | None:
        number = names.get(file)
        if number is None:
            return None
        with _open(data, name) as archive:
            if number not in archive.namelist():
                return None
            return _unpacked(archive, number, name, LARGEST_MEDIA, packed=packed)

    return find


def _read(connection: sqlite3.Connection, name: str) -> tuple[tuple[AnkiNote, ...], dict[str, int]]:
    connection.create_collation("unicase", lambda a, b: (a > b) - (a < b))
    connection.execute("PRAGMA trusted_schema = OFF")
    tables = {
        row[0]
        for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if isinstance(row[0], str)
    }
    if not {"notes", "cards", "col"} <= tables:
        raise refusal("other-database", name)
    types = _new_types(connection) if "notetypes" in tables else _old_types(connection)
    decks = _decks(connection, tables)
    homes: dict[int, str] = {}
    counts = {"suspended": 0, "flagged": 0, "studied": 0}
    for note, deck, queue, flags, reps in connection.execute(
        "SELECT nid, CASE WHEN odid THEN odid ELSE did END, queue, flags, reps"
        " FROM cards ORDER BY nid, ord"
    ):
        homes.setdefault(note, decks.get(deck, ""))
        counts["suspended"] += queue == -1
        counts["flagged"] += bool(flags & 7)
        counts["studied"] += bool(reps)
    notes = []
    for id, guid, type, values, tags in connection.execute(
        "SELECT id, guid, mid, flds, tags FROM notes ORDER BY id"
    ):
        fields = tuple(_text(values).split("\x1f"))
        place = f"{name}: {id}"
        if type not in types:
            raise refusal("damaged", name, f"note {id}: no note type {type}")
        notes.append(
            AnkiNote(
                _text(guid),
                types[type],
                fields,
                tuple(_text(tags).split()),
                homes.get(id, ""),
                place,
            )
        )
    return tuple(notes), counts


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value if value is not None else "")


def _old_types(connection: sqlite3.Connection) -> dict[int, AnkiType]:
    (models,) = connection.execute("SELECT models FROM col").fetchone()
    return {
        int(id): AnkiType(
            str(model["name"]),
            tuple(str(each["name"]) for each in model["flds"]),
            tuple((str(each["qfmt"]), str(each["afmt"])) for each in model["tmpls"]),
            cloze=model.get("type") == 1,
        )
        for id, model in json.loads(models).items()
    }


def _new_types(connection: sqlite3.Connection) -> dict[int, AnkiType]:
    fields = _grouped(connection, "SELECT ntid, name FROM fields ORDER BY ntid, ord")
    templates = _grouped(connection, "SELECT ntid, config FROM templates ORDER BY ntid, ord")
    return {
        id: AnkiType(
            name,
            tuple(map(_text, fields.get(id, ()))),
            tuple(map(_formats, templates.get(id, ()))),
            cloze=protobuf.number(protobuf.fields(config), 1) == 1,
        )
        for id, name, config in connection.execute("SELECT id, name, config FROM notetypes")
    }


def _grouped(connection: sqlite3.Connection, query: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for id, value in connection.execute(query):
        found.setdefault(id, []).append(value)
    return found


def _formats(config: bytes) -> tuple[str, str]:
    message = protobuf.fields(config)
    return protobuf.text(message, 1), protobuf.text(message, 2)


def _decks(connection: sqlite3.Connection, tables: set[str]) -> dict[int, str]:
    if "decks" in tables:
        return {
            id: _text(name).replace("\x1f", "::")
            for id, name in connection.execute("SELECT id, name FROM decks")
        }
    (decks,) = connection.execute("SELECT decks FROM col").fetchone()
    return {int(id): str(deck["name"]) for id, deck in json.loads(decks).items()}
