"""The errors that end a build or a release: each carries the key of a sentence and its values.

The sentences themselves are in ``commands/terminal/words.toml``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from releases.messages import Message

if TYPE_CHECKING:
    from deckpress.diagnostics import Diagnostic


class ReleaseError(Exception):
    """A build or a release cannot go on. `message` says why, and what to do."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key, values)
        self.message = Message(key, values)


class SourceRejected(ReleaseError):  # noqa: N818 - it names what happened to the source
    """The source has findings that end the command.

    `findings` are about the source `text`, which messages call `path`.
    """

    def __init__(self, key: str, findings: Sequence[Diagnostic], path: str, text: str) -> None:
        super().__init__(key)
        self.findings = findings
        self.path = path
        self.text = text
