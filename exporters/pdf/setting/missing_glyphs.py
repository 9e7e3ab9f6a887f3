"""A box in the place of each character that no bundled font has.

The printer would give a font with such a character another encoding, by which neither the font of
another part nor a page's foot is written.
"""

from __future__ import annotations

import re
from functools import cache
from unicodedata import normalize

from deckpress.language.glyphs import unprintable
from exporters.theme import has_glyph

BOX = "\u25a1"

_TEXT = re.compile(r"(?<=>)[^<]+")


def boxed(html: str) -> str:
    """The page, its text so that all of it can be printed. What only readers of the file see, such
    as bookmarks, stays.
    """
    if all(map(_printable, set(html))):
        return html
    head, body, rest = html.partition("<body")
    return head + body + _TEXT.sub(lambda text: boxed_text(text[0]), rest)


def boxed_text(text: str) -> str:
    """Plain text, so that all of it can be printed."""
    if all(map(_printable, text)):
        return text
    # A letter and its accent are one letter where there is one.
    whole = normalize("NFC", text)
    return "".join(letter if _printable(letter) else BOX for letter in whole)


@cache
def _printable(character: str) -> bool:
    return not unprintable(character, has_glyph)
