"""The text that a learner reads in a rendered field, without its markup."""

from __future__ import annotations

import html
import re

from deckpress.model import Html, Math, Picture

_BLOCK = re.compile(r"</?(?:p|div|li|ul|ol|pre|table|tr|h[1-6]|blockquote|br|hr)\b[^>]*>")
_CELL = re.compile(r"</t[hd]>")
_TAG = re.compile(r"<[^>]*>")


def plain(pieces: Html) -> str:
    """Readable text: gaps filled in, formulas as TeX, pictures as their text, a line a block."""
    parts = []
    for piece in pieces:
        if isinstance(piece, str):
            text = _CELL.sub(" ", _BLOCK.sub("\n", piece))
            parts.append(unmarked(text))
        elif isinstance(piece, Math):
            parts.append(piece.tex)
        elif isinstance(piece, Picture):
            parts.append(piece.alt)
    lines = (line.rstrip() for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line.strip())


def unmarked(text: str) -> str:
    """The text of a stretch of HTML, every tag left out."""
    return html.unescape(_TAG.sub("", text))
