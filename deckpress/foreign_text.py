"""Text that somebody else wrote, fit for a terminal."""

from __future__ import annotations

import re

# Controls but for line ends and tabs, and what turns the direction of a line: a terminal would show
# something else than is there.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)


def visible(text: str) -> str:
    """`text` with each character that a terminal would not show as it is written ``\\u001b``."""
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def quoted(text: object) -> str:
    """A name in one line, so that it cannot look like a sentence of its own."""
    return visible(str(text)).replace("\n", "\\n")
