"""The note types as genanki models, made of ``schema.toml``, the templates and the style sheets."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from deckpress.model import CardKind, PartName
from deckpress.reading.part_names import part_label
from exporters.anki.html_templates import render
from exporters.anki.library import genanki
from exporters.anki.package import NoteType
from exporters.theme import FONTS, scoped_stylesheet, stylesheet, words

_HERE = Path(__file__).parent
_SCHEMA: dict[str, Any] = tomllib.loads((_HERE / "schema.toml").read_text("utf-8"))

# The field names, the same for all note types, in order.
FIELDS: tuple[str, ...] = tuple(field["name"] for field in _SCHEMA["fields"])

# The field that is the learner's own. Authors leave it empty.
LEARNERS_FIELD: str = _SCHEMA["learners_field"]

# The fields with the named parts of an answer.
PART_FIELDS = {
    PartName.WHY: "Why",
    PartName.EXAMPLE: "Example",
    PartName.FOLLOW_UP: "FollowUp",
    PartName.PITFALL: "Pitfall",
    PartName.SOURCES: "Sources",
}

_FONTS = ("JetBrainsMono-Regular", "JetBrainsMono-Bold")

# In dark mode, Anki sets the first class on the body; AnkiDroid sets the second, or both.
_NIGHT_SELECTOR = ".nightMode, .night_mode"


@cache
def note_type(kind: CardKind) -> NoteType:
    """The note type for cards of `kind`, the same for every deck and language."""
    schema = _SCHEMA[kind.value]
    return NoteType(
        schema["id"],
        schema["name"],
        # Copies, because genanki changes the dictionaries.
        fields=[dict(field) for field in _SCHEMA["fields"]],
        templates=[
            {
                "id": template["id"],
                "name": template["name"],
                "qfmt": _side(template["file"], "front"),
                "afmt": _side(template["file"], "back"),
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


def _side(file: str, side: str) -> str:
    """The front or back of the cards of a template, with Anki's placeholders for the fields."""
    parts = [(field, part.value) for part, field in PART_FIELDS.items()]
    parts.append((LEARNERS_FIELD, "my-notes"))
    return render(f"{file}.html", side=side, label=_label, parts=parts)


def _label(key: str, **values: str) -> Markup:
    """The word `key` in the language of the note.

    It is text, so that it is copied and read aloud. Anki's templates can only ask whether a field
    is filled: ``Chinese`` is if the note is in Chinese, else the word is in English. `values`
    are filled into the word.
    """
    chinese, english = (escape(_word(key, lang).format(**values)) for lang in ("zh-CN", "en"))
    return Markup("{{#Chinese}}%s{{/Chinese}}{{^Chinese}}%s{{/Chinese}}") % (chinese, english)


def _word(key: str, lang: str) -> str:
    parts = {part.value: part for part in PART_FIELDS}
    return part_label(parts[key], lang) if key in parts else words(lang)[key]


@cache
def fonts() -> Mapping[str, bytes]:
    """The font files for code, by their names in Anki's media folder.

    Anki never reports a file as unused if its name begins with ``_``. Nor does it replace such a
    file on a later import. So the name has a hash of the font: another font is another file.
    """
    found = {}
    for name in _FONTS:
        data = (FONTS / f"{name}.ttf").read_bytes()
        found[f"_{name}-{sha256(data).hexdigest()[:8]}.ttf"] = data
    return found


@cache
def style() -> str:
    """The style sheet of all note types."""
    faces = (_HERE / "font.css").read_text("utf-8")
    for name in fonts():
        faces = faces.replace(f"{name[1:].rpartition('-')[0]}.ttf", name)
    return "\n".join(
        (
            faces,
            stylesheet("scale", "light"),
            scoped_stylesheet("dark", _NIGHT_SELECTOR),
            stylesheet("content", "code"),
            (_HERE / "card.css").read_text("utf-8"),
        )
    )
