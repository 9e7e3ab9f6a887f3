"""A card as it is asked on paper: gaps to fill in, steps out of their order, room for an answer."""

from __future__ import annotations

import re
from hashlib import sha256
from unicodedata import east_asian_width

from markupsafe import escape

from deckpress.model import Card, CardKind, ClozeStart, Html, Math, Piece
from deckpress.render.plain_text import unmarked
from exporters.view import blanked, gaps, letter

_BLANK = re.compile(r'<span class="blank".*?</span>')
# The width of a gap, in em: wide enough to write in, and no sign of a long word's length.
_NARROWEST, _WIDEST = 3.5, 14.0
_HANDWRITING = 1.5  # it takes so much more room than print


def asked(html: Html) -> Html:
    """`html` with its gaps empty: a line to write on, its number before it and its hint behind.

    Gaps are numbered where there is more than one number.
    """
    several = len({start.number for start, _ in gaps(html)}) > 1
    return blanked(html, lambda start, hidden: _blank(start, hidden, several))


def shuffled(card: Card) -> tuple[int, ...]:
    """The steps of an ordered card in the order in which they are asked, as positions from 0.

    It hangs on the card's id alone, and is never the right order if there are two steps.
    """

    def place(position: int) -> bytes:
        return sha256(f"{card.id}\0{position}".encode()).digest()

    order = sorted(range(len(card.steps)), key=place)
    if order == sorted(order):
        order = order[1:] + order[:1]
    return tuple(order)


def right(card: Card) -> str:
    """What is right on a choice or an ordered card, by the letters on the sheet; else nothing."""
    if card.kind is CardKind.CHOICE:
        return " ".join(letter(n) for n, option in enumerate(card.options) if option.right)
    if card.kind is CardKind.ORDERED:
        names = {position: letter(n) for n, position in enumerate(shuffled(card))}
        return " → ".join(names[position] for position in range(len(card.steps)))
    return ""


def plain(html: Html) -> str:
    """The text of a field in which gaps are blank, for a bookmark."""
    return " ".join("".join(_text(piece) for piece in html).split())


def length(html: Html) -> float:
    """How long the text of a field is, in em; a formula counts by its source, a picture nothing."""
    return sum(_length(piece) for piece in html)


def _length(piece: Piece) -> float:
    return sum(1.0 if east_asian_width(letter) in "WFA" else 0.55 for letter in _text(piece))


def _text(piece: Piece) -> str:
    if isinstance(piece, Math):
        return piece.tex
    return unmarked(_BLANK.sub("____", piece)) if isinstance(piece, str) else ""


def _blank(start: ClozeStart, content: Html, several: bool) -> str:
    width = min(max(length(content) * _HANDWRITING, _NARROWEST), _WIDEST)
    number = f'<span class="which">{start.number}</span>' if several else ""
    hint = f'<span class="hint">({escape(start.hint)})</span>' if start.hint else ""
    line = f'<span class="blank" style="width:{width:.1f}em"></span>'
    return f'<span class="fill">{number}{line}</span>{hint}'
