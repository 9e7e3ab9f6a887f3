"""Parsing: style sheets once a process, and HTML without the same pattern made anew a word."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from tinyhtml5 import inputstream
from weasyprint import CSS, css

_SHEETS = 8  # the kinds of parts that a process prints in turn


def tune() -> None:
    """Change WeasyPrint and its parser of HTML."""
    css.CSS = _quick_sheet
    inputstream.characters_until_regex = _Patterns()


def _quick_sheet(string: str, media_type: str, **_: Any) -> Any:
    """A style element as a style sheet. Ours name no others, no fonts and no counter styles."""
    return _parsed(string, media_type)


@lru_cache(_SHEETS)
def _parsed(string: str, media_type: str) -> Any:
    return CSS(string=string, media_type=media_type)


class _Patterns(dict[tuple[Any, bool], re.Pattern[str]]):
    """The cache of tinyhtml5, which forgets at once what it is told: it takes a wrong key."""

    def __missing__(self, key: tuple[Any, bool]) -> re.Pattern[str]:
        characters, opposite = key
        listed = "".join(f"\\x{ord(character):02x}" for character in characters)
        pattern = self[key] = re.compile(f"[{'' if opposite else '^'}{listed}]+")
        return pattern
