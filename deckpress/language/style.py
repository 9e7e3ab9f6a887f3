"""The typographic style of a deck, and a quick test for texts that may break it.

Most texts have no slips, and the quick test finds them at little cost. The rules, with the many
patterns that they need, are in `punctuation`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from deckpress.language import product_names
from deckpress.language.han import HAN
from deckpress.model import RawDeck
from deckpress.reading.prose import prose

OPENING = "（「『《【"
CLOSING = "）」』》】"
FULL_WIDTH = "，。；：？！、" + OPENING + CLOSING
PARTNER = dict(zip(OPENING, CLOSING, strict=True))

# Every slip of punctuation has one of these. All characters beyond Latin-1 count as Chinese here.
_SUSPICIOUS = re.compile(
    # a half-width mark between Chinese and anything, or the marks of emphasis and gaps
    r"(?:[,;?!]|(?<!:):(?!:))(?:(?<=[^\0-\xff].)|(?<=[*~}].)|(?=[ \t*~{]*+[^\0-\xff]))"
    r"|\.(?:(?<=[^\0-\xff].)|(?<=[*~}].))"
    # a bracket that opens beside Chinese or holds some, or that closes or quotes beside it
    r"|\((?<!\]\()(?:(?<=[^\0-\xff].)|(?<=[^\0-\xff][ \t].)|(?<=[*~}].)"
    r"|(?=[^()\n]*+[^\0-\xff()]))"
    r'|[)"](?:(?<=[^\0-\xff].)|(?<=[*~}].)|(?=[*~{]*+[^\0-\xff]))'
    rf"|[ \t](?![|\n])(?:(?<=[{FULL_WIDTH}].)|(?=[{FULL_WIDTH}]))"
)
_DOUBLED = tuple(2 * mark for mark in FULL_WIDTH[:7])
_BRACKET = re.compile(f"[{OPENING}{CLOSING}]")


@dataclass(frozen=True, slots=True)
class Style:
    """The style of a whole deck.

    `chinese` tells whether it is in Chinese. `quotes` is its pair of quotes, as one text.
    `misspelled` has its wrong spellings of names, each with the right one, and `mixed` the rarer of
    several allowed spellings, each with the commonest one.
    """

    chinese: bool = True
    quotes: str = "「」"
    misspelled: Mapping[str, str] = field(default_factory=dict)
    mixed: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_deck(cls, deck: RawDeck) -> Style:
        """The style that most of `deck` follows."""
        text = deck.source.decode("utf-8", "replace")
        curly = text.count("“") > text.count("「")
        return cls(
            deck.meta.lang != "en",
            "“”" if curly else "「」",
            product_names.misspellings(text),
            product_names.mixed_spellings(text),
        )

    def may_have_slips(self, text: str) -> bool:
        """Whether a Markdown text may have slips. If this is false, it has none."""
        if any(word in text for words in (self.misspelled, self.mixed) for word in words):
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
