"""What stops updates, and that each remedy of the page helps: with real Anki's own import."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
from anki.decks import DeckId
from anki.import_export_pb2 import ImportAnkiPackageUpdateCondition
from anki.models import NotetypeDict
from anki.notes import Note
from anki.scheduler.v3 import CardAnswer, Scheduler

from tests.history import Folder

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "updates.md").read_text("utf-8")
ALWAYS = ImportAnkiPackageUpdateCondition.IMPORT_ANKI_PACKAGE_UPDATE_CONDITION_ALWAYS

Change = Callable[[NotetypeDict], object]


@dataclass
class Learner:
    """Someone who imports packages of one deck: each has the edit of one card."""

    collection: Collection
    folder: Folder

    def get(self, text: str, made: int, *, always: bool = False) -> Path:
        """Import a release, made at that time, in which the card says `text`."""
        self.folder._made = made
        self.folder.text = re.sub(r"(tier=core\}\n\n).*", rf"\1{text}", self.folder.text)
        path = self.folder.released()
        self.take(path, always=always)
        return path

    def take(self, path: Path, *, always: bool = False) -> None:
        options = (
            ImportAnkiPackageOptions(update_notes=ALWAYS) if always else ImportAnkiPackageOptions()
        )
        request = ImportAnkiPackageRequest(package_path=str(path), options=options)
        self.collection.import_anki_package(request)
        self.collection.models._clear_cache()

    @property
    def note(self) -> Note:
        (number,) = self.collection.find_notes("Key:tcp/who-closes")
        return self.collection.get_note(number)

    @property
    def has(self) -> str:
        return re.sub("<.*?>", "", self.note["Short"])

    def change_type(self, change: Change) -> None:
        model = self.collection.models.by_name("Deckpress Basic")
        assert model
        change(model)
        self.collection.models.update_dict(model)

    def move_note(self, note: Note, name: str) -> None:
        models = self.collection.models
        new = models.by_name(name)
        assert new
        change = models.change_notetype_info(
            old_notetype_id=note.mid, new_notetype_id=new["id"]
        ).input
        change.note_ids.append(note.id)
        models.change_notetype_of_notes(change)

    def answer(self, rating: CardAnswer.Rating.V, times: int = 1) -> None:
        assert isinstance(self.collection.sched, Scheduler)
        (number,) = self.note.card_ids()
        for _ in range(times):
            card = self.collection.get_card(number)
            card.start_timer()
            states = self.collection._backend.get_scheduling_states(number)
            self.collection.sched.answer_card(
                self.collection.sched.build_answer(card=card, states=states, rating=rating)
            )


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[Learner]:
    (tmp_path / "source").mkdir()
    collection = Collection(str(tmp_path / "collection.anki2"))
    try:
        yield Learner(collection, Folder(tmp_path / "source"))
    finally:
        collection.close()


PAST, LATER = 1_750_000_000, 1_750_086_400


def tomorrow() -> int:
    return int(time.time()) + 86_400


def _field(name: str) -> Change:
    return lambda model: model["flds"].append(
        {**model["flds"][-1], "id": None, "name": name, "ord": None}
    )


def _template(model: NotetypeDict) -> None:
    mine = {"id": None, "name": "Mine", "ord": None, "qfmt": "{{Short}}"}
    model["tmpls"].append({**model["tmpls"][0], **mine})


def _moved(model: NotetypeDict) -> None:
    model["flds"][2:4] = model["flds"][3:1:-1]


CHANGES: dict[str, tuple[Change, Change]] = {
    "a field more": (_field("Mine"), lambda model: model["flds"].pop()),
    "a template more": (_template, lambda model: model["tmpls"].pop()),
    "a field less": (lambda model: model["flds"].pop(), _field("MyNotes")),
    "a field moved": (_moved, _moved),
}


def test_the_page_tells_what_is_tested_here() -> None:
    section = PAGE.split("## What stops updates")[1].split("\n## ")[0]
    for words in (
        *(
            "field or a template",
            "*Always*",
            "another note type",
            "gave a deck another name",
            "leech",
        ),
        *("edited", "deleted"),
    ):
        assert words in section


@pytest.mark.parametrize("name", CHANGES)
def test_a_note_type_with_other_parts_gets_no_update_until_they_are_as_they_were(
    learner: Learner, name: str
) -> None:
    change, undo = CHANGES[name]
    learner.get("First.", PAST)
    learner.answer(CardAnswer.GOOD)
    cards = learner.note.card_ids()
    learner.change_type(change)
    second = learner.get("Second.", LATER)
    assert learner.has == "First."
    learner.change_type(undo)
    # To change the type made its notes younger than this release: so Anki has to be told.
    learner.take(second)
    missed = {"a template more": "Second."}.get(name, "First.")
    assert learner.has == missed
    learner.take(second, always=True)
    assert learner.has == "Second."
    learner.get("Third.", tomorrow())
    assert learner.has == "Third."
    assert learner.note.card_ids() == cards
    assert learner.note.cards()[0].reps == 1


def test_merging_note_types_empties_the_field_that_the_learner_added(learner: Learner) -> None:
    learner.get("First.", PAST)
    learner.change_type(_field("Mine"))
    note = learner.note
    note["Mine"] = "my words"
    learner.collection.update_note(note)
    options = ImportAnkiPackageOptions(update_notes=ALWAYS, merge_notetypes=True)
    learner.folder.edit("First.", "Second.")
    request = ImportAnkiPackageRequest(package_path=str(learner.folder.released()), options=options)
    learner.collection.import_anki_package(request)
    learner.collection.models._clear_cache()
    assert learner.note["Mine"] == ""


def test_other_names_and_another_styling_stop_nothing(learner: Learner) -> None:
    learner.get("First.", PAST)

    def rename(model: NotetypeDict) -> None:
        model["name"], model["css"] = "Mine", model["css"] + ".card { color: navy }"
        model["flds"][-1]["name"], model["tmpls"][0]["name"] = "My field", "My card"

    learner.change_type(rename)
    learner.get("Second.", tomorrow())
    assert learner.has == "Second."


def test_a_note_of_another_type_gets_no_update_until_it_has_its_own_again(learner: Learner) -> None:
    learner.get("First.", PAST)
    learner.answer(CardAnswer.GOOD)
    note = learner.note
    learner.move_note(note, "Basic")
    second = learner.get("Second.", LATER)
    note.load()
    assert len(note.fields) == 2
    learner.move_note(note, "Deckpress Basic")
    learner.take(second, always=True)
    assert learner.has == "Second."
    assert learner.note.id == note.id
    assert learner.note.cards()[0].reps == 1


def test_a_note_edited_after_the_release_was_made_stays_unless_always_is_chosen(
    learner: Learner,
) -> None:
    learner.get("First.", PAST)
    note = learner.note
    note["Short"] = "My words."
    learner.collection.update_note(note)
    second = learner.get("Second.", LATER)
    assert learner.has == "My words."
    learner.take(second, always=True)
    assert learner.has == "Second."


def test_a_deck_of_another_name_keeps_its_cards_and_the_old_name_can_be_deleted(
    learner: Learner,
) -> None:
    decks = learner.collection.decks
    learner.get("First.", PAST)
    decks.rename(decks.id_for_name("TCP") or DeckId(0), "Mine")
    learner.folder.text += "\n## New? {#new}\n\nYes.\n"
    learner.get("Second.", tomorrow())
    assert learner.has == "Second."
    counts = {d.name: decks.card_count(DeckId(d.id), False) for d in decks.all_names_and_ids()}
    assert counts["Mine::2 Closing"] == 1
    assert counts["Mine::1 Opening"] == 2
    assert counts["TCP::2 Closing"] == 1  # the new card

    new = learner.collection.find_cards("Key:tcp/new")
    learner.collection.set_deck(new, decks.id_for_name("Mine::2 Closing") or DeckId(0))
    decks.remove([decks.id_for_name("TCP") or DeckId(0)])
    assert learner.collection.card_count() == 4


def test_leech_goes_with_an_update_and_the_search_for_lapses_finds_the_card(
    learner: Learner,
) -> None:
    learner.get("First.", PAST)
    learner.answer(CardAnswer.EASY)
    for _ in range(8):
        learner.answer(CardAnswer.AGAIN)
        learner.answer(CardAnswer.EASY)
    assert "leech" in learner.note.tags
    (card,) = learner.note.card_ids()
    learner.collection.sched.suspend_cards([card])  # Anki does this too, if its options say so
    learner.get("Second.", tomorrow())
    assert "leech" not in learner.note.tags
    assert list(learner.collection.find_cards("prop:lapses>=8")) == [card]
    assert list(learner.collection.find_cards("is:suspended")) == [card]
