"""A push where Anki has other note types than the deck: nothing is mixed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from anki.models import NotetypeDict

from tests.commands.anki_push.pushing import Pushed, everything, push, study
from tests.history import Folder


def _more(model: NotetypeDict) -> None:
    model["flds"].append({**model["flds"][-1], "id": None, "name": "Mine", "ord": None})


def _fewer(model: NotetypeDict) -> None:
    model["flds"].pop()


def _moved(model: NotetypeDict) -> None:
    model["flds"][2:4] = model["flds"][3:1:-1]


def _other(model: NotetypeDict) -> None:
    model["flds"][-1] = {**model["flds"][-1], "id": None, "name": "Mine", "ord": None}


def _second(model: NotetypeDict) -> None:
    other = {"id": None, "name": "My card", "ord": None, "qfmt": "{{Short}}"}
    model["tmpls"].append({**model["tmpls"][0], **other})


@pytest.mark.parametrize(
    ("change", "difference", "told"),
    [
        (_more, "(+Mine)", "with ids"),
        (_fewer, "(-MyNotes)", "with ids"),
        (_moved, "(their order)", "with ids"),
        (_other, "(+Mine, -MyNotes)", "with ids"),
        (_other, "(+Mine, -MyNotes)", "without ids"),
        (_second, "(+My card)", "with ids"),
    ],
)
def test_nothing_is_imported_into_a_note_type_that_the_learner_changed(
    deck: Pushed, change: Callable[[NotetypeDict], None], difference: str, told: str
) -> None:
    deck.folder.release()
    deck.push()
    model = deck.collection.models.by_name("Deckpress Basic")
    assert model
    change(model)
    deck.collection.models.update_dict(model)
    before = everything(deck.anki)
    deck.folder.edit("Either side.", "Both may.")
    deck.anki.asked.clear()
    if told == "without ids":
        deck.anki.without.add("findModelsById")
    assert deck.push() == 1
    assert f"the note type Deckpress Basic has other fields or templates in Anki {difference}" in (
        deck.said
    )
    assert "three, who-closes, who-opens" in deck.said
    assert "importPackage" not in deck.anki.actions
    assert everything(deck.anki) == before


def test_fields_and_types_that_the_learner_gave_other_names_are_filled(deck: Pushed) -> None:
    deck.push()
    model = deck.collection.models.by_name("Deckpress Basic")
    assert model
    model["name"] = "面试题"
    next(field for field in model["flds"] if field["name"] == "Short")["name"] = "答案"
    next(field for field in model["flds"] if field["name"] == "Key")["name"] = "编号"
    deck.collection.models.update_dict(model)
    deck.folder.edit("Either side.", "Both may.")
    assert deck.push() == 0
    assert deck.counts == (0, 1, 2, 0)
    (number,) = deck.collection.find_notes("Both may.")
    assert "Both may." in deck.collection.get_note(number)["答案"]


def test_an_unreleased_card_that_changes_its_kind_is_named_and_no_type_is_merged(
    deck: Pushed, tmp_path: Path
) -> None:
    # Another deck in the same collection, which uses both note types.
    (tmp_path / "other").mkdir()
    other = Folder(tmp_path / "other")
    other.edit("key: tcp\nanki_deck: TCP", "key: other\nanki_deck: Other")
    other.edit("#who-opens .opening", "#who-opens .opening .reverse")
    other.read()
    push(deck.url, tmp_path / "output", source=other.path / "deck.md")
    deck.folder.edit("#who-closes .closing", "#who-closes .closing .reverse")
    deck.push()
    study(deck.anki)
    before = everything(deck.anki)
    deck.folder.edit("#who-closes .closing .reverse", "#who-closes .closing")
    deck.anki.asked.clear()
    assert deck.push() == 1
    assert "who-closes (Deckpress Reverse → Deckpress Basic)" in deck.said
    assert "importPackage" not in deck.anki.actions
    assert everything(deck.anki) == before

    # The way out that the message tells.
    note = deck.note("who-closes")
    old, new = note.note_type(), deck.collection.models.by_name("Deckpress Basic")
    assert old
    assert new
    change = deck.collection.models.change_notetype_info(
        old_notetype_id=old["id"], new_notetype_id=new["id"]
    ).input
    change.note_ids.append(note.id)
    deck.collection.models.change_notetype_of_notes(change)
    assert deck.push() == 0
    assert deck.counts == (0, 0, 3, 0)
    (card,) = deck.note("who-closes").cards()
    assert card.reps == 1


@pytest.mark.parametrize("way", ["its key in another field", "its key lost"])
def test_a_note_that_the_learner_gave_a_type_of_their_own_is_named_and_left(
    deck: Pushed, way: str
) -> None:
    deck.folder._made = 1_750_000_000  # in the past: then Anki takes the note's id as it is
    deck.folder.release()
    deck.push()
    note = deck.note("who-opens")
    old, basic = note.note_type(), deck.collection.models.by_name("Basic")
    assert old
    assert basic
    change = deck.collection.models.change_notetype_info(
        old_notetype_id=old["id"], new_notetype_id=basic["id"]
    ).input
    change.note_ids.append(note.id)
    change.new_fields[:] = [7, 0] if way == "its key in another field" else [7, 1]
    deck.collection.models.change_notetype_of_notes(change)
    before = everything(deck.anki)
    templates = len(basic["tmpls"])
    assert deck.push() == 1
    assert "who-opens (Basic → Deckpress Basic)" in deck.said
    assert everything(deck.anki) == before
    basic = deck.collection.models.by_name("Basic")
    assert basic
    assert len(basic["tmpls"]) == templates
