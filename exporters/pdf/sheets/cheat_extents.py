"""What stands on the cheat sheet: how much of each card, and which cards, when room is short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

from markupsafe import escape

from deckpress.model import Card, Deck, Html, PartName, Picture
from deckpress.tiers import EXTRA, MUST
from exporters.pdf.setting.page_geometry import Geometry
from exporters.pdf.sheets.question_view import text_length
from exporters.view import Chapter, Entry, chapters

# For estimates, in ems: a line, the space of a card and its number, and the heading of a section.
LEADING = 1.36
_CARD, _NUMBER, _SECTION = 0.32, 1.9, 2.6
_BOLD = 1.2  # the width of a title of a section relative to the same text
_FILLED = 0.91  # the share of a line that text fills, since lines end where words do
# A card of more text, in ems, may be divided between two columns, of whose lines each has so many.
_LONG, _LINE = 500, 24
_MM_PER_POINT = 25.4 / 72


@dataclass(frozen=True, slots=True)
class Extent:
    """A choice of cards and pitfalls.

    `claim` is the key of the words that say what was left out (theme/words.toml). A card whose
    pitfall was left out has no parts.
    """

    claim: str
    chapters: tuple[Chapter, ...]

    @property
    def count(self) -> int:
        """The number of cards."""
        return sum(len(chapter.entries) for chapter in self.chapters)

    def columns(self, geometry: Geometry) -> float:
        """An estimate of the number of columns that it takes, in the type of `geometry`."""
        em = geometry.size * _MM_PER_POINT
        line = geometry.column_width / em * _FILLED
        ems = 0.0
        for chapter in self.chapters:
            titles = ceil(_BOLD * text_length((chapter.section.title,)) / line)
            ems += _SECTION + (titles - 1) * LEADING
            for entry in chapter.entries:
                length, lines = _amount(entry.card)
                ems += (ceil(length / line) + lines) * LEADING + _CARD
        return ems * em / geometry.text_area[1]


def extents(deck: Deck) -> tuple[Extent, ...]:
    """What a cheat sheet of `deck` may hold, from everything to the least.

    First go the pitfalls of extra cards, then these cards; then the pitfalls of the other cards,
    last those of cards that must be known; then all other cards. A deck whose cards are all alike
    keeps its cards.
    """
    whole = tuple(_cheat_chapters(deck))
    cards = [entry.card for chapter in whole for entry in chapter.entries]
    everything = {card.id for card in cards}
    must = {card.id for card in cards if card.tier == MUST}
    extra = {card.id for card in cards if card.tier == EXTRA}
    if extra == everything:
        extra = set()
    core = _without_cards(whole, extra)
    of_core = "-core" if extra else ""
    found = [
        Extent("cheat-all", whole),
        Extent("cheat-core-pitfalls", _without_pitfalls(whole, extra)),
        Extent("cheat-core", core),
    ]
    bare = Extent(f"cheat{of_core}-no-pitfalls", _without_pitfalls(core, everything))
    if must and must != everything - extra:
        most = _without_cards(whole, everything - must)
        found += [
            Extent(f"cheat{of_core}-must-pitfalls", _without_pitfalls(core, everything - must)),
            bare,
            Extent("cheat-must", most),
            Extent("cheat-must-no-pitfalls", _without_pitfalls(most, everything)),
        ]
    else:
        found.append(bare)
    return tuple(
        each
        for number, each in enumerate(found)
        if not number or each.chapters != found[number - 1].chapters
    )


def right_options(card: Card) -> tuple[Html, ...]:
    """The right options of a choice card; of any other card, none."""
    return tuple(option.html for option in card.options if option.right)


def is_long(card: Card) -> bool:
    """Whether to keep `card` in one column would leave too much of the column before it empty."""
    length, lines = _amount(card)
    return length + lines * _LINE > _LONG


def _cheat_chapters(deck: Deck) -> Iterator[Chapter]:
    for chapter in chapters(deck):
        entries = tuple(replace(each, card=_cheat_card(each.card)) for each in chapter.entries)
        if entries:
            yield Chapter(replace(chapter.section, intro=(), cards=()), entries)


def _cheat_card(card: Card) -> Card:
    """The card with what the cheat sheet may show of it, so that an edit of the rest is none."""
    return replace(
        card,
        question=_in_words(card.question),
        lead=_in_words(card.lead),
        options=tuple(
            replace(option, html=_in_words(option.html)) for option in card.options if option.right
        ),
        steps=tuple(map(_in_words, card.steps)),
        short=_in_words(card.short),
        parts=tuple(
            replace(part, html=_in_words(part.html))
            for part in card.parts
            if part.name is PartName.PITFALL
        ),
        tags=(),
        level=None,
        proof=None,
        digest="",
    )


def _in_words(html: Html) -> Html:
    """`html` with the description of each picture in its place: there is no room for pictures.

    No line may end between the number of an item of a list and its text.
    """
    return tuple(
        f"[{escape(piece.alt)}]"
        if isinstance(piece, Picture)
        else piece.replace("<li>\n", "<li>")
        if isinstance(piece, str)
        else piece
        for piece in html
    )


def _without_cards(some: Sequence[Chapter], ids: set[str]) -> tuple[Chapter, ...]:
    kept = (
        replace(each, entries=tuple(one for one in each.entries if one.card.id not in ids))
        for each in some
    )
    return tuple(each for each in kept if each.entries)


def _without_pitfalls(some: Sequence[Chapter], ids: set[str]) -> tuple[Chapter, ...]:
    def bare(entry: Entry) -> Entry:
        return replace(entry, card=replace(entry.card, parts=())) if entry.card.id in ids else entry

    return tuple(replace(each, entries=tuple(map(bare, each.entries))) for each in some)


def _amount(card: Card) -> tuple[float, int]:
    """The length of a card's text in ems, and the lines that its code blocks add."""
    fields = (
        card.question,
        card.lead,
        *right_options(card),
        *card.steps,
        card.short,
        *(part.html for part in card.parts),
    )
    lines = sum(
        piece.count("\n")
        for html in fields
        for piece in html
        if isinstance(piece, str) and "<pre" in piece
    )
    marks = 2.5 * len(card.parts) + 1.2 * len(card.steps)
    return sum(map(text_length, fields)) + _NUMBER + marks, lines
