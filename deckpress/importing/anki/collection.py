"""What all of Anki's formats hold: note types, notes, decks, and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AnkiType:
    """A note type. `templates` are pairs of the question's and the answer's format."""

    name: str
    fields: tuple[str, ...]
    templates: tuple[tuple[str, str], ...]
    cloze: bool = False


@dataclass(frozen=True, slots=True)
class AnkiNote:
    """A note as Anki has it. `deck` is its deck's name, with ``::`` between levels."""

    guid: str
    type: AnkiType
    values: tuple[str, ...]
    tags: tuple[str, ...]
    deck: str
    place: str


@dataclass(frozen=True, slots=True)
class AnkiCollection:
    """Notes, and what finds their files. `counts` are things of the learner that stay in Anki."""

    notes: Sequence[AnkiNote]
    find: Callable[[str], bytes | None]
    counts: Mapping[str, int] = field(default_factory=dict)
