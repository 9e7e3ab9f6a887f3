"""Adds a homepage to a front matter that has none, and changes no other byte."""

from __future__ import annotations

import re

from deckpress.reading.front_matter import read_front_matter
from deckpress.reading.tokens import BOM, TokenKind, scan

_HOMEPAGE = re.compile(r"^(?:homepage|\"homepage\"|'homepage')[ \t]*:", re.MULTILINE)
# The line that the new one follows: a value of one line, as every deck has it.
_DECK_NAME = re.compile(
    r"^anki_deck[ \t]*:[ \t]*[^\s|>&*][^\r\n]*(?P<end>\r?\n)(?![ \t]|\r?\n)", re.MULTILINE
)
_END = re.compile(r"(?P<end>\r?\n)(?=(?:---|\.\.\.)[ \t]*\r?(?:\n|\Z)\Z)")


def add_homepage(text: str, address: str) -> tuple[str, int]:
    """The text of a source with `address` as its homepage, and how many were added (0 or 1).

    A front matter that has one, even an empty or a wrong one, is left to the author; so is one that
    cannot be read.
    """
    mark = BOM if text.startswith(BOM) else ""
    body = text.removeprefix(BOM)
    front = next(iter(scan(body)), None)
    if not address or front is None or front.kind is not TokenKind.FRONT:
        return text, 0
    raw = front.raw
    place = _DECK_NAME.search(raw) or _END.search(raw)
    if place is None or _HOMEPAGE.search(raw) or not body.startswith(raw):
        return text, 0
    end = place.end("end")
    fresh = f"{raw[:end]}homepage: {address}{place['end']}{raw[end:]}"
    before, after = (read_front_matter(front, "") for front in (raw, fresh))
    if after[0].homepage != address or len(after[1]) > len(before[1]):
        return text, 0
    return mark + fresh + body[len(raw) :], 1
