"""A development version is named by what went into it, and by nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from deckpress.history.versions import development_version
from deckpress.model import Meta, RawDeck
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
        (Selection(sections=("docker",)), r"docker"),
        (
            Selection(sections=("docker",), levels=(1, 2), tiers=("core",)),
            r"docker-level1-level2-core",
        ),
        (Selection(tags=("概念",)), r"[0-9a-f]{8}"),
        (Selection(tags=tuple(f"long-tag-{n}" for n in range(9))), r"[0-9a-f]{8}"),
    ],
)
def test_a_partial_build_says_so_in_its_name(selection: Selection, label: str) -> None:
    version = development_version(DECK, "t", selection, None)
    assert version.partial
    assert re.fullmatch(rf"1\.0\.0-dev\+[0-9a-f]{{10}}\.partial\.{label}", version.name)


def test_a_build_of_some_outputs_is_not_taken_for_the_whole() -> None:
    version = development_version(DECK, "t", WHOLE, ("anki", "pdf"))
    assert version.name == f"{name()}.only.anki-pdf"
    assert not version.partial
