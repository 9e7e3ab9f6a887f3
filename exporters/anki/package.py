"""Writes an Anki package from genanki's decks, notes and models, and does what genanki cannot.

genanki 0.13                                            here
- one time for all notes and note types of a package    a note and a type have each their own
- guesses which cards a note has from its template, by  `ords` lists them; no template is rendered
  rendering it a hundred times; wrong with filters
- every deck parses and writes all decks again, so the  all decks are written once
  time grows with the square of their number
- a database in a temporary file, which is left behind  a database in memory
- media by path, in the order of a set; files are not   media by content, sorted, deflated
  compressed
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

from exporters.anki.library import APKG_COL, APKG_SCHEMA, genanki

# Header fields of every SQLite file. Any version that readers know will do (here 3.40.1).
_SQLITE_VERSION = (3_040_001).to_bytes(4, "big")
_CHANGE_COUNTER = (1).to_bytes(4, "big")

# The difference between the ids of two cards of one note, in milliseconds. It is larger than the
# number of notes that a release will ever add.
_CARD_ID_STEP = 10_000_019

# Takes a quarter of the time of zlib's default level, for a third more bytes. So writing is as fast
# as with genanki, which compresses nothing, and the file has an eighth of the size.
_ZIP_LEVEL = 2
_BLOCK_BYTES = 1 << 20  # the database is written to the archive in blocks of this size

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_CREATED_ON_UNIX = 3
_ALREADY_PACKED = (".png", ".jpg", ".jpeg", ".gif", ".webp")


Buffer: TypeAlias = bytes | memoryview


class NoteType(genanki.Model):  # type: ignore[misc]
    """A note type with its own modification time `changed`, in Unix seconds."""

    # Anki computes this on import. It has to be present, and genanki computes it slowly.
    _req: tuple[()] = ()

    def __init__(self, *args: Any, changed: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.changed = changed


class Note(genanki.Note):  # type: ignore[misc]
    """A note with its own modification time, id and cards.

    `modified` is in Unix seconds. `note_id` is in Unix milliseconds; Anki shows it as the time of
    creation. `ords` are the cards that the note has (see `NoteFiller.ords`).
    """

    def __init__(
        self, *args: Any, modified: int, note_id: int, ords: Sequence[int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.modified = modified
        self.note_id = note_id
        self.cards = [genanki.Card(ord) for ord in ords]


_DeckAndNote: TypeAlias = tuple[genanki.Deck, Note]


def pack(decks: Sequence[genanki.Deck], media: Mapping[str, bytes]) -> bytes:
    """The bytes of an `.apkg` with these `decks`, whose notes are all `Note`, and their media.

    `media` maps the name of each media file to its content.
    """
    names = sorted(media)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _add_file(archive, "collection.anki2", _collection_bytes(decks))
        index = {str(number): name for number, name in enumerate(names)}
        _add_file(archive, "media", [json.dumps(index, ensure_ascii=False).encode()])
        for number, name in enumerate(names):
            _add_file(
                archive, str(number), [media[name]], packed=name.lower().endswith(_ALREADY_PACKED)
            )
    return buffer.getvalue()


def _add_file(
    archive: zipfile.ZipFile, name: str, parts: Iterable[Buffer], packed: bool = False
) -> None:
    entry = zipfile.ZipInfo(name, _ZIP_TIME)
    entry.create_system = _CREATED_ON_UNIX
    entry.external_attr = 0o644 << 16
    entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    entry._compresslevel = _ZIP_LEVEL  # type: ignore[attr-defined]  # no argument of `open` sets it
    with archive.open(entry, "w") as file:
        for part in parts:
            file.write(part)


def _collection_bytes(decks: Sequence[genanki.Deck]) -> Iterator[Buffer]:
    """The bytes of the database, in blocks: with 100,000 notes it takes 200 MB."""
    data = memoryview(_database(decks))
    # https://www.sqlite.org/fileformat2.html: the file change counter, the change counter for
    # which the version number is valid, and the version of SQLite that wrote the file.
    yield from (data[:24], _CHANGE_COUNTER, data[28:92], _CHANGE_COUNTER, _SQLITE_VERSION)
    for start in range(100, len(data), _BLOCK_BYTES):
        yield data[start : start + _BLOCK_BYTES]


def _database(decks: Sequence[genanki.Deck]) -> bytes:
    """The collection as an SQLite database."""
    tables, *indexes = APKG_SCHEMA.split("CREATE INDEX")
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.execute("PRAGMA page_size = 4096")
        # Otherwise unused bytes of a page hold old data, which differs from run to run.
        database.execute("PRAGMA secure_delete = ON")
        database.execute("BEGIN")
        for statement in tables.split(";"):
            database.execute(statement)
        _insert(database, "col", 13, [_collection_row(decks)])
        # Sorted by id, so that SQLite fills every page.
        pairs = sorted(_notes_with_decks(decks), key=lambda pair: pair[1].note_id)
        _insert(database, "notes", 11, map(_note_row, pairs))
        _insert(database, "cards", 18, _card_rows(pairs))
        for statement in indexes:
            database.execute(f"CREATE INDEX {statement}")
        database.execute("COMMIT")
        return database.serialize()


def _insert(
    database: sqlite3.Connection, table: str, columns: int, rows: Iterable[tuple[object, ...]]
) -> None:
    marks = ", ".join("?" * columns)
    database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _collection_row(decks: Sequence[genanki.Deck]) -> tuple[object, ...]:
    """The only row of the table ``col``: genanki's settings, with `decks` and their note types."""
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


def _notes_with_decks(decks: Sequence[genanki.Deck]) -> Iterator[_DeckAndNote]:
    for deck in decks:
        for note in deck.notes:
            yield deck, note


def _note_row(pair: _DeckAndNote) -> tuple[object, ...]:
    _, note = pair
    return (
        note.note_id,
        note.guid,
        note.model.model_id,
        note.modified,
        -1,
        note._format_tags(),
        note._format_fields(),
        note.sort_field,
        0,  # the checksum; Anki computes it
        0,
        "",
    )


def _card_rows(pairs: Sequence[_DeckAndNote]) -> Iterator[tuple[object, ...]]:
    """The rows of the table ``cards``.

    The first card of a note has the note's id. Each further card has the next free id.
    """
    taken = {note.note_id for _, note in pairs}
    for deck, note in pairs:
        number = note.note_id
        for position, card in enumerate(note.cards):
            while position and number in taken:
                number += _CARD_ID_STEP
            taken.add(number)
            yield (
                *(number, note.note_id, deck.deck_id, card.ord, note.modified, -1),
                *(0, 0, note.due),  # a new card, at this position among the new ones
                *(0,) * 8,
                "",
            )
