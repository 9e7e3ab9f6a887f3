"""Sentences in the author's language: that of the locale if there is a table for it, else English.

The sentences stand in ``words.toml``.
"""

from __future__ import annotations

import os
import tomllib
from functools import cache
from pathlib import Path

from commands.terminal.paths import short_path
from deckpress.foreign_text import visible
from releases.messages import Message


class _Count(int):
    """A number that ``{cards:card}`` formats with its English noun: 1 card, 2 cards."""

    def __format__(self, noun: str) -> str:
        return f"{int(self)} {noun}{'' if self == 1 else 's'}" if noun else str(int(self))


@cache
def language() -> str:
    """``zh`` or ``en``, from the environment variables by which POSIX sets a program's language."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def say(key: str, **values: object) -> str:
    """The sentence of that key in the author's language, with its values filled in.

    Texts and paths are made safe for a terminal. A `Message` is filled in as its sentence, and a
    tuple of messages as indented lines below.
    """
    filled_in = {name: _fill_in(value) for name, value in values.items()}
    return _table()[language()][key].format(**filled_in)


def say_message(message: Message) -> str:
    """The sentence of a message from `releases`, in the author's language."""
    return say(message.key, **message.values)


def _fill_in(value: object) -> object:
    if isinstance(value, Message):
        return say_message(value)
    if isinstance(value, tuple):  # of messages
        return "".join(f"\n  {say_message(each)}" for each in value)
    if isinstance(value, int):
        return _Count(value)
    if isinstance(value, Path):
        return visible(short_path(value))
    return visible(value) if isinstance(value, str) else value


@cache
def _table() -> dict[str, dict[str, str]]:
    text = (Path(__file__).parent / "words.toml").read_text("utf-8")
    table: dict[str, dict[str, str]] = tomllib.loads(text)
    return table
