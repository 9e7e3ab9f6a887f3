"""Replaces each character that no bundled font has by a box.

With such a character, WeasyPrint would give a font another encoding than the one that the other
parts and the feet of the pages use.
"""

from __future__ import annotations

import re
from functools import cache
from unicodedata import normalize

from deckpress.language.glyphs import unprintable
from exporters.theme import has_glyph

BOX = "\u25a1"

_TEXT = re.compile(r"(?<=>)[^<]+")


def box_missing_glyphs(html: str) -> str:
    """The page `html` with boxes for unprintable characters in its visible text.

    Text that is not printed, such as bookmarks, does not change.
    """
    if all(map(_printable, set(html))):
        return html
    head, body, rest = html.partition("<body")
    return head + body + _TEXT.sub(lambda text: box_missing_glyphs_in_text(text[0]), rest)


def box_missing_glyphs_in_text(text: str) -> str:
    """The plain text `text` with boxes for unprintable characters."""
    if all(map(_printable, text)):
        return text
    # A letter and its combining accent may be printable as one character.
    whole = normalize("NFC", text)
    return "".join(letter if _printable(letter) else BOX for letter in whole)


@cache
def _printable(character: str) -> bool:
    return not unprintable(character, has_glyph)
