"""A card as a question on paper: empty gaps, shuffled steps, room for an answer."""

from __future__ import annotations

import re
from hashlib import sha256
from unicodedata import east_asian_width

from markupsafe import escape

from deckpress.model import Card, CardKind, ClozeStart, Html, Math, Piece
from deckpress.render.plain_text import strip_tags
from exporters.view import gaps, letter, replace_gaps

_BLANK = re.compile(r'<span class="blank".*?</span>')


def blank_gaps(html: Html) -> Html:
    """`html` with its gaps empty: each is a line to write on, followed by its hint.

    All lines have the same width (see the style sheets): they do not tell the length of the word.
    If the gaps have several numbers, the number is written before the line.
    """
    several = len({start.number for start, _ in gaps(html)}) > 1
    return replace_gaps(html, lambda start, _: _blank(start, several))


def shuffled_steps(card: Card) -> tuple[int, ...]:
    """The order in which the steps of an ordered card are shown, as positions from 0.

    It depends only on the card's id. With two or more steps, it is never the right order.
    """

    def place(position: int) -> bytes:
        return sha256(f"{card.id}\0{position}".encode()).digest()

    order = sorted(range(len(card.steps)), key=place)
    if order == sorted(order):
        order = order[1:] + order[:1]
    return tuple(order)


def right_letters(card: Card) -> str:
    """The right answer of a choice or an ordered card, in letters; empty for any other card."""
    if card.kind is CardKind.CHOICE:
        return " ".join(letter(n) for n, option in enumerate(card.options) if option.right)
    if card.kind is CardKind.ORDERED:
        names = {position: letter(n) for n, position in enumerate(shuffled_steps(card))}
        return " → ".join(names[position] for position in range(len(card.steps)))
    return ""


def plain_text(html: Html) -> str:
    """The plain text of the field `html` with empty gaps, for a bookmark."""
    return " ".join("".join(_piece_text(piece) for piece in html).split())


def text_length(html: Html) -> float:
    """The length of the text of the field `html`, in ems.

    A formula counts as its source, a picture as nothing.
    """
    return sum(_piece_length(piece) for piece in html)


def _piece_length(piece: Piece) -> float:
    return sum(1.0 if east_asian_width(letter) in "WFA" else 0.55 for letter in _piece_text(piece))


def _piece_text(piece: Piece) -> str:
    if isinstance(piece, Math):
        return piece.tex
    return strip_tags(_BLANK.sub("____", piece)) if isinstance(piece, str) else ""


def _blank(start: ClozeStart, several: bool) -> str:
    number = f'<span class="which">{start.number}</span>' if several else ""
    hint = f'<span class="hint">({escape(start.hint)})</span>' if start.hint else ""
    return f'<span class="fill">{number}<span class="blank"></span></span>{hint}'
