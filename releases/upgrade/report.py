"""What an upgrade does to learners, and the errors of an upgrade that cannot be proven."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Report:
    """What an upgrade does to learners. It is proven if there are no problems.

    `old` and `new` are the file names of the packages. `added`, `changed`, `unchanged` and
    `retired` count notes of the new package. `unsent` counts those of the unchanged notes that a
    newer renderer writes otherwise: learners keep what they have. `cards` and `reviews` count what
    all learners together had before the upgrade.
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
    learners: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class PackageError(ValueError):
    """A file is not an Anki package that can be compared; the message says why."""


class UnprovenError(Exception):
    """Learners would lose something; `report` says what."""

    def __init__(self, report: Report) -> None:
        super().__init__(report.problems)
        self.report = report
