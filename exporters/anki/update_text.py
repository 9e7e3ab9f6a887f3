"""The notes as a text file for Anki's import, for learners with tags and fields of their own.

A package replaces the whole note if its author changed it. A text import only sets the fields that
have a column: without columns for tags and for `LEARNERS_FIELD`, the learner's own tags and notes
stay.
https://docs.ankiweb.net/importing/text-files.html
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from exporters.anki.library import genanki
from exporters.anki.note_types import FIELDS, LEARNERS_FIELD

# Anki goes by the order of the columns, not by their names: a field is left out only at the end.
_COLUMNS = FIELDS[: FIELDS.index(LEARNERS_FIELD)]

# Note types are given by id, since a learner may have renamed them.
_HEAD = (
    "#separator:tab",
    "#html:true",
    "#if matches:update current",
    # Not the first column: a line that starts with `#` is a comment, and so may a guid.
    "#notetype column:1",
    "#guid column:2",
    "#deck column:3",
)


def update(decks: Iterable[genanki.Deck], version: str) -> bytes:
    """The text file with one line for each note of `decks`; `version` is written in its head.

    Notes are matched by guid. New notes go to their deck; a note that a learner has stays in its
    deck. The collection must already have the note types. The file has no figures.
    """
    text = io.StringIO()
    columns = "\t".join(("Notetype", "GUID", "Deck", *_COLUMNS))
    text.writelines(f"{line}\n" for line in (*_HEAD, f"#version:{version}", f"#columns:{columns}"))
    lines = csv.writer(text, "excel-tab", lineterminator="\n")
    for deck in decks:
        for note in deck.notes:
            shown = note.fields[: len(_COLUMNS)]
            lines.writerow((note.model.model_id, note.guid, deck.name, *shown))
    return text.getvalue().encode()
