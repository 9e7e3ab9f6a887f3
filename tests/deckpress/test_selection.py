"""A part of a deck is a whole deck of its own: no dangling link, no picture that nobody shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deckpress.model import (
    Asset,
    Card,
    CardKind,
    Deck,
    Html,
    LinkEnd,
    LinkStart,
    Meta,
    Picture,
    Section,
)
from deckpress.selection import Selection, select
from deckpress.tiers import TIERS


def card(name: str, section: str, short: Html, level: int, tags: tuple[str, ...] = ()) -> Card:
    return Card(
        id=name,
        kind=CardKind.BASIC,
        section=section,
        question=(name,),
        title=name,
        lead=(),
        options=(),
        steps=(),
        short=short,
        parts=(),
        tags=tags,
        level=level,
        tier="core",
        retired=False,
        digest=name,
    )


LINK = ("see ", LinkStart("b"), "<em>b</em>", LinkEnd(), " and ", LinkStart("a2"), "a2", LinkEnd())
DECK = Deck(
    name="deck",
    meta=Meta(title="T", lang="en", key="k", anki_deck="D"),
    sections=(
        Section("one", "One", (), (card("a", "one", LINK, 1, ("x",)), card("a2", "one", (), 2))),
        Section("two", "Two", (Picture("p.svg", ""),), (card("b", "two", (), 2, ("x", "y")),)),
    ),
    assets={"p.svg": Asset("p.svg", "image/svg+xml", b"<svg/>")},
    source=b"",
)


def test_the_core_includes_what_must_be_known() -> None:
    cards = [replace(card("a", "one", (), 1), tier=tier, id=str(tier)) for tier in (*TIERS, None)]
    deck = replace(DECK, sections=(Section("one", "One", (), tuple(cards)),))

    def kept(*tiers: str) -> list[str]:
        return [card.id for card in select(deck, Selection(tiers=tiers)).cards()]

    assert kept("must") == ["must"]
    assert kept("core") == ["must", "core"]
    assert kept("must", "extra") == ["must", "extra"]


@pytest.mark.parametrize(
    ("selection", "kept"),
    [
        (Selection(), ["a", "a2", "b"]),
        (Selection(sections=("one",)), ["a", "a2"]),
        (Selection(sections=("one", "two")), ["a", "a2", "b"]),
        (Selection(tags=("x",)), ["a", "b"]),
        (Selection(tags=("y", "x"), levels=(2,)), ["b"]),
        (Selection(levels=(3,)), []),
        (Selection(tiers=("core",), sections=("two",)), ["b"]),
    ],
)
def test_kinds_narrow_and_values_add_up(selection: Selection, kept: list[str]) -> None:
    assert [card.id for card in select(DECK, selection).cards()] == kept


def test_a_card_keeps_its_number_in_every_selection() -> None:
    one, two = DECK.sections
    first = replace(one, cards=(replace(one.cards[0], retired=True), one.cards[1]))
    chosen = select(replace(DECK, sections=(first, two)), Selection(sections=("two",)))
    assert chosen.numbers == {"a2": 1, "b": 2}


def test_a_link_to_a_card_left_out_is_text_and_other_links_stay() -> None:
    (section,) = select(DECK, Selection(sections=("one",))).sections
    assert section.cards[0].short == (
        "see ", "<em>b</em>", " and ", LinkStart("a2"), "a2", LinkEnd()
    )  # fmt: skip


def test_pictures_come_along_only_with_what_shows_them() -> None:
    assert select(DECK, Selection(sections=("one",))).assets == {}
    assert set(select(DECK, Selection(sections=("two",))).assets) == {"p.svg"}
