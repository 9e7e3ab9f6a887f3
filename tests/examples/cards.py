"""What the deck says, for tests that hold it against what they saw."""

from __future__ import annotations

import re

from tests.shipped import SOURCE


def card(id: str) -> str:
    """The Markdown of a card, from its heading on."""
    text = SOURCE.read_text("utf-8")
    heading = re.search(rf"^## .*\{{#{re.escape(id)}[ }}].*$", text, re.MULTILINE)
    assert heading is not None, f"there is no card {id}"
    return text[heading.start() :].partition("\n## ")[0]


def short(id: str) -> str:
    """The short answer of a card."""
    return card(id).partition("\n")[2].partition("\n### ")[0].strip()
