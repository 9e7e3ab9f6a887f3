"""Whether a run of marks such as ``**`` can begin or end emphasis, beside Chinese as well."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_ASCII = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
# Punctuation of Chinese that Unicode does not call wide.
_QUOTES = frozenset("“”‘’…—·")


def can_open_and_close(before: str, after: str, splits_words: bool) -> tuple[bool, bool]:
    """Whether a run of marks between these two characters can open emphasis, and can close it.

    The rules are those of CommonMark 0.31, section 6.2, with one more, because Chinese has no
    spaces between words: punctuation does not keep a run from opening or closing if it is Chinese
    itself or if there is Chinese on the other side. `splits_words` is false for ``_``.
    """
    left_space, left_mark, left_wide = _kind(before)
    right_space, right_mark, right_wide = _kind(after)
    opens = not right_space and (
        not right_mark or right_wide or left_space or left_mark or left_wide
    )
    closes = not left_space and (
        not left_mark or left_wide or right_space or right_mark or right_wide
    )
    if splits_words:
        return opens, closes
    return opens and (not closes or left_mark), closes and (not opens or right_mark)


@lru_cache(maxsize=4096)
def _kind(character: str) -> tuple[bool, bool, bool]:
    """Whether a character is white space, whether it is punctuation, and whether it is Chinese."""
    category = unicodedata.category(character)
    space = category == "Zs" or character in "\t\n\f\r"
    mark = character in _ASCII or category[0] in "PS"
    wide = unicodedata.east_asian_width(character) in "WF" or character in _QUOTES
    return space, mark, wide and not space
