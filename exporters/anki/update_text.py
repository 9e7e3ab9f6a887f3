"""The notes as a text file that Anki imports, for learners who keep tags and fields of their own.

A package replaces the whole note when its author changed it. A text import sets the fields that
have a column and nothing else: without a column for tags, the learner's own stay.
https://docs.ankiweb.net/importing/text-files.html
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import genanki

from exporters.anki.note_types import FIELDS

# A note type goes by its id: the learner may have given it another name.
_HEAD = (
    "#separator:tab",
    "#html:true",
    "#if matches:update current",
    "#guid column:1",
    "#notetype column:2",
    "#deck column:3",
)


def update(decks: Iterable[genanki.Deck], version: str) -> bytes:
    """All notes of `decks`, a line each, by their guids; `version` stands in the head.

    New notes go to their deck; those that a learner has stay in theirs. The note types have to be
    in the collection already, and figures are not in the file.
    """
    text = io.StringIO()
    columns = "\t".join(("GUID", "Notetype", "Deck", *FIELDS))
    text.writelines(f"{line}\n" for line in (*_HEAD, f"#version:{version}", f"#columns:{columns}"))
    lines = csv.writer(text, "excel-tab", lineterminator="\n")
    for deck in decks:
        for note in deck.notes:
            lines.writerow((note.guid, note.model.model_id, deck.name, *note.fields))
    return text.getvalue().encode()
