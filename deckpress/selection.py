"""Selecting a part of a deck: the cards of some sections, tags, levels or tiers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace

from deckpress.model import Card, Deck, Html, LinkEnd, LinkStart, Picture, RawDeck, Section
from deckpress.tiers import TIERS, tiers_of


@dataclass(frozen=True, slots=True)
class Selection:
    """Which cards to keep.

    A card is kept if it matches one of the values of each field. An empty field keeps all cards.
    The core includes what must be known.
    The `repr` of this class is hashed into the names of partial builds, so its names must stay.
    """

    sections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    tiers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def keeps(self, section: str, tags: Iterable[str], level: int | None, tier: str | None) -> bool:
        """Whether a card with this section id, these tags, this level and this tier is kept."""
        return (
            (not self.sections or section in self.sections)
            and (not self.tags or any(tag in self.tags for tag in tags))
            and (not self.levels or level in self.levels)
            and (not self.tiers or any(one in self.tiers for one in tiers_of(tier)))
        )


def selectable(deck: RawDeck) -> Selection:
    """All values that a selection from this deck can have."""
    cards = deck.cards()
    tiers = {tier for card in cards for tier in tiers_of(card.tier)}
    return Selection(
        sections=tuple(section.id for section in deck.sections),
        tags=tuple(sorted({tag for card in cards for tag in card.tags})),
        levels=tuple(sorted({card.level for card in cards if card.level is not None})),
        tiers=tuple(tier for tier in TIERS if tier in tiers),
    )


def match_count(deck: RawDeck, selection: Selection) -> int:
    """How many cards of `deck` the selection keeps."""
    return sum(
        selection.keeps(section.id, card.tags, card.level, card.tier)
        for section in deck.sections
        for card in section.cards
    )


def select(deck: Deck, selection: Selection) -> Deck:
    """`deck` with only the selected cards.

    Sections that have no card left are dropped, and so are pictures that are no longer shown. A
    link to a dropped card or section becomes plain text. Each card keeps its number in `deck`.
    """
    if not selection:
        return deck
    kept = [
        (section, cards)
        for section in deck.sections
        if (cards := [card for card in section.cards if _keeps(selection, card)])
    ]
    targets = {section.id for section, _ in kept} | {card.id for _, cards in kept for card in cards}
    sections = tuple(
        replace(
            section,
            intro=_unlinked(section.intro, targets),
            cards=tuple(_unlinked_card(card, targets) for card in cards),
        )
        for section, cards in kept
    )
    shown = {
        piece.asset
        for section in sections
        for html in _fields(section)
        for piece in html
        if isinstance(piece, Picture)
    }
    assets = {name: asset for name, asset in deck.assets.items() if name in shown}
    shown_cards = (card for card in deck.cards() if not card.retired)
    numbers = {card.id: number for number, card in enumerate(shown_cards, 1)}
    return replace(deck, sections=sections, assets=assets, numbers=numbers)


def _keeps(selection: Selection, card: Card) -> bool:
    return selection.keeps(card.section, card.tags, card.level, card.tier)


def _fields(section: Section) -> Iterator[Html]:
    yield section.intro
    for card in section.cards:
        yield from (card.question, card.lead, card.short, *card.steps)
        yield from (option.html for option in card.options)
        yield from (part.html for part in card.parts)


def _unlinked_card(card: Card, targets: set[str]) -> Card:
    return replace(
        card,
        question=_unlinked(card.question, targets),
        lead=_unlinked(card.lead, targets),
        short=_unlinked(card.short, targets),
        steps=tuple(_unlinked(step, targets) for step in card.steps),
        options=tuple(replace(o, html=_unlinked(o.html, targets)) for o in card.options),
        parts=tuple(replace(part, html=_unlinked(part.html, targets)) for part in card.parts),
    )


def _unlinked(html: Html, targets: set[str]) -> Html:
    """`html` without the links whose target is not in `targets`.

    Links do not nest, so each end belongs to the start before it.
    """
    pieces = []
    dropping = False
    for piece in html:
        if isinstance(piece, LinkStart):
            dropping = piece.card not in targets
        if dropping and isinstance(piece, LinkStart | LinkEnd):
            continue
        pieces.append(piece)
    return tuple(pieces)
