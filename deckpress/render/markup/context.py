"""What one field's conversion knows and gathers: the engine's extensions all look here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deckpress.diagnostics import Diagnostic
from deckpress.model import Asset, Math, Picture, Span, Text


@dataclass(slots=True)
class Context:
    """One field's surroundings, and its findings.

    `prefix` makes footnote ids unique in the deck. `pictures` maps the path of each figure to its
    hole; `files` holds the bytes of the examples. `gaps` says whether ``{{c1::…}}`` is a gap.
    """

    text: Text
    lang: str
    prefix: str
    targets: frozenset[str]
    files: Mapping[str, bytes]
    pictures: Mapping[str, Picture]
    gaps: bool = False
    holes: list[Math | Picture] = field(default_factory=list)
    assets: list[Asset] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)

    def hole(self, piece: Math | Picture) -> str:
        """The value that marks the place of `piece` in the HTML."""
        self.holes.append(piece)
        return str(len(self.holes) - 1)

    def say(self, code: str, span: Span, reason: str) -> None:
        self.found.append(Diagnostic(code, span, {"reason": reason}))

    def where(self, part: str) -> Span:
        """Where `part` first stands in the field; its start if it was changed on the way."""
        offset = self.text.source.find(part)
        if offset < 0:
            return self.text.at(0)
        before = self.text.source[:offset]
        column = offset - (before.rfind("\n") + 1)
        return self.text.at(before.count("\n"), column + 1, max(1, len(part.split("\n")[0])))
