"""What a build did."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from releases.messages import Message

if TYPE_CHECKING:
    from deckpress.diagnostics import Diagnostic
    from deckpress.output.store import Outcome


@dataclass(frozen=True, slots=True)
class Built:
    """A version in its folder, and what is to be said about it.

    `path` is how messages name the source and `text` what it says; `findings` are about it.
    `notes` are about the machine.
    """

    version: str
    title: str
    outcome: Outcome
    folder: Path
    path: str
    text: str
    findings: tuple[Diagnostic, ...]
    notes: tuple[Message, ...] = ()

    def manifest(self) -> dict[str, Any]:
        """What the version says of itself."""
        stated: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text("utf-8"))
        return stated
