"""How long it takes to say a Markdown text aloud."""

from __future__ import annotations

import re
from typing import NamedTuple

from deckpress.language.han import HAN
from deckpress.reading.cloze import fill_gaps
from deckpress.reading.prose import without_code_blocks
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


class SpokenLength(NamedTuple):
    """How much there is to say: the number of Han characters, and of Latin words and numbers.

    A word or a number takes as long to say as two Han characters.
    """

    han: int
    words: int

    @property
    def seconds(self) -> int:
        """The seconds that it takes, at the pace of an interview: four Han characters a second."""
        return round(self.han / 4 + self.words / 2)


def spoken_text(text: str) -> str:
    """The part of a Markdown text that is said aloud, with gaps filled in.

    Code spans and formulas are said. Code blocks, images, footnotes and addresses are not.
    """
    text = without_code_blocks(text)
    unsaid = "[" in text or "://" in text or "</" in text
    return _UNSAID.sub("", fill_gaps(text)) if unsaid else fill_gaps(text)


def spoken_length(text: str) -> SpokenLength:
    """The length of a Markdown text when it is said aloud."""
    spoken = spoken_text(text)
    return SpokenLength(sum(map(len, HAN.findall(spoken))), len(_WORD.findall(spoken)))
