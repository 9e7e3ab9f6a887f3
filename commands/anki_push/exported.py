"""The notes in a file that Anki has exported, with what finds them in Anki again."""

from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from commands.terminal.console import Failed
from commands.terminal.words import say

# In the order of age: of the two that Anki writes, the older one only says that it is too old.
_DATABASES = ("collection.anki21", "collection.anki2")


@dataclass(frozen=True, slots=True)
class OldNote:
    """A note as the learner has it: its id, that of its note type, and the numbers of its cards."""

    id: int
    note_type: int
    cards: frozenset[int]


def read_exported(path: Path) -> list[tuple[str, OldNote]]:
    """The guid of each note in an exported `.apkg`, and the note.

    Raises:
        Failed: it is none, or one that this program cannot read.
    """
    try:
        with zipfile.ZipFile(path) as archive, closing(sqlite3.connect(":memory:")) as database:
            name = next(name for name in _DATABASES if name in archive.namelist())
            data = archive.read(name)
            # As one that needs no file beside it. https://www.sqlite.org/fileformat2.html
            database.deserialize(data[:18] + b"\1\1" + data[20:])
            cards: dict[int, set[int]] = {}
            for note, number in database.execute("SELECT nid, ord FROM cards"):
                cards.setdefault(note, set()).add(number)
            rows = database.execute("SELECT guid, id, mid FROM notes").fetchall()
    except (OSError, zipfile.BadZipFile, StopIteration, sqlite3.Error) as error:
        raise Failed(say("adopt-export", path=path, reason=error)) from error
    return [
        (str(guid), OldNote(id, note_type, frozenset(cards.get(id, ()))))
        for guid, id, note_type in rows
    ]
