"""The words that the markup itself brings into a card, in the deck's language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def words(lang: str) -> Mapping[str, str]:
    """The words by name; English for a language that has no table."""
    text = Path(__file__).with_name("labels.toml").read_text("utf-8")
    table: dict[str, dict[str, str]] = tomllib.loads(text)
    return table.get(lang, table["en"])
