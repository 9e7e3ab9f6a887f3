"""What can end a build or a release, told by the key of a sentence and the values in it.

The sentences themselves are in ``commands/terminal/words.toml``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from deckpress.diagnostics import Diagnostic, Severity


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for the author: its key, and its values by name. A value may be a message too."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


def message(key: str, **values: object) -> Message:
    """The sentence of that key with these values."""
    return Message(key, values)


class ReleaseError(Exception):
    """A build or a release cannot go on; `message` says why and what to do."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key, values)
        self.message = Message(key, values)


class SourceRejected(ReleaseError):  # noqa: N818 - it names what happened to the source
    """The source has findings that end the command: `found`, in `text`, which lies at `path`."""

    def __init__(self, key: str, found: Sequence[Diagnostic], path: str, text: str) -> None:
        super().__init__(key)
        self.found = found
        self.path = path
        self.text = text


def fatal(found: Sequence[Diagnostic], *, strict: bool) -> bool:
    """Whether these findings end a command: an error does, and with `strict` a warning too."""
    return any(strict or each.severity is Severity.ERROR for each in found)
