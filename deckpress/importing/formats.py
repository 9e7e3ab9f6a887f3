"""Recognises what an input is, and reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from deckpress.importing.anki import notes
from deckpress.importing.note import Harvest, Weight, refusal

# A LaTeX document, with comments above it.
_LATEX_DOCUMENT = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|%[^\n]*+\n)*+\\documentclass\b")
_HEAD = 20_000  # bytes in which a document says what it is


class InputFormat(StrEnum):
    """The kinds of input."""

    QUESTIONS = "questions"
    CARDS = "cards"
    TABLE = "table"
    ANKI = "anki"
    CROWDANKI = "crowdanki"


@dataclass(frozen=True, slots=True)
class Input:
    """A file that an author named: its name for messages, its bytes, and those beside it.

    `find` gives the bytes of a file by its path relative to this one, or None. It never leaves the
    folder.
    """

    name: str
    data: bytes
    find: Callable[[str], bytes | None]


def read_input(
    source: Input, maps: Mapping[str, Mapping[str, str]], form: InputFormat | None = None
) -> Harvest:
    """All that can be taken from an input; `maps` are those of ``--map``.

    Raises:
        RefusedError: it cannot be imported.
    """
    if not source.data.strip():
        raise refusal("empty", source.name)
    found = _read(source, maps, form)
    if not found.notes and all(r.weight is not Weight.REFUSED for r in found.remarks):
        raise refusal("nothing", source.name)
    return found


def _read(
    source: Input, maps: Mapping[str, Mapping[str, str]], form: InputFormat | None
) -> Harvest:
    match form or recognise(source):
        case InputFormat.ANKI:
            from deckpress.importing.anki.package import read_package

            collection = read_package(source.data, source.name)
            return notes.harvest(collection, source.name, maps)
        case InputFormat.CROWDANKI:
            from deckpress.importing.anki.crowdanki import read_crowdanki

            collection = read_crowdanki(source.data, source.name, source.find)
            return notes.harvest(collection, source.name, maps)
        case InputFormat.TABLE:
            from deckpress.importing.table import read_table

            return read_table(source.data, source.name, source.find, maps)
        case InputFormat.CARDS:
            from deckpress.importing.card_markdown import read_cards

            return read_cards(source.data, source.name, source.find)
        case InputFormat.QUESTIONS:
            from deckpress.importing.questions import read_questions

            return read_questions(source.data, source.name, source.find)


def recognise(source: Input) -> InputFormat:
    """What an input is, by its content and the ending of its name.

    Raises:
        RefusedError: it is none of the formats.
    """
    ending = source.name.lower().rpartition(".")[2]
    if ending in ("tex", "latex", "ltx") or _LATEX_DOCUMENT.match(source.data[:_HEAD]):
        raise refusal("latex-source", source.name)
    if source.data.startswith(b"PK") or ending in ("apkg", "colpkg"):
        return InputFormat.ANKI
    if source.data.startswith(b"SQLite format 3"):
        raise refusal("bare-database", source.name)
    if ending == "json" or (ending not in ("md", "markdown") and source.data[:1] == b"{"):
        return InputFormat.CROWDANKI
    if ending in ("csv", "tsv", "txt") or source.data.startswith((b"#separator:", b"#html:")):
        return InputFormat.TABLE
    if ending in ("md", "markdown"):
        from deckpress.importing.card_markdown import has_card_syntax

        return InputFormat.CARDS if has_card_syntax(source.data) else InputFormat.QUESTIONS
    raise refusal("unknown-format", source.name)
