"""The note types against the lock: what every learner's collection already knows."""

from __future__ import annotations

import json
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any

import exporters.anki
from deckpress.model import CardKind
from exporters.anki import note_types

HERE = Path(exporters.anki.__file__).parent
SCHEMA: dict[str, Any] = tomllib.loads((HERE / "schema.toml").read_text("utf-8"))
LOCK: dict[str, Any] = json.loads((HERE / "schema.lock.json").read_text("utf-8"))


def identity() -> dict[str, Any]:
    """What Anki compares: ids and their order. A name may change, for Anki follows the id."""
    return {
        "fields": [field["id"] for field in SCHEMA["fields"]],
        "types": {
            kind.value: {
                "id": SCHEMA[kind.value]["id"],
                "templates": [template["id"] for template in SCHEMA[kind.value]["templates"]],
            }
            for kind in CardKind
        },
    }


def looks() -> dict[str, Any]:
    """A hash of all templates and styles, and the time that goes with it."""
    types = [note_types.note_type(kind).to_json(0, None) for kind in CardKind]
    shown = [(type["name"], type["css"], type["tmpls"], type["flds"]) for type in types]
    digest = sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()
    return {"changed": SCHEMA["changed"], "sha256": digest}


def test_the_note_types_are_those_that_learners_have() -> None:
    assert identity() == LOCK["identity"], (
        "Fields, templates or ids differ from those that were released: no note that a learner has "
        "would ever be updated again. A new need takes one of the spare fields. If it has to be, "
        f"put this into schema.lock.json; the next release is then a major one: {identity()}"
    )


def test_a_learners_templates_are_replaced_when_ours_change_and_only_then() -> None:
    found, locked = looks(), LOCK["looks"]
    if found["sha256"] == locked["sha256"]:
        assert found["changed"] == locked["changed"], (
            "`changed` in schema.toml has moved, but no template or style did: Anki would replace "
            "what learners edited for nothing."
        )
    else:
        assert found["changed"] > locked["changed"], (
            "Templates or styles have changed, and Anki takes them only if they are younger: move "
            "`changed` in schema.toml forward to now (Unix seconds)."
        )
    assert found == locked, f"Put this into schema.lock.json as `looks`: {json.dumps(found)}"


def test_there_is_room_for_what_nobody_has_thought_of() -> None:
    names = [field["name"] for field in SCHEMA["fields"]]
    assert len([name for name in names if name.startswith("Extra")]) == 6
    assert {"Typed", "QuestionAudio", "AnswerAudio"} <= set(names)
    assert names[-1] == SCHEMA["learners_field"], "a text import leaves only the last ones alone"
    assert len(set(LOCK["identity"]["fields"])) == len(names)
