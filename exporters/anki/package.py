"""What genanki cannot do. It stays the model layer; this writes its models, decks and notes.

genanki 0.13                                            here
- one time for all notes and note types of a package    a note and a type have each their own
- which cards a note has is guessed from the template,  `ords` says it; no template is rendered
  wrongly with filters, and by rendering it a hundred
  times
- every deck parses and writes all decks again, so the  written once
  time grows with the square of their number
- a database in a temporary file, which stays behind    a database in memory
- media by path, in the order of a set; files stored    media by content, sorted, deflated
  as they are
- the bytes depend on the clock and on SQLite's version fixed times, a pinned header
"""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any, TypeAlias

import genanki
from genanki.apkg_col import APKG_COL
from genanki.apkg_schema import APKG_SCHEMA

# Both are in the header of every SQLite file; any value that a reader knows will do (3.40.1).
_SQLITE_VERSION = (3_040_001).to_bytes(4, "big")
_CHANGES = (1).to_bytes(4, "big")

# Milliseconds between the cards of one note: more notes than a release will ever add.
_BETWEEN_CARDS = 10_000_019

# A quarter of the time of zlib's own level, for a third more bytes: writing keeps up with genanki,
# which packs nothing, and the file has an eighth of its size.
_LEVEL = 2
_PART = 1 << 20

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_COMPRESSED = (".png", ".jpg", ".jpeg", ".gif", ".webp")


Buffer: TypeAlias = bytes | memoryview


class Model(genanki.Model):  # type: ignore[misc]
    """A note type with a time of its own: Unix seconds, moved only when it changes."""

    # Anki works this out itself on import. It has to be there, and genanki's way is slow.
    _req: tuple[()] = ()

    def __init__(self, *args: Any, changed: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.changed = changed


class Note(genanki.Note):  # type: ignore[misc]
    """A note with a time (Unix seconds) and a number of its own that says which cards it has.

    Anki shows the number as the note's creation, in milliseconds.
    """

    def __init__(
        self, *args: Any, modified: int, number: int, ords: Sequence[int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.modified = modified
        self.number = number
        self.cards = [genanki.Card(ord) for ord in ords]


_Pair: TypeAlias = tuple[genanki.Deck, Note]


def pack(decks: Sequence[genanki.Deck], media: Mapping[str, bytes]) -> bytes:
    """An `.apkg` of these decks, whose notes are all `Note`, and the files that they show.

    `media` maps a file's flat name to its content.
    """
    names = sorted(media)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _add(archive, "collection.anki2", _collection(decks))
        index = {str(number): name for number, name in enumerate(names)}
        _add(archive, "media", [json.dumps(index, ensure_ascii=False).encode()])
        for number, name in enumerate(names):
            _add(archive, str(number), [media[name]], packed=name.lower().endswith(_COMPRESSED))
    return buffer.getvalue()


def _add(
    archive: zipfile.ZipFile, name: str, parts: Iterable[Buffer], packed: bool = False
) -> None:
    entry = zipfile.ZipInfo(name, _ZIP_TIME)
    entry.create_system = _UNIX
    entry.external_attr = 0o644 << 16
    entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    entry._compresslevel = _LEVEL  # type: ignore[attr-defined]  # no argument of `open` sets it
    with archive.open(entry, "w") as file:
        for part in parts:
            file.write(part)


def _collection(decks: Sequence[genanki.Deck]) -> Iterator[Buffer]:
    """The database's bytes, in parts: of a hundred thousand notes it has two hundred megabytes."""
    data = memoryview(_database(decks))
    # https://www.sqlite.org/fileformat2.html: change counter, and what it and who wrote it was.
    yield from (data[:24], _CHANGES, data[28:92], _CHANGES, _SQLITE_VERSION)
    for start in range(100, len(data), _PART):
        yield data[start : start + _PART]


def _database(decks: Sequence[genanki.Deck]) -> bytes:
    tables, *indexes = APKG_SCHEMA.split("CREATE INDEX")
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.execute("PRAGMA page_size = 4096")
        # What a page held before is memory of this process, and no two have the same.
        database.execute("PRAGMA secure_delete = ON")
        database.execute("BEGIN")
        for statement in tables.split(";"):
            database.execute(statement)
        _insert(database, "col", 13, [_settings(decks)])
        # In the order of their numbers, so that every page is filled.
        pairs = sorted(_pairs(decks), key=lambda pair: pair[1].number)
        _insert(database, "notes", 11, map(_note, pairs))
        _insert(database, "cards", 18, _cards(pairs))
        for statement in indexes:
            database.execute(f"CREATE INDEX {statement}")
        database.execute("COMMIT")
        return database.serialize()


def _insert(
    database: sqlite3.Connection, table: str, columns: int, rows: Iterable[tuple[object, ...]]
) -> None:
    marks = ", ".join("?" * columns)
    database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _settings(decks: Sequence[genanki.Deck]) -> tuple[object, ...]:
    """The one row of settings: genanki's, with these decks and their note types."""
    with closing(sqlite3.connect(":memory:")) as scratch:
        scratch.executescript(APKG_SCHEMA.partition(";")[0])
        scratch.execute(APKG_COL)
        scratch.row_factory = sqlite3.Row
        row = dict(scratch.execute("SELECT * FROM col").fetchone())
    models = {note.model.model_id: note.model for deck in decks for note in deck.notes}
    known = json.loads(row["decks"])
    row["decks"] = _json({**known, **{str(d.deck_id): d.to_json() for d in decks}})
    row["models"] = _json(
        {str(n): models[n].to_json(models[n].changed, None) for n in sorted(models)}
    )
    return tuple(row.values())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _pairs(decks: Sequence[genanki.Deck]) -> Iterator[_Pair]:
    for deck in decks:
        for note in deck.notes:
            yield deck, note


def _note(pair: _Pair) -> tuple[object, ...]:
    _, note = pair
    return (
        note.number,
        note.guid,
        note.model.model_id,
        note.modified,
        -1,
        note._format_tags(),
        note._format_fields(),
        note.sort_field,
        0,  # the checksum, which Anki fills in
        0,
        "",
    )


def _cards(pairs: Sequence[_Pair]) -> Iterator[tuple[object, ...]]:
    """The first card of a note has the note's number; another one has the next that is free."""
    taken = {note.number for _, note in pairs}
    for deck, note in pairs:
        number = note.number
        for position, card in enumerate(note.cards):
            while position and number in taken:
                number += _BETWEEN_CARDS
            taken.add(number)
            yield (
                *(number, note.number, deck.deck_id, card.ord, note.modified, -1),
                *(0, 0, note.due),  # new, in this place among the new ones
                *(0,) * 8,
                "",
            )
