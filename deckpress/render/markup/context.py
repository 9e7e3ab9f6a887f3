"""The context of converting one field, which all extensions of the engine share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deckpress.commonmark.document import Definition
from deckpress.diagnostics import Diagnostic
from deckpress.model import Asset, Math, Picture, Span, Text


@dataclass(slots=True)
class Context:
    """What the conversion of one field needs to know, and what it collects.

    `text` is the field, and `lang` the language of the deck. `prefix` makes the ids of footnotes
    unique in the deck. `targets` are the ids that links may lead to. `pictures` maps the path of
    each figure to its picture, and `files` has the bytes of the deck's files by path. `gaps` tells
    whether ``{{c1::…}}`` is a gap, and `on_card` whether flash cards have the field. The lists
    collect the holes, assets and findings.
    """

    text: Text
    lang: str
    prefix: str
    targets: frozenset[str]
    files: Mapping[str, bytes]
    pictures: Mapping[str, Picture]
    gaps: bool = False
    on_card: bool = False
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    holes: list[Math | Picture] = field(default_factory=list)
    assets: list[Asset] = field(default_factory=list)
    found: list[Diagnostic] = field(default_factory=list)

    def hole(self, piece: Math | Picture) -> str:
        """Add a hole for `piece`, and return the value that marks its place in the HTML."""
        self.holes.append(piece)
        return str(len(self.holes) - 1)

    def report(self, code: str, span: Span, reason: str, **values: str) -> None:
        """Add a finding with this reason; `values` are those of its sentence, if it is a key."""
        self.found.append(Diagnostic(code, span, {"reason": reason, **values}))

    def locate(self, part: str) -> Span:
        """The span of the first place of `part` in the field.

        If it is not there, because it was changed meanwhile, this is the start of the field.
        """
        offset = self.text.source.find(part)
        if offset < 0:
            return self.text.at(0)
        before = self.text.source[:offset]
        column = offset - (before.rfind("\n") + 1)
        return self.text.at(before.count("\n"), column + 1, max(1, len(part.split("\n")[0])))
