"""A development version is named by what went into it, and by nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from deckpress.history.digests import source_fingerprint
from deckpress.history.versions import development_version, released_version
from deckpress.model import Meta, RawDeck, Release
from deckpress.selection import Selection

DECK = RawDeck(
    name="deck",
    meta=Meta(title="T", lang="en", key="k", anki_deck="D"),
    sections=(),
    files={"examples/a.conf": b"listen 80;"},
    source=b"---\n",
)


WHOLE = Selection()


def name(deck: RawDeck = DECK, tools: str = "t") -> str:
    return development_version(deck, tools, WHOLE, None).name


def test_the_name_is_a_semantic_version_on_its_way_to_the_first_release() -> None:
    assert re.fullmatch(r"1\.0\.0-dev\+[0-9a-f]{10}", name())
    assert name() == name()


@pytest.mark.parametrize(
    "changed",
    [
        name(replace(DECK, source=b"---\n ")),
        name(replace(DECK, files={"examples/a.conf": b"listen 81;"})),
        name(replace(DECK, files={"examples/b.conf": b"listen 80;"})),
        name(replace(DECK, files={})),
        name(replace(DECK, name="other")),
        name(tools="u"),
    ],
    ids=["source", "file", "file name", "no file", "deck name", "tools"],
)
def test_whatever_changes_a_byte_changes_the_name(changed: str) -> None:
    assert changed != name()


@pytest.mark.parametrize(
    ("selection", "label"),
    [
        (Selection(sections=("docker",)), "docker"),
        (Selection(sections=("docker",), levels=(1,), tiers=("core",)), "docker-level1-core"),
        (Selection(tags=("概念",)), "part"),
        (Selection(tags=tuple(f"long-tag-{n}" for n in range(9))), "part"),
    ],
)
def test_a_partial_build_says_so_in_its_name(selection: Selection, label: str) -> None:
    version = development_version(DECK, "t", selection, None)
    assert version.partial
    assert re.fullmatch(rf"1\.0\.0-dev\+[0-9a-f]{{10}}\.{label}", version.name)


def test_whatever_is_asked_for_has_a_name_of_its_own_and_the_same_one_each_time() -> None:
    """A section may be called as a tier is, and a build of some outputs is not the whole."""
    asked: list[tuple[Selection, tuple[str, ...] | None, dict[str, object]]] = [
        (WHOLE, None, {}),
        (Selection(sections=("core",)), None, {}),
        (Selection(tiers=("core",)), None, {}),
        (Selection(tags=("概念",)), None, {}),
        (Selection(tags=("配置",)), None, {}),
        (WHOLE, ("pdf",), {}),
        (WHOLE, ("anki", "pdf"), {}),
        (WHOLE, ("pdf",), {"paper": "A5"}),
        (WHOLE, ("pdf",), {"sheets": ("cheat", "cards")}),
    ]
    names = [development_version(DECK, "t", *each) for each in asked]
    assert len({version.short for version in names}) == len(asked)
    assert names == [development_version(DECK, "t", *each) for each in asked]
    assert not any(version.name.endswith("pdf") for version in names)
    assert [version.partial for version in names] == [bool(some) for some, *_ in asked]


def test_only_what_was_released_has_a_month() -> None:
    content = source_fingerprint(DECK)
    released = Release("1.0.0", 1_764_000_000, "deck", "k", "D", {}, content=content)
    same = replace(DECK, release=released)
    assert released_version(released).month == "2025-11"
    assert development_version(same, "t", Selection(tiers=("core",)), None).month == "2025-11"
    edited = replace(same, source=b"---\n ")
    assert not development_version(edited, "t", Selection(tiers=("core",)), None).month
    assert not development_version(DECK, "t", Selection(tiers=("core",)), None).month
