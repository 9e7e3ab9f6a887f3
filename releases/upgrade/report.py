"""What an upgrade does to learners, and the errors of an upgrade that cannot be proven."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class CardFate(StrEnum):
    """What an upgrade does to what a card asks."""

    ADDED = "added"
    REWORDED = "reworded"
    EMPTY = "empty"  # it asks nothing any more
    OTHER = "other"  # it asks what another card asked: the progress is on the wrong card


@dataclass(frozen=True, slots=True)
class CardChange:
    """A card, and what it asks before and after an upgrade."""

    card: str
    fate: CardFate
    before: str
    after: str


@dataclass(slots=True)
class Report:
    """What an upgrade does to learners. It is proven if there are no problems.

    `old` and `new` are the file names of the packages. `added`, `changed`, `unchanged` and
    `retired` count notes of the new package. `unsent` counts those of the unchanged notes that a
    newer renderer writes otherwise: learners keep what they have. `cards` and `reviews` count what
    all learners together had before the upgrade. `asking` counts the cards that ask the same as
    before, and `changes` has those that do not, one by one.
    """

    old: str
    new: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    unsent: int = 0
    retired: int = 0
    cards: int = 0
    reviews: int = 0
    asking: int = 0
    changes: list[CardChange] = field(default_factory=list)
    learners: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def count(self, fate: CardFate) -> int:
        """How many cards have this fate."""
        return sum(change.fate is fate for change in self.changes)


class PackageError(ValueError):
    """A file is not an Anki package that can be compared; the message says why."""


class UnprovenError(Exception):
    """Learners would lose something; `report` says what."""

    def __init__(self, report: Report) -> None:
        super().__init__(report.problems)
        self.report = report
