"""Tells for which characters a font needs a glyph."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Cs"})


def unprintable(character: str, has_glyph: Callable[[str], bool]) -> bool:
    """Whether a character should be visible and `has_glyph` says that there is no glyph for it."""
    if unicodedata.category(character) in _INVISIBLE or _is_selector(character):
        return False
    return not has_glyph(character)


def _is_selector(character: str) -> bool:
    """Whether a character only selects a variant of the character before it."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
