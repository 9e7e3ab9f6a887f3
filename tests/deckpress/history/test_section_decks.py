"""The names of the sections' decks: in the order of the source at first, and then for ever."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deckpress.history import changelog, comparison, ledger, versions
from deckpress.history.digests import digests
from deckpress.history.section_decks import section_decks
from deckpress.model import RawDeck, Release
from deckpress.reading.disk.files import LoadedSource
from deckpress.reading.reader import read
from deckpress.selection import Selection

# By the id of a section: its title and the ids of its cards.
Sections = dict[str, tuple[str, list[str]]]
TIME = 1_800_000_000


def deck(sections: Sections, last: Release | None = None, anki_deck: str = "T") -> RawDeck:
    text = f"---\ntitle: T\nlang: en\nkey: t\nanki_deck: {anki_deck}\n---\n"
    for id, (title, cards) in sections.items():
        text += f"\n# {title} {{#{id}}}\n\nAbout it.\n"
        text += "".join(f"\n## Is it {card}? {{#{card}}}\n\nYes.\n" for card in cards)
    found, _ = read(LoadedSource("deck", "deck.md", text.encode(), text, {}, ()))
    return replace(found, release=last)


def release(source: RawDeck) -> Release:
    now = digests(source)
    version = comparison.next_version(
        source.release, comparison.compare(source.release, source, now)
    )
    time = source.release.time + 10 if source.release else TIME
    return ledger.next_release(source, now, version, time)


def numbered(count: int) -> Sections:
    return {f"s{n}": (f"Title {n}", [f"c{n}"]) for n in range(1, count + 1)}


@pytest.mark.parametrize(
    ("count", "first", "last"), [(2, "1", "2"), (9, "1", "9"), (10, "01", "10")]
)
def test_the_names_sort_as_the_sections_do(count: int, first: str, last: str) -> None:
    names = list(section_decks(None, deck(numbered(count))).values())
    assert names[0] == f"{first} Title 1"
    assert names[-1] == f"{last} Title {count}"
    assert names == sorted(names)


def test_a_section_without_cards_takes_no_number() -> None:
    sections = {"intro": ("How to", []), "a": ("A", ["x"])}
    assert section_decks(None, deck(sections)) == {"a": "1 A"}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("`nginx` and **Docker**", "1 nginx and Docker"),
        ("[The `ss` tool](https://example.org) &amp; friends", "1 The ss tool & friends"),
        ("std::vector", "1 std∷vector"),
        (r"snake_case \* 2", "1 snake_case * 2"),
        ("$O(n)$", "1 O(n)"),
        ("二　三", "1 二 三"),
    ],
)
def test_a_title_is_plain_in_a_name(title: str, name: str) -> None:
    assert section_decks(None, deck({"a": (title, ["x"])})) == {"a": name}


def test_a_section_that_is_renamed_or_moved_keeps_its_deck() -> None:
    first = release(deck(numbered(3)))
    sections = numbered(3)
    moved = {"s3": ("Renamed", ["c3"]), "new": ("New", ["x"]), "s1": sections["s1"]}
    second = release(deck({**moved, "s2": sections["s2"]}, first))
    assert second.decks == {**first.decks, "new": "4 New"}
    fewer = release(deck({id: moved[id] for id in ("s3", "new")}, second))
    assert fewer.decks == second.decks
    back = release(deck({**moved, "s2": ("Back", ["c2"]), "more": ("More", ["y"])}, fewer))
    assert back.decks == {**second.decks, "more": "5 More"}
    assert ledger.parse(f"{back.version}.json", ledger.serialise(back)).decks == back.decks


def test_a_section_that_only_got_another_id_keeps_its_deck() -> None:
    first = release(deck(numbered(2)))
    other = deck({"s1": ("Title 1", ["c1"]), "second": ("Second", ["c2", "x"])}, first)
    assert section_decks(first, other)["second"] == "2 Title 2"
    split = deck({"s1": ("Title 1", ["c1", "c2"]), "second": ("Second", ["x"])}, first)
    assert section_decks(first, split)["second"] == "3 Second"


def test_the_tenth_section_comes_behind_the_ninth() -> None:
    first = release(deck(numbered(9)))
    names = section_decks(first, deck(numbered(12), first))
    assert list(names.values())[9:] == ["90 Title 10", "91 Title 11", "92 Title 12"]
    assert list(names.values()) == sorted(names.values())


def test_another_name_in_anki_begins_anew() -> None:
    first = release(deck(numbered(2)))
    turned = {id: numbered(2)[id] for id in ("s2", "s1")}
    assert section_decks(first, deck(turned, first)) == first.decks
    assert section_decks(first, deck(turned, first, "Other")) == {
        "s2": "1 Title 2",
        "s1": "2 Title 1",
    }


def test_a_build_has_the_names_before_and_after_the_first_release() -> None:
    source = deck(numbered(2))
    before = versions.development_version(source, "tools", Selection(("s2",)), None)
    assert before.decks == {"s1": "1 Title 1", "s2": "2 Title 2"}
    assert versions.released_version(release(source)).decks == before.decks


def test_the_notes_name_a_renamed_section_by_its_deck() -> None:
    first = release(deck(numbered(2)))
    source = deck({**numbered(2), "s2": ("How it ends", ["c2"])}, first)
    changes = comparison.compare(first, source, digests(source))
    assert "- How it ends (`2 Title 2`)" in changelog.version_notes(source, "T", changes)


PLANS = st.lists(
    st.tuples(st.permutations("abcdefghijkl"), st.integers(0, 12), st.integers(0, 9)),
    min_size=2,
    max_size=5,
)


@given(PLANS)
def test_whatever_becomes_of_the_sections_no_deck_changes_its_name(
    plans: list[tuple[list[str], int, int]],
) -> None:
    found: list[Release] = []
    for order, count, rename in plans:
        sections = {id: (f"{id} {rename}", [f"{id}-1"]) for id in order[:count]}
        found.append(release(deck(sections, found[-1] if found else None)))
    for older, newer in pairwise(found):
        assert newer.decks.items() >= older.decks.items()
        assert len(set(newer.decks.values())) == len(newer.decks)
        fresh = [name for id, name in newer.decks.items() if id not in older.decks]
        assert fresh == sorted(fresh)
        assert all(name > old for name in fresh for old in older.decks.values())
