"""The places of findings about a deck as a whole: in its front matter."""

from __future__ import annotations

import re

from deckpress.model import RawDeck, Span
from deckpress.reading.references import named_files
from deckpress.reading.tokens import Token, TokenKind, scan


def source_start(deck: RawDeck) -> Span:
    """The beginning of the source."""
    return Span(deck.sections[0].heading.file if deck.sections else deck.name, 1)


def key_line(deck: RawDeck, key: str) -> Span:
    """The line of the front matter that sets `key`, or else the beginning of the source."""
    front = _front_token(deck)
    for number, line in enumerate(re.split(r"\r\n|\r|\n", front.raw) if front else ()):
        if front and line.startswith(f"{key}:"):
            return Span(source_start(deck).file, front.line + number, 1, len(line.rstrip()))
    return source_start(deck)


def proofs_path(deck: RawDeck) -> Span:
    """The path of the file of proofs in the front matter, or else the beginning of the source."""
    front = _front_token(deck)
    reference = named_files(front.raw).get("proofs") if front else None
    if front is None or reference is None or reference.path != deck.meta.proofs:
        return source_start(deck)
    line = front.line + reference.line
    return Span(source_start(deck).file, line, reference.column, reference.width)


def _front_token(deck: RawDeck) -> Token | None:
    tokens = scan(deck.source.decode("utf-8", "replace"))
    return next((token for token in tokens if token.kind is TokenKind.FRONT), None)
