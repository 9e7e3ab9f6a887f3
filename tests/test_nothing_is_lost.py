"""Each card's every sentence, from the source, is found again in each output."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from commands.main import main
from deckpress.model import Artifact
from tests.exporters.browser import visit
from tests.exporters.learner import Learner, learner, text_of
from tests.shipped import SOURCE as SHIPPED
from tests.spoken import Said, bare, said


@pytest.fixture(scope="module")
def built(
    tmp_path_factory: pytest.TempPathFactory,
) -> Mapping[str, Path]:
    """The deck and the page of the shipped deck, by what their names end with."""
    return artefacts(tmp_path_factory.mktemp("output"), "--only", "anki,web")


def artefacts(output: Path, *options: str) -> dict[str, Path]:
    """What a build of the shipped deck makes, by what stands behind the version in the names."""
    assert main([str(SHIPPED), "--output", str(output), *options]) == 0
    manifest = json.loads((output / "latest" / "manifest.json").read_text("utf-8"))
    paths = [output / "latest" / artifact["name"] for artifact in manifest["artifacts"]]
    stem = f"{manifest['source']['name'].removesuffix('.md')}-{manifest['version']}"
    return {path.name.removeprefix(stem): path for path in paths}


@pytest.fixture(scope="module")
def spoken() -> dict[str, Said]:
    cards = said(SHIPPED)
    assert cards
    assert all(card.sentences for card in cards.values())
    return cards


def lost(spoken: Mapping[str, Said], text_of_card: Callable[[str], str]) -> list[tuple[str, str]]:
    """The sentences that are not in the text of their card."""
    bared = cache(bare)  # one text may be that of all cards
    return [
        (identity, sentence)
        for identity, card in spoken.items()
        for text in [bared(text_of_card(identity))]
        for sentence in card.sentences
        if bare(sentence) not in text
    ]


def unseen(spoken: Mapping[str, Said], html_of_card: Callable[[str], str]) -> list[tuple[str, str]]:
    """The text alternatives that are not in the HTML of their card."""
    return [
        (identity, alternative)
        for identity, card in spoken.items()
        for alternative in card.alternatives
        if f'alt="{alternative}"' not in html_of_card(identity)
    ]


def test_nothing_is_lost_in_anki(
    tmp_path: Path, built: Mapping[str, Path], spoken: dict[str, Said]
) -> None:
    path = built[".apkg"]
    with learner(tmp_path) as reader:
        reader.take(Artifact(path.name, path.read_bytes()))
        texts = texts_by_id(reader)
    # A section without cards is for reading: Anki has no deck of it.
    studied = {id: words for id, words in spoken.items() if not id.startswith("recipe-")}
    assert texts.keys() == studied.keys()
    assert lost(studied, lambda identity: text_of(texts[identity])) == []
    assert unseen(studied, texts.__getitem__) == []


def texts_by_id(reader: Learner) -> dict[str, str]:
    """Each note's fields, and each section's deck name and description, as HTML."""
    texts = {}
    for card in reader.cards():
        note, deck = card.note(), reader.collection.decks.get(card.did)
        assert deck
        # A gap's braces and hint stand around the answer, which is what has to be there.
        texts[Learner.id(card)] = filled("\n".join(note.fields))
        (section,) = (tag for tag in note.tags if "::section::" in tag)
        texts[section.rpartition("::")[2]] = f"{deck['name']}\n{deck['desc']}"
    return texts


def filled(field: str) -> str:
    return re.sub(r"\{\{c\d+::(.*?)(?:::[^:{}]*)?\}\}", r"\1", field, flags=re.DOTALL)


@pytest.mark.slow
def test_nothing_is_lost_in_print(
    tmp_path: Path, spoken: dict[str, Said], body: Mapping[str, int]
) -> None:
    printed = artefacts(tmp_path, "--only", "pdf", "--sheet", "handbook")
    window = [argument for name, value in body.items() for argument in (f"-{name}", str(value))]
    text = subprocess.run(
        ["pdftotext", "-raw", "-nopgbrk", *window, printed["-handbook.pdf"], "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    # Marks of items, torn off at the end of a column, and what stands above one that goes on.
    text = re.sub(r"^(·|(\d+|来源) 续)\n", "", text, flags=re.M)
    text += re.sub(r"\s*→\s*\d+", "", text)  # on paper, a link to a card names its number too
    # A comment that would make its line too long stands on a line of its own.
    whole = "".join(text.split())
    missing = [
        said
        for said in lost(spoken, lambda _: text)
        if not all("".join(piece.split()) in whole for piece in re.split(r"\s+(?=#)", said[1]))
    ]
    assert missing == []


@pytest.fixture
def body() -> dict[str, int]:
    """The part of an A4 page, in points, that holds the cards and not what runs above and below."""
    return {"x": 0, "y": 40, "W": 595, "H": 762}


def test_nothing_is_lost_on_the_page(
    built: Mapping[str, Path], spoken: dict[str, Said], chromium: Browser
) -> None:
    with visit(chromium, built[".html"]) as visited:
        texts = visited.page.evaluate(
            "ids => Object.fromEntries(ids.map(id =>"
            " [id, [document.getElementById(id).textContent,"
            " document.getElementById(id).outerHTML]]))",
            list(spoken),
        )
    assert lost(spoken, lambda identity: texts[identity][0]) == []
    assert unseen(spoken, lambda identity: texts[identity][1]) == []
