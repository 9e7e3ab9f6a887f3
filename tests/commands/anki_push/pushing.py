"""What tests of a push share: an author who pushes, and the learner whose Anki it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from anki.collection import Collection
from anki.notes import Note
from anki.scheduler.v3 import CardAnswer, Scheduler

from commands.main import main
from tests.commands.anki_push.ankiconnect_standin import AnkiConnect
from tests.history import Folder

ROOT = Path(__file__).resolve().parents[3]
SMALL = ROOT / "tests" / "fixtures" / "decks" / "small.md"


def push(url: str, output: Path, *options: str, source: Path = SMALL) -> int:
    return main(["push", str(source), "--url", url, "--output", str(output), *options])


def everything(anki: AnkiConnect) -> dict[str, list[Any]]:
    """All that a learner has."""
    assert anki.collection
    assert anki.collection.db
    tables = {
        name: anki.collection.db.all(f"SELECT * FROM {name} ORDER BY id")
        for name in ("notes", "cards", "revlog")
    }
    decks = sorted(deck.name for deck in anki.collection.decks.all_names_and_ids())
    return {**tables, "decks": decks, "options": anki.collection.decks.all_config()}


def keys(anki: AnkiConnect, search: str = "") -> list[str]:
    """The notes' keys, one for each card that a search finds."""
    collection = anki.collection
    assert collection
    return sorted(collection.get_card(n).note()["Key"] for n in collection.find_cards(search))


def study(anki: AnkiConnect) -> None:
    """Answer every card, flag one, suspend one, and set another daily number of new cards."""
    collection = anki.collection
    assert collection
    assert isinstance(collection.sched, Scheduler)
    numbers = list(collection.find_cards(""))
    for number in numbers:
        card = collection.get_card(number)
        card.start_timer()
        states = collection._backend.get_scheduling_states(number)
        collection.sched.answer_card(
            collection.sched.build_answer(card=card, states=states, rating=CardAnswer.GOOD)
        )
    collection.set_user_flag_for_cards(3, numbers[:1])
    collection.sched.suspend_cards(numbers[1:2])
    options = collection.decks.all_config()[0]
    options["new"]["perDay"] = 7
    collection.decks.save(options)


@dataclass
class Pushed:
    """A deck that is edited in `folder` and pushed, and what a push says."""

    folder: Folder
    anki: AnkiConnect
    url: str
    capsys: pytest.CaptureFixture[str]
    counts: tuple[int, ...] = ()
    said: str = ""

    def push(self, *options: str) -> int:
        self.folder.read()
        self.capsys.readouterr()
        source = self.folder.path / "deck.md"
        code = push(self.url, self.folder.path.parent / "output", *options, source=source)
        printed = self.capsys.readouterr()
        self.said = printed.err
        counts = re.search(r"(\d+) new, (\d+) changed, (\d+) the same, (\d+) left", printed.out)
        self.counts = tuple(map(int, counts.groups())) if counts else ()
        return code

    @property
    def collection(self) -> Collection:
        assert self.anki.collection
        return self.anki.collection

    def note(self, card: str) -> Note:
        (number,) = self.collection.find_notes(f'"Key:tcp/{card}"')
        return self.collection.get_note(number)

    def learner_writes(self, card: str, field: str, text: str) -> None:
        note = self.note(card)
        note[field] = text
        self.collection.update_note(note)


def only_line(capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence that a failed command says; there is no traceback and no success."""
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert line.startswith("build.py: ")
    return line
