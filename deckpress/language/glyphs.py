"""Which characters a font has to have a glyph for."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Cs"})


def unprintable(character: str, has_glyph: Callable[[str], bool]) -> bool:
    """Whether a character is to be seen and cannot be, as `has_glyph` says."""
    if unicodedata.category(character) in _INVISIBLE or _is_selector(character):
        return False
    return not has_glyph(character)


def _is_selector(character: str) -> bool:
    """Whether it only chooses a form of the character before it."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
