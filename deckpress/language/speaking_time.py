"""How long it takes to say a Markdown text aloud."""

from __future__ import annotations

import re
from typing import NamedTuple

from deckpress.language.han import HAN
from deckpress.reading.cloze import filled
from deckpress.reading.lines import Line, lines_of
from deckpress.reading.references import ADDRESS

_WORD = re.compile("[0-9A-Za-z\u00c0-\u024f]+")
_UNSAID = re.compile(
    r"^[ ]{0,3}\[[^\[\]\n]++\]:.*$"  # a definition or the text of a footnote
    r"|\[\^[^\[\]\n]++\]"
    r"|!\[[^\[\]\n]*+\]\([^()\n]*+\)"  # an image
    r"|(?<=\])(?:\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+\)|\[[^\[\]\n]*+\])"  # where a link leads
    r"|</?[A-Za-z][^<>\n]*+>"
    r"|" + ADDRESS,
    re.MULTILINE,
)


class Length(NamedTuple):
    """How much there is to say. A word of Latin letters, or a number, takes as long as two Han."""

    han: int
    words: int

    @property
    def seconds(self) -> int:
        """How long it takes to say, at the pace of an interview: four Han characters a second."""
        return round(self.han / 4 + self.words / 2)


def said(text: str) -> str:
    """What is said of a Markdown text: gaps filled in, code spans and formulas as their words.

    Code blocks, images, footnotes and addresses are shown, not said.
    """
    if "```" in text or "~~~" in text or "    " in text or "\t" in text:
        text = "".join(line for line, kind in lines_of(text) if kind < Line.OPENING)
    return _UNSAID.sub("", filled(text)) if "[" in text or "://" in text else filled(text)


def length(text: str) -> Length:
    """How long a Markdown text is when it is said aloud."""
    spoken = said(text)
    return Length(sum(map(len, HAN.findall(spoken))), len(_WORD.findall(spoken)))
