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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

import genanki
from genanki.apkg_col import APKG_COL
from genanki.apkg_schema import APKG_SCHEMA

# Both are in the header of every SQLite file; any value that a reader knows will do (3.40.1).
_SQLITE_VERSION = (3_040_001).to_bytes(4, "big")
_CHANGES = (1).to_bytes(4, "big")

# Milliseconds between the cards of one note: more notes than a release will ever add.
_BETWEEN_CARDS = 10_000_019

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_COMPRESSED = (".png", ".jpg", ".jpeg", ".gif", ".webp")


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


def pack(decks: Sequence[genanki.Deck], media: Mapping[str, bytes]) -> bytes:
    """An `.apkg` of these decks, whose notes are all `Note`, and the files that they show.

    `media` maps a file's flat name to its content.
    """
    names = sorted(media)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _add(archive, "collection.anki2", _collection(decks))
        index = {str(number): name for number, name in enumerate(names)}
        _add(archive, "media", json.dumps(index, ensure_ascii=False).encode())
        for number, name in enumerate(names):
            _add(archive, str(number), media[name], packed=name.lower().endswith(_COMPRESSED))
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, data: bytes, packed: bool = False) -> None:
    entry = zipfile.ZipInfo(name, _ZIP_TIME)
    entry.create_system = _UNIX
    entry.external_attr = 0o644 << 16
    entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)


def _collection(decks: Sequence[genanki.Deck]) -> bytes:
    models = {note.model.model_id: note.model for deck in decks for note in deck.notes}
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.execute("PRAGMA page_size = 4096")
        database.execute("PRAGMA secure_delete = ON")
        database.execute("BEGIN")
        for statement in (*APKG_SCHEMA.split(";"), APKG_COL):
            database.execute(statement)
        (known,) = database.execute("SELECT decks FROM col").fetchone()
        database.execute(
            "UPDATE col SET decks = ?, models = ?",
            (
                _json({**json.loads(known), **{str(d.deck_id): d.to_json() for d in decks}}),
                _json({str(n): models[n].to_json(models[n].changed, None) for n in sorted(models)}),
            ),
        )
        database.executemany(f"INSERT INTO notes VALUES ({_marks(11)})", _notes(decks))
        database.executemany(f"INSERT INTO cards VALUES ({_marks(18)})", _cards(decks))
        database.execute("COMMIT")
        database.execute("VACUUM")
        data = bytearray(database.serialize())
    # https://www.sqlite.org/fileformat2.html: change counter, and what it and who wrote it was.
    data[24:28] = data[92:96] = _CHANGES
    data[96:100] = _SQLITE_VERSION
    return bytes(data)


def _marks(count: int) -> str:
    return ", ".join("?" * count)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _notes(decks: Sequence[genanki.Deck]) -> Iterator[tuple[object, ...]]:
    for _, note in _in_order(decks):
        yield (
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


def _cards(decks: Sequence[genanki.Deck]) -> Iterator[tuple[object, ...]]:
    """The first card of a note has the note's number; another one has the next that is free."""
    taken = {note.number for _, note in _in_order(decks)}
    for deck, note in _in_order(decks):
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


def _in_order(decks: Sequence[genanki.Deck]) -> Iterator[tuple[genanki.Deck, Note]]:
    for deck in decks:
        for note in deck.notes:
            yield deck, note
