"""A card as it is asked on paper: gaps to fill in, steps out of their order, room for an answer."""

from __future__ import annotations

import re
from hashlib import sha256
from string import ascii_uppercase
from unicodedata import east_asian_width

from markupsafe import escape

from deckpress.model import Card, CardKind, ClozeEnd, ClozeStart, Html, Math, Piece
from deckpress.plain import unmarked

_BLANK = re.compile(r'<span class="blank".*?</span>')
# The width of a gap, in em: wide enough to write in, and no sign of a long word's length.
_NARROWEST, _WIDEST = 3.5, 14.0
_HANDWRITING = 1.5  # it takes so much more room than print


def blanked(html: Html) -> Html:
    """`html` with its gaps empty: a line to write on, its number before it and its hint behind.

    Gaps are numbered where there is more than one number.
    """
    several = len({piece.number for piece in html if isinstance(piece, ClozeStart)}) > 1
    out: list[Piece] = []
    inside: list[Piece] | None = None
    start = ClozeStart(0)
    for piece in html:
        if isinstance(piece, ClozeStart):
            start, inside = piece, []
        elif isinstance(piece, ClozeEnd) and inside is not None:
            out.append(_blank(start, tuple(inside), several))
            inside = None
        elif inside is not None:
            inside.append(piece)
        else:
            out.append(piece)
    return tuple(out)


def gaps(html: Html) -> tuple[tuple[int, Html], ...]:
    """The number and the content of each gap, in their order."""
    found: list[tuple[int, Html]] = []
    inside: list[Piece] | None = None
    number = 0
    for piece in html:
        if isinstance(piece, ClozeStart):
            number, inside = piece.number, []
        elif isinstance(piece, ClozeEnd) and inside is not None:
            found.append((number, tuple(inside)))
            inside = None
        elif inside is not None:
            inside.append(piece)
    return tuple(found)


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


def letters(count: int) -> list[str]:
    """Names for so many options or steps: A, B … Z, AA, AB …"""
    return [
        (ascii_uppercase[number // 26 - 1] if number >= 26 else "") + ascii_uppercase[number % 26]
        for number in range(count)
    ]


def right(card: Card) -> str:
    """What is right on a choice or an ordered card, by the letters on the sheet; else nothing."""
    if card.kind is CardKind.CHOICE:
        named = zip(letters(len(card.options)), card.options, strict=True)
        return " ".join(letter for letter, option in named if option.right)
    if card.kind is CardKind.ORDERED:
        named_steps = dict(zip(shuffled(card), letters(len(card.steps)), strict=True))
        return " → ".join(named_steps[position] for position in range(len(card.steps)))
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
