"""Text from outside the program, made safe to show on a terminal."""

from __future__ import annotations

import re

# Control characters except line ends and tabs, and those that change the direction of writing: with
# them a terminal would show something other than the text. Halves of characters it cannot show.
_NOT_SHOWN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)

_LONGEST = 300  # characters of a name from outside; file systems allow 255


def visible(text: str) -> str:
    """`text` with each character that a terminal would not show written as ``\\u001b``."""
    return _NOT_SHOWN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def quoted(text: object) -> str:
    """`text`, such as a name, on one line, so that no part of it looks like another message.

    What is longer than any name is cut.
    """
    whole = str(text)
    shown = whole if len(whole) <= _LONGEST else f"{whole[:_LONGEST]}…"
    return visible(shown).replace("\n", "\\n")
