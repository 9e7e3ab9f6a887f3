"""What an upgrade does to learners, and what says that it cannot be told or must not be."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Report:
    """What an upgrade does to learners; it is proven if there is no problem.

    `added`, `changed`, `unchanged` and `retired` count notes of the new package. `cards` and
    `reviews` count what all the learners together had.
    """

    old: str
    new: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    unsent: int = 0  # of these, how many are written in another way by a newer renderer
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
