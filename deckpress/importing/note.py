"""What the readers of all formats make: notes whose texts are Markdown of this program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from deckpress.model import CardKind, PartName


class Weight(StrEnum):
    """What a remark means: it was changed, it was lost, or it stays elsewhere and is counted.

    A refusal ends the import, unless the author leaves out what it is about.
    """

    CHANGED = "changed"
    LOST = "lost"
    KEPT = "kept"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that an author is told about a note: `key` is that of the sentence.

    `place` is where in the input, such as ``notes.md:12``. `detail` and `count` are its values.
    """

    weight: Weight
    key: str
    place: str
    detail: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class ForeignNote:
    """A note of another format. `question` is one line of Markdown, `answer` are blocks.

    The answer of a choice card has its task list, that of an ordered card its numbered list.
    `section` is empty if the input puts the note nowhere. `origin` finds the note again in a newer
    version of the input. `guid` is empty if learners cannot have it.
    """

    place: str
    origin: str
    kind: CardKind
    question: str
    answer: str
    section: str = ""
    parts: tuple[tuple[PartName, str], ...] = ()
    tags: tuple[str, ...] = ()
    guid: str = ""


@dataclass(frozen=True, slots=True)
class Harvest:
    """All that was read from an input.

    `pictures` and `attachments` are by their path beside the deck. `title` is empty if the input
    has none.
    """

    notes: Sequence[ForeignNote] = ()
    remarks: Sequence[Remark] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    title: str = ""
    introductions: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """An input that cannot be imported; `remarks` are all the reasons."""

    def __init__(self, *remarks: Remark) -> None:
        super().__init__(", ".join(f"{remark.place}: {remark.key}" for remark in remarks))
        self.remarks = remarks


def refusal(key: str, place: str, detail: object = "") -> RefusedError:
    """The error with one reason."""
    return RefusedError(Remark(Weight.REFUSED, key, place, str(detail)))
