"""Reads a deck as CrowdAnki exports it: a JSON file, and ``media/`` beside it.

https://github.com/Stvad/CrowdAnki describes the add-on that writes it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from deckpress.importing.anki.collection import AnkiCollection, AnkiNote, AnkiType
from deckpress.importing.note import refusal


def read_crowdanki(data: bytes, name: str, find: Callable[[str], bytes | None]) -> AnkiCollection:
    """The collection in the bytes of ``deck.json``; `find` gives the files beside it.

    Raises:
        RefusedError: it is no such file.
    """
    try:
        deck = json.loads(data)
        json.dumps(deck, ensure_ascii=False).encode()  # half a pair of surrogates is no text
    except (ValueError, RecursionError) as error:
        raise refusal("no-json", name, error) from error
    if not isinstance(deck, dict) or not isinstance(deck.get("notes"), list):
        raise refusal("no-crowdanki", name)
    try:
        types: dict[str, AnkiType] = {}
        _collect_types(deck, types)
        notes = tuple(_notes(deck, "", types, name))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise refusal("damaged", name, error) from error
    return AnkiCollection(notes, lambda file: find(f"media/{file}"))


def _collect_types(deck: Mapping[str, Any], types: dict[str, AnkiType]) -> None:
    for model in deck.get("note_models", ()):
        fields = sorted(model["flds"], key=lambda each: each.get("ord", 0))
        types[model["crowdanki_uuid"]] = AnkiType(
            str(model["name"]),
            tuple(str(each["name"]) for each in fields),
            tuple((str(each["qfmt"]), str(each["afmt"])) for each in model["tmpls"]),
            cloze=model.get("type") == 1,
        )
    for child in deck.get("children", ()):
        _collect_types(child, types)


def _notes(
    deck: Mapping[str, Any], above: str, types: Mapping[str, AnkiType], name: str
) -> Iterator[AnkiNote]:
    path = f"{above}::{deck['name']}" if above else str(deck["name"])
    for note in deck.get("notes", ()):
        yield AnkiNote(
            str(note["guid"]),
            types[note["note_model_uuid"]],
            tuple(map(str, note["fields"])),
            tuple(map(str, note.get("tags", ()))),
            path,
            f"{name}: {note['guid']}",
        )
    for child in deck.get("children", ()):
        yield from _notes(child, path, types, name)
