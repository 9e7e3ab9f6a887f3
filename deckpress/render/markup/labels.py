"""The words that the markup adds to a card, in the deck's language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def words(lang: str) -> Mapping[str, str]:
    """The words, by name; in English if there is no table for `lang`."""
    text = Path(__file__).with_name("labels.toml").read_text("utf-8")
    table: dict[str, dict[str, str]] = tomllib.loads(text)
    return table.get(lang, table["en"])
