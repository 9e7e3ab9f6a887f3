"""The order of the options, as every output gets it with a rendered deck."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from deckpress.history.digests import digests
from deckpress.model import RawCard, RawDeck
from deckpress.reading.disk.files import load
from deckpress.reading.reader import read
from deckpress.render.option_order import shown_order
from deckpress.render.plain_text import plain_text
from deckpress.render.renderer import render

FRONT = "---\ntitle: T\nlang: en\nkey: t\nanki_deck: T\n---\n\n# S {#s}\n"


@pytest.fixture
def deck(tmp_path: Path) -> RawDeck:
    """A hundred cards, each with its right option first; and one that keeps its order."""
    cards = [f"## Q{n}? {{#card-{n} .choice}}\n\n{options('right', 'b', 'c')}" for n in range(100)]
    cards.append(f"## Kept? {{#kept .choice order=source}}\n\n{options('right', 'b', 'c', 'd')}")
    return read_text(tmp_path, "\n".join(cards))


def options(right: str, *wrong: str) -> str:
    return "\n".join([f"- [x] {right}", *(f"- [ ] {text}" for text in wrong), ""])


def read_text(folder: Path, cards: str) -> RawDeck:
    path = folder / "deck.md"
    path.write_text(FRONT + "\n" + cards, "utf-8")
    deck, found = read(load(path))
    assert not found
    return deck


def shown(deck: RawDeck) -> dict[str, list[str]]:
    return {
        card.id: [plain_text(option.html) for option in card.options]
        for card in render(deck)[0].cards()
    }


def one(folder: Path, *texts: str, order: str = "") -> RawCard:
    (card,) = read_text(folder, f"## Q? {{#card .choice{order}}}\n\n{options(*texts)}").cards()
    return card


def test_the_right_option_is_at_no_place_much_more_often_than_at_another(deck: RawDeck) -> None:
    places = Counter(texts.index("right") for id, texts in shown(deck).items() if id != "kept")
    assert set(places) == {0, 1, 2}
    assert max(places.values()) < 50


def test_a_right_option_stays_right_where_it_is_shown(deck: RawDeck) -> None:
    for card in render(deck)[0].cards():
        rights = [plain_text(option.html) for option in card.options if option.right]
        assert rights == ["right"], card.id


def test_an_order_that_means_something_is_kept(deck: RawDeck) -> None:
    assert shown(deck)["kept"] == ["right", "b", "c", "d"]


def test_an_option_keeps_its_place_when_it_is_reworded(tmp_path: Path) -> None:
    before = shown_order(one(tmp_path, "a", "b", "c", "d"))
    assert shown_order(one(tmp_path, "a", "another", "c", "d")) == before


def test_an_option_that_is_added_leaves_the_others_in_their_order(tmp_path: Path) -> None:
    before = shown_order(one(tmp_path, "a", "b", "c", "d"))
    after = shown_order(one(tmp_path, "a", "b", "c", "d", "e"))
    assert tuple(number for number in after if number < 4) == before


def test_another_order_is_an_edit_that_learners_get(tmp_path: Path) -> None:
    free = read_text(tmp_path, f"## Q? {{#card .choice}}\n\n{options('a', 'b')}")
    kept = read_text(tmp_path, f"## Q? {{#card .choice order=source}}\n\n{options('a', 'b')}")
    assert digests(free)["card"]["items"] != digests(kept)["card"]["items"]
