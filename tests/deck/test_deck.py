"""What the shipped deck promises: its cards, the facts that they keep, the errors they correct."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from deckpress.history.proofs import card_texts
from deckpress.model import CardKind, PartName, RawCard
from deckpress.reading.cloze import fill_gaps
from deckpress.reading.references import Folder, references
from releases.checked_source import CheckedSource, check_source
from tests.examples.recipes import recipes
from tests.shipped import SOURCE

HERE = Path(__file__).parent
TESTS = HERE.parent / "examples"


@cache
def deck() -> CheckedSource:
    return check_source(SOURCE)


@cache
def cards() -> dict[str, RawCard]:
    return {card.id: card for card in deck().deck.cards()}


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def part(card: RawCard, name: PartName) -> str:
    return "\n".join(part.text.source for part in card.parts if part.name is name)


def said(card: RawCard) -> str:
    """The question and the answer of a card with its gaps filled in."""
    return "\n".join(fill_gaps(text.source) for text in (card.question, *card_texts(card)))


@cache
def texts() -> dict[str, str]:
    """What the cards and the recipes say, by their ids."""
    told = {f"recipe-{name}": text for name, text in recipes().items()}
    return told | {id: said(card) for id, card in cards().items()}


def test_a_build_has_nothing_to_say_about_it() -> None:
    assert [(d.span.line, d.code, d.message("en")) for d in deck().findings] == []


def test_no_card_is_dropped() -> None:
    assert [id for id in (HERE / "ids.txt").read_text("ascii").split() if id not in cards()] == []


def test_its_sections() -> None:
    sections = {section.id: len(section.cards) for section in deck().deck.sections}
    counts = {"docker": 60, "nginx": 47, "supervisor": 21, "fastdfs": 27}
    names = ("nginx-uwsgi", "supervisor", "fastdfs-containers", "fastdfs-python")
    assert sections == counts | {f"recipe-{name}": 0 for name in names}


@pytest.mark.parametrize("row", rows("coverage.csv"), ids=lambda row: row["fact"])
def test_a_fact_of_the_original_text_is_in_the_deck(row: dict[str, str]) -> None:
    """On a card or in a recipe. Facts without one are the foreword and the closing words."""
    ids = row["cards"].split()
    assert [id for id in ids if id not in texts()] == []
    assert bool(ids) == bool(row["sentence"]) == (row["fact"] not in ("0.1", "9.17"))
    assert not ids or any(row["sentence"] in texts()[id] for id in ids)


def test_every_fact_is_in_the_table() -> None:
    assert len([row for row in rows("coverage.csv") if row["cards"]]) == 70


@pytest.mark.parametrize(
    "row", rows("errors.csv"), ids=lambda row: f"{row['error']}-{row['cards']}"
)
def test_an_error_of_the_field_is_corrected(row: dict[str, str]) -> None:
    """A wrong statement openly, as a pitfall; an omission on the card; a misspelling everywhere."""
    if row["corrected"] == "spelling":
        assert not re.search(row["says"], deck().deck.source.decode())
        return
    card = cards()[row["cards"]]
    openly = row["corrected"] == "pitfall"
    said = (
        part(card, PartName.PITFALL)
        if openly
        else "\n".join(text.source for text in card_texts(card))
    )
    assert re.search(row["says"], said), said


def test_every_error_is_in_the_table() -> None:
    assert {row["error"] for row in rows("errors.csv")} == {str(n) for n in range(1, 37)}


@pytest.mark.parametrize("card", deck().deck.cards(), ids=lambda card: card.id)
def test_a_card_is_complete(card: RawCard) -> None:
    assert re.search(r"\]\(https?://[^/)]+/[^)]+\)", part(card, PartName.SOURCES))
    assert card.level is not None
    assert card.tags
    if card.tier in ("must", "core"):
        assert "？**" in part(card, PartName.FOLLOW_UP)
    else:
        assert card.tier == "extra"


# The documents of uWSGI have no versions.
MOVING = re.compile(r"blob/(?:master|main)/|(?<!uwsgi-docs\.readthedocs\.io/en)/(?:latest|stable)/")


def test_a_source_is_a_version_that_does_not_change() -> None:
    assert [id for id, card in cards().items() if MOVING.search(part(card, PartName.SOURCES))] == []


def test_all_five_kinds_are_used() -> None:
    assert {card.kind for card in cards().values()} == set(CardKind)


def _shown() -> Iterator[str]:
    for card in cards().values():
        for part in card.parts:
            for reference in references(part.text.source):
                yield reference.path


def test_every_file_beside_the_deck_is_shown_on_a_card() -> None:
    """Or stands beside an example that is, and is run with it."""
    shown = {*_shown(), deck().deck.meta.proofs}
    tests = "".join(path.read_text("utf-8") for path in TESTS.glob("test_*.py"))
    for folder in (Folder.FIGURES, Folder.EXAMPLES):
        there = {
            path.relative_to(SOURCE.parent).as_posix()
            for path in (SOURCE.parent / folder.value).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        companions = {path for path in there if f'"{path.removeprefix(folder.value)}"' in tests}
        assert there - shown - companions == set()


def test_pictures_where_they_say_it_better() -> None:
    drawn = [path for path in _shown() if path.startswith(Folder.FIGURES.value)]
    diagrams = deck().deck.source.decode().count("```mermaid ")
    assert len(drawn) + diagrams >= 12
