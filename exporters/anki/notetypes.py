"""The note types as genanki models, made from ``schema.toml``, the templates and the styles."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import genanki

from deckpress.model import CardKind
from exporters.anki.frames import render
from exporters.anki.package import Model
from exporters.theme import scoped, stylesheet

_HERE = Path(__file__).parent
_SCHEMA: dict[str, Any] = tomllib.loads((_HERE / "schema.toml").read_text("utf-8"))

# The names of every note's fields, in their order.
FIELDS: tuple[str, ...] = tuple(field["name"] for field in _SCHEMA["fields"])

# Anki marks the body in dark mode with the first, AnkiDroid with the second, or with both.
_NIGHT = ".nightMode, .night_mode"


@cache
def model(kind: CardKind) -> Model:
    """The note type for cards of this kind, the same for every deck and language."""
    schema = _SCHEMA[kind.value]
    return Model(
        schema["id"],
        schema["name"],
        # Copies, because genanki writes into what it is given.
        fields=[dict(field) for field in _SCHEMA["fields"]],
        templates=[
            {
                "id": template["id"],
                "name": template["name"],
                "qfmt": render(f"{template['file']}.html", side="front"),
                "afmt": render(f"{template['file']}.html", side="back"),
                "bqfmt": template["question"],
                "bafmt": template["answer"],
            }
            for template in schema["templates"]
        ],
        css=style(),
        model_type=genanki.Model.CLOZE if kind is CardKind.CLOZE else genanki.Model.FRONT_BACK,
        sort_field_index=FIELDS.index(_SCHEMA["sort_field"]),
        changed=_SCHEMA["changed"],
    )


@cache
def style() -> str:
    """The one style sheet of all note types."""
    own = [(_HERE / name).read_text("utf-8") for name in ("card.css", "labels.css")]
    return "\n".join(
        (
            stylesheet("scale", "light"),
            scoped("dark", _NIGHT),
            stylesheet("content", "code"),
            *own,
        )
    )
