"""The note types as genanki models, made from ``schema.toml``, the templates and the styles."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import genanki

from deckpress.model import CardKind
from exporters.anki.html_templates import render
from exporters.anki.package import Model
from exporters.theme import FONTS, scoped, stylesheet

_HERE = Path(__file__).parent
_SCHEMA: dict[str, Any] = tomllib.loads((_HERE / "schema.toml").read_text("utf-8"))

# The names of every note's fields, in their order.
FIELDS: tuple[str, ...] = tuple(field["name"] for field in _SCHEMA["fields"])

_FONTS = ("JetBrainsMono-Regular", "JetBrainsMono-Bold")

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
def fonts() -> Mapping[str, bytes]:
    """The files of the code's font by their names in Anki's media folder.

    Anki never takes a file for unused whose name begins with ``_``, nor replaces one on a later
    import: with its hash in the name, another font is another file.
    """
    found = {}
    for name in _FONTS:
        data = (FONTS / f"{name}.ttf").read_bytes()
        found[f"_{name}-{sha256(data).hexdigest()[:8]}.ttf"] = data
    return found


@cache
def style() -> str:
    """The one style sheet of all note types."""
    faces = (_HERE / "font.css").read_text("utf-8")
    for name in fonts():
        faces = faces.replace(f"{name[1:].rpartition('-')[0]}.ttf", name)
    own = [(_HERE / name).read_text("utf-8") for name in ("card.css", "labels.css")]
    return "\n".join(
        (
            faces,
            stylesheet("scale", "light"),
            scoped("dark", _NIGHT),
            stylesheet("content", "code"),
            *own,
        )
    )
