"""How a deck is set: what it decides as a whole, and which of its texts have to be looked at.

Most texts are set well, and this tells them from the others at little cost. The rules, and the many
patterns that they need, are in `typography`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from deckpress.language import product_names
from deckpress.language.han import HAN
from deckpress.model import RawDeck
from deckpress.reading.prose import prose

OPEN = "（「『《【"
CLOSE = "）」』》】"
FULL = "，。；：？！、" + OPEN + CLOSE
PARTNER = dict(zip(OPEN, CLOSE, strict=True))

# What a slip of punctuation needs, at least. Beyond Latin-1 everything is taken for Chinese here.
_SUSPICIOUS = re.compile(
    # a half-width mark between Chinese and anything, or the marks of emphasis and gaps
    r"(?:[,;?!]|(?<!:):(?!:))(?:(?<=[^\0-\xff].)|(?<=[*~}].)|(?=[ \t*~{]*+[^\0-\xff]))"
    r"|\.(?:(?<=[^\0-\xff].)|(?<=[*~}].))"
    # a bracket that opens beside Chinese or holds some, or that closes or quotes beside it
    r"|\((?<!\]\()(?:(?<=[^\0-\xff].)|(?<=[^\0-\xff][ \t].)|(?<=[*~}].)"
    r"|(?=[^()\n]*+[^\0-\xff()]))"
    r'|[)"](?:(?<=[^\0-\xff].)|(?<=[*~}].)|(?=[*~{]*+[^\0-\xff]))'
    rf"|[ \t](?![|\n])(?:(?<=[{FULL}].)|(?=[{FULL}]))"
)
_DOUBLED = tuple(2 * mark for mark in FULL[:7])
_BRACKET = re.compile(f"[{OPEN}{CLOSE}]")


@dataclass(frozen=True, slots=True)
class Style:
    """What a whole deck decides: its language, its quotes, and how it spells names."""

    chinese: bool = True
    quotes: str = "「」"
    names: Mapping[str, str] = field(default_factory=dict)
    mixed: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, deck: RawDeck) -> Style:
        text = deck.source.decode("utf-8", "replace")
        curly = text.count("“") > text.count("「")
        return cls(
            deck.meta.lang != "en",
            "“”" if curly else "「」",
            product_names.slips(text),
            product_names.mixed(text),
        )

    def doubts(self, text: str) -> bool:
        """Whether a Markdown text may have slips; if not, it has none."""
        if any(word in text for words in (self.names, self.mixed) for word in words):
            return True
        if text.isascii() or not HAN.search(text):
            return False
        masked = prose(text)
        return (
            _SUSPICIOUS.search(masked) is not None
            or "“" in masked
            or any(twice in masked for twice in _DOUBLED)
            or not _is_balanced(masked)
        )


def _is_balanced(text: str) -> bool:
    """Whether all full-width brackets have partners."""
    opened = []
    for mark in _BRACKET.findall(text):
        if mark in PARTNER:
            opened.append(PARTNER[mark])
        elif not opened or opened.pop() != mark:
            return False
    return not opened
