"""What holds of every history of releases, and of whatever happens to an output folder."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deckpress.history import comparison, ledger
from deckpress.history.digests import digests
from deckpress.model import RawDeck, Release
from deckpress.output import store
from deckpress.reading.disk.files import LoadedSource
from deckpress.reading.reader import read
from deckpress.version_number import version_tuple

HEAD = "---\ntitle: T\nlang: en\nkey: t\nanki_deck: T\n---\n\n# One {#one}\n"
TIME = 1_800_000_000

Cards = dict[str, tuple[str, bool]]


def deck(cards: Cards, last: Release | None) -> RawDeck:
    """A deck of these cards: by id, the answer and whether it is retired."""
    text = HEAD + "".join(
        f"\n## Is it {id}? {{#{id}{' .retired' if retired else ''}}}\n\n{answer}\n"
        for id, (answer, retired) in cards.items()
    )
    found, _ = read(LoadedSource("deck", "deck.md", text.encode(), text, {}, ()))
    return replace(found, release=last)


def release(cards: Cards, last: Release | None, time: int) -> Release:
    source = deck(cards, last)
    now = digests(source)
    version = comparison.next_version(last, comparison.compare(last, source, now))
    return ledger.next_release(source, now, version, time)


card = st.tuples(st.sampled_from(["Yes.", "No.", "Perhaps."]), st.booleans())
steps = st.lists(
    st.tuples(st.dictionaries(st.sampled_from("abcdef"), card), st.integers(2, 10**7)),
    min_size=1,
    max_size=6,
)


def histories(steps: list[tuple[Cards, int]]) -> list[Release]:
    """Each step writes some cards anew; none ever goes."""
    cards: Cards = {}
    time = TIME
    found: list[Release] = []
    for changed, passed in steps:
        cards |= changed
        time += passed
        found.append(release(cards, found[-1] if found else None, time))
    return found


@given(steps)
def test_a_history_tells_one_story(steps: list[tuple[Cards, int]]) -> None:
    found = histories(steps)
    assert ledger.contradiction(found) == ""
    numbers: dict[int, str] = {}
    for one in found:
        for id, entry in one.cards.items():
            assert numbers.setdefault(entry.note, id) == id, "two notes have one number"
            assert entry.modified <= one.time
            assert version_tuple(entry.retired or one.version) <= version_tuple(one.version)
    for older, newer in pairwise(found):
        assert version_tuple(newer.version) > version_tuple(older.version)
        for id, before in older.cards.items():
            same = newer.cards[id].content == before.content
            assert same == (newer.cards[id].modified == before.modified)


@given(steps)
def test_a_release_is_read_as_it_was_written(steps: list[tuple[Cards, int]]) -> None:
    for one in histories(steps):
        assert ledger.parse(f"{one.version}.json", ledger.serialise(one)) == one


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths to every value in a JSON document."""
    if isinstance(value, dict):
        return [place for key in value for place in places(value[key], (*path, key))]
    return [path]


@given(steps, st.data())
def test_no_change_by_hand_goes_unnoticed(
    steps: list[tuple[Cards, int]], data: st.DataObject
) -> None:
    one = histories(steps)[-1]
    content = json.loads(ledger.serialise(one))
    *way, last = data.draw(st.sampled_from(places(content)))
    inner = content
    for key in way:
        inner = inner[key]
    fresh: st.SearchStrategy[Any] = st.one_of(
        st.text(max_size=4), st.integers(), st.none(), st.just([])
    )
    inner[last] = data.draw(fresh.filter(lambda value: value != inner[last]))
    with pytest.raises(ledger.LedgerError):
        ledger.parse(f"{one.version}.json", json.dumps(content).encode())


def test_many_new_cards_take_no_number_of_the_next_release() -> None:
    first = release({f"c{n}": ("Yes.", False) for n in range(3000)}, None, TIME)
    second = release({**{f"c{n}": ("Yes.", False) for n in range(3001)}}, first, TIME + 2)
    numbers = [entry.note for entry in second.cards.values()]
    assert len(set(numbers)) == 3001


@pytest.mark.parametrize("name", ["time", "note", "modified"])
def test_releases_that_contradict_each_other_are_told(name: str) -> None:
    first = release({"a": ("Yes.", False)}, None, TIME)
    second = release({"a": ("Yes.", False)}, first, TIME + 10)
    if name == "time":
        second = replace(second, time=TIME)
    else:
        before = second.cards["a"]
        wrong = replace(before, note=1) if name == "note" else replace(before, modified=1)
        second = replace(second, cards={"a": wrong})
    assert second.version in ledger.contradiction([first, second])


RELEASES = ("1.0.0", "1.1.0")
BUILDS = ("1.1.0-dev+a", "1.1.0-dev+b", "1.1.0-dev+c")
acts = st.one_of(
    st.tuples(st.just("publish"), st.sampled_from(RELEASES + BUILDS), st.binary(max_size=3)),
    st.tuples(st.just("clean"), st.integers(0, 2), st.just(b"")),
    st.tuples(st.just("damage"), st.sampled_from(BUILDS), st.just(b"")),
)


@given(st.lists(acts, max_size=12))
def test_whatever_happens_a_release_stays_and_latest_leads_somewhere(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, Any, bytes]]
) -> None:
    output = tmp_path_factory.mktemp("output")
    kept: dict[str, bytes] = {}
    for act, what, data in acts:
        if act == "publish" and what in kept and kept[what] != data:
            with pytest.raises(store.StoreError):
                store.publish(output, what, {"deck": data}, immutable=True)
        elif act == "publish":
            store.publish(output, what, {"deck": data}, immutable=what in RELEASES)
            if what in RELEASES:
                kept[what] = data
        elif act == "clean":
            store.clean(output, what)
        elif (output / what / "deck").exists():
            (output / what / "deck").write_bytes(b"damaged")
        for version, content in kept.items():
            assert store.is_intact(output, version)
            assert (output / version / "deck").read_bytes() == content
        if (output / "latest").is_symlink():
            assert (output / "latest").resolve().is_dir()
        assert not list(output.glob(".*"))
