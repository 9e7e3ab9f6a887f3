"""What `releases` tells an author: the key of a sentence, and the values in it.

The sentences themselves are in ``commands/terminal/words.toml``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deckpress.foreign_text import quoted

if TYPE_CHECKING:
    from deckpress.output.integrity import Problem


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for the author: its key, and its values by name.

    A value may itself be a message, or a tuple of messages, which are printed one per line.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


def message(key: str, **values: object) -> Message:
    """The sentence of that key, with these values."""
    return Message(key, values)


# Is told what is being done now.
Step = Callable[[Message], None]


def silent(_: Message) -> None:
    """A `Step` that tells nobody."""


def problem_message(problem: Problem) -> Message:
    """The sentence for what is wrong with a file that was published."""
    return message(problem.reason, name=quoted(problem.name), detail=quoted(problem.detail))
