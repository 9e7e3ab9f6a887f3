"""The cards that other tools break: each is whole in Anki, in print and on the page."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from deckpress.model import Artifact, Deck, Version
from deckpress.render.renderer import render
from exporters import EXPORTERS, load
from releases.checked_source import check_source
from tests import outputs
from tests.exporters.browser import visit
from tests.exporters.learner import learner
from tests.exporters.pdf_reading import HANDBOOK

TORTURE = Path(__file__).parent / "fixtures" / "torture"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((TORTURE / "expected.toml").read_text("utf-8"))
VERSION = Version("1.0.0", {}, 1_600_000_000, release=True)

# What is read of a card's element. A formula on the page is a drawing with its TeX as its label.
_READ = """card => ({
  text: card.textContent,
  code: [...card.querySelectorAll('code')].map(e => e.textContent),
  deleted: [...card.querySelectorAll('del')].map(e => e.textContent),
  alternatives: [...card.querySelectorAll('img')].map(e => e.alt),
  formulas: [...card.querySelectorAll('svg.math')].map(e => e.getAttribute('aria-label')).concat(
    [...card.textContent.matchAll(/\\\\\\((.+?)\\\\\\)/g)].map(m => m[1])),
})"""


@dataclass(frozen=True)
class Tortured:
    deck: Deck
    artifacts: Mapping[str, Artifact]


@pytest.fixture(scope="module")
def tortured() -> Tortured:
    """All cards in one deck, as the sources of one author; nothing is found but their purpose."""
    decks = []
    for path in sorted(TORTURE.glob("*.md")):
        read = check_source(path)
        assert [d.message("en") for d in read.findings if d.code not in ("D602", "D905")] == []
        decks.append(read.deck)
    sections = tuple(section for deck in decks for section in deck.sections)
    deck, found = render(replace(decks[0], sections=sections))
    assert [d.message("en") for d in found if d.code != "D517"] == []
    made = {name: load(name)(deck, VERSION, HANDBOOK) for name in EXPORTERS}
    return Tortured(deck, {name: artifact for name, (artifact, *_) in made.items()})


@pytest.fixture(scope="module")
def on_page(
    tortured: Tortured, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    file = tmp_path_factory.mktemp("page") / "page.html"
    file.write_bytes(tortured.artifacts["web"].data)
    with visit(chromium, file) as seen:
        yield seen.page
        assert seen.record.complaints == []


@pytest.fixture(scope="module")
def in_anki(
    tortured: Tortured, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """The last side of each note's cards, as Anki renders it, each in an element with its id."""
    folder = tmp_path_factory.mktemp("anki")
    with learner(folder) as reader:
        assert reader.take(tortured.artifacts["anki"]) == {"new": len(tortured.deck.cards())}
        names = {"面试题", "面试题::折磨：全部", "面试题::折磨：全部::尖括号"}
        assert names <= reader.tree().keys()
        answers = {
            reader.id(card): card.render_output(browser=False).answer_text
            for card in sorted(reader.cards(), key=lambda card: -card.ord)
        }
    file = folder / "cards.html"
    file.write_text("<!doctype html><meta charset=utf-8><body>", "utf-8")
    with visit(chromium, file) as seen:
        seen.page.evaluate(
            "cards => { for (const [id, html] of Object.entries(cards)) {"
            " const card = document.createElement('div');"
            " card.id = id; card.innerHTML = html; document.body.append(card); } }",
            answers,
        )
        yield seen.page


def test_every_card_has_its_facts(tortured: Tortured) -> None:
    assert [card.id for card in tortured.deck.cards()] == sorted(
        EXPECTED, key=[card.id for card in tortured.deck.cards()].index
    )
    assert len(list(TORTURE.glob("*.md"))) >= 10


@pytest.mark.parametrize("identity", EXPECTED)
@pytest.mark.parametrize("output", ["on_page", "in_anki"])
def test_the_card_is_whole(output: str, identity: str, request: pytest.FixtureRequest) -> None:
    page: Page = request.getfixturevalue(output)
    expected = EXPECTED[identity]
    card = page.locator(f"[id='{identity}']")
    read = card.evaluate(_READ)
    text = outputs.bare(read["text"])
    assert [said for said in expected["says"] if outputs.bare(said) not in text] == []
    code = [piece.removeprefix("\n") for piece in expected.get("code", ())]
    assert [piece for piece in code if piece not in read["code"]] == []
    assert {
        selector: card.locator(selector).count() for selector in expected.get("elements", ())
    } == (expected.get("elements", {}))
    for kind in ("deleted", "alternatives", "formulas"):
        assert sorted(set(read[kind])) == sorted(expected.get(kind, ())), kind


def test_the_print_is_whole(tortured: Tortured, tmp_path: Path) -> None:
    text = outputs.printed(tortured.artifacts["pdf"].data, tmp_path)
    lost = [
        (identity, said)
        for identity, expected in EXPECTED.items()
        for said in (
            *expected["says"],
            *expected.get("code", ()),
            *expected.get("deleted", ()),
            *expected.get("printed", ()),
        )
        if outputs.bare(said) not in text
    ]
    assert lost == []


def test_footnotes_lead_to_their_own_card(on_page: Page) -> None:
    pairs = on_page.evaluate(
        "[...document.querySelectorAll('sup a')].map(a => [a.closest('.card').id,"
        " document.getElementById(a.getAttribute('href').slice(1)).closest('.card').id])"
    )
    assert len(pairs) == 5
    assert [pair for pair in pairs if pair[0] != pair[1]] == []


def test_a_question_asked_twice_is_two_notes(tortured: Tortured, tmp_path: Path) -> None:
    with learner(tmp_path) as reader:
        reader.take(tortured.artifacts["anki"])
        same = [card for card in reader.cards() if "怎么重启" in card.note()["Question"]]
        assert len({card.note().guid for card in same}) == 3
        fields = json.dumps([card.note().values() for card in same], ensure_ascii=False)
    assert re.findall(r"systemctl|supervisorctl|docker restart", fields) == [
        "systemctl",
        "supervisorctl",
        "docker restart",
    ]
