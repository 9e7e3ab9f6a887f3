"""The text of rendered fields without markup."""

from __future__ import annotations

import html
import re

from deckpress.model import Html, Math, Picture

_BLOCK = re.compile(r"</?(?:p|div|li|ul|ol|pre|table|tr|h[1-6]|blockquote|br|hr)\b[^>]*>")
_CELL = re.compile(r"</t[hd]>")
_TAG = re.compile(r"<[^>]*>")


def plain_text(pieces: Html) -> str:
    """The readable text of a field, with each block on a line of its own.

    Gaps are filled in, formulas are TeX, and pictures are replaced by their text alternatives.
    """
    parts = []
    for piece in pieces:
        if isinstance(piece, str):
            text = _CELL.sub(" ", _BLOCK.sub("\n", piece))
            parts.append(strip_tags(text))
        elif isinstance(piece, Math):
            parts.append(piece.tex)
        elif isinstance(piece, Picture):
            parts.append(piece.alt)
    lines = (line.rstrip() for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line.strip())


def strip_tags(text: str) -> str:
    """The text of some HTML: tags are removed, and character references are replaced."""
    return html.unescape(_TAG.sub("", text))
