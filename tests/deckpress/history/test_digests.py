"""What counts as a change of a card: what its text shows, wherever that is defined."""

from __future__ import annotations

import pytest

from deckpress.history.differences import part_texts
from deckpress.history.digests import digests
from deckpress.model import RawDeck
from deckpress.reading.disk.files import LoadedSource
from deckpress.reading.reader import read

SOURCE = """---
title: T
lang: en
key: t
anki_deck: T
---

# One {#one}

## Who uses it? {#uses}

See [the manual][m] and ![A plan][plan].

## Who says it in short? {#short}

See [m].

## Who defines it? {#defines}

Not this one.

[m]: https://example.org/1 "Title"
[plan]: figures/a.png

## Who has its own? {#own}

See [m].

[m]: https://example.org/own

## Who has nothing to do with it? {#other}

A list `[m]`, [a link](https://example.org/1) and [ ] a box.
"""
FILES = {"figures/a.png": b"a", "figures/b.png": b"b"}


def deck(text: str, **files: bytes) -> RawDeck:
    shown = {**FILES, **{f"figures/{name}.png": data for name, data in files.items()}}
    return read(LoadedSource("deck", "deck.md", text.encode(), text, shown, ()))[0]


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("example.org/1 ", "example.org/2 ", {"uses", "short"}),
        ('"Title"', '"Other"', {"uses", "short"}),
        ("figures/a.png", "figures/b.png", {"uses"}),
        ("example.org/own", "example.org/mine", {"own"}),
        ('[m]: https://example.org/1 "Title"\n', "", {"uses", "short"}),
        ("this one.\n", "this one.\n\n[new]: https://example.org/3\n", set()),
        ("## Who has its own", "[n]: <https://example.org/3>\n\n## Who has its own", set()),
        ("Not this one.", "Not that one.", {"defines"}),
    ],
)
def test_a_definition_counts_for_the_cards_that_use_it_and_for_no_other(
    before: str, after: str, changed: set[str]
) -> None:
    assert before in SOURCE
    old, new = deck(SOURCE), deck(SOURCE.replace(before, after, 1))
    then, now = digests(old), digests(new)
    assert {id for id in now if now[id] != then[id]} == changed
    told, tells = part_texts(old), part_texts(new)
    assert {id for id in tells if tells[id] != told[id]} == changed


def test_a_picture_that_is_named_elsewhere_counts_with_its_bytes() -> None:
    then, now = digests(deck(SOURCE)), digests(deck(SOURCE, a=b"changed"))
    assert {id for id in now if now[id] != then[id]} == {"uses"}
