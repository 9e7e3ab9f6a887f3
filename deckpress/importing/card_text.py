"""Writes a foreign note as a card of a source."""

from __future__ import annotations

import re
from collections.abc import Collection

from deckpress.importing.markup.inline_markdown import code, fence, heading_text
from deckpress.importing.note import ForeignNote
from deckpress.model import CardKind, PartName
from deckpress.reading.attributes import RETIRED
from deckpress.reading.part_names import answer_label, part_label

# Tags that Anki gives a note for its learner.
_LEARNERS = frozenset({"leech", "marked"})
_RESERVED = frozenset({*(kind.value for kind in CardKind), RETIRED})


def card_text(note: ForeignNote, lang: str, tags: Collection[str], id: str = "") -> str:
    """The Markdown of a card, with a blank line at its end. `tags` are those that it may have."""
    attributes = [f"#{id}"] if id else []
    if note.kind is not CardKind.BASIC:
        attributes.append(f".{note.kind.value}")
    attributes += [f".{name}" for name in dict.fromkeys(map(tag_name, note.tags)) if name in tags]
    title = heading_text(" ".join(note.question.split()))
    head = f"## {title} {{{' '.join(attributes)}}}" if attributes else f"## {title}"
    blocks = [head]
    answer = [note.answer] if note.answer else []
    parts = dict(note.parts)
    if prompt := parts.pop(PartName.PROMPT, ""):
        blocks += (f"### {part_label(PartName.PROMPT, lang)}", prompt)
        answer[:0] = [f"### {answer_label(lang)}"] if answer else []
    blocks += answer
    for part, text in parts.items():
        blocks += (f"### {part_label(part, lang)}", text)
    return "\n\n".join(blocks) + "\n\n"


def tag_name(tag: str) -> str:
    """A tag as a source can have it; empty if it is not the author's, or nothing of it is left."""
    if tag.lower() in _LEARNERS:
        return ""
    name = re.sub(r"[^\w-]+", "-", tag.replace("::", "-")).strip("-")
    return f"{name}-" if name in _RESERVED else name


def as_plain(note: ForeignNote) -> ForeignNote:
    """The note with its texts as they stand, for one whose Markdown the checks refuse."""
    return ForeignNote(
        place=note.place,
        origin=note.origin,
        kind=CardKind.BASIC,
        question=code(note.question),
        answer=fence(note.answer or note.question, "text"),
        section=note.section,
        parts=tuple((part, fence(text, "text")) for part, text in note.parts),
        tags=note.tags,
        guid=note.guid,
    )
