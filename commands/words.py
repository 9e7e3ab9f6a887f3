"""The author's language: that of the locale if there is a table for it, else English."""

from __future__ import annotations

import os
import re
import tomllib
from functools import cache
from pathlib import Path

# Controls but for line ends and tabs, and what turns the direction of a line: a terminal would show
# something else than is there.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)


def visible(text: str) -> str:
    """A text of somebody else's as a terminal may have it: each such character as ``\\u001b``."""
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def quoted(text: object) -> str:
    """A name of somebody else's in one line, so that it cannot look like a sentence of its own."""
    return visible(str(text)).replace("\n", "\\n")


class _Count(int):
    """A number that ``{cards:card}`` writes with its English noun: 1 card, 2 cards."""

    def __format__(self, noun: str) -> str:
        return f"{int(self)} {noun}{'' if self == 1 else 's'}" if noun else str(int(self))


@cache
def language() -> str:
    """``zh`` or ``en``, from the variables that POSIX lets decide a program's messages."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def say(key: str, **values: object) -> str:
    """The sentence of that key in the author's language, with its values filled in."""
    return _table()[language()][key].format(**{n: _filled_in(v) for n, v in values.items()})


def _filled_in(value: object) -> object:
    if isinstance(value, int):
        return _Count(value)
    return visible(str(value)) if isinstance(value, (str, Path)) else value


@cache
def _table() -> dict[str, dict[str, str]]:
    text = (Path(__file__).parent / "words.toml").read_text("utf-8")
    table: dict[str, dict[str, str]] = tomllib.loads(text)
    return table
