"""A learner of an older deck: its notes become those of the deck that was imported from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from anki.collection import Collection, ImportAnkiPackageRequest

from commands.main import main
from tests.commands.anki_push.ankiconnect_standin import AnkiConnect, options
from tests.commands.anki_push.pushing import everything, keys, push, study
from tests.deckpress.importing.test_progress import GUIDS, old_deck

CARDS = len(GUIDS) + 2


def take(anki: AnkiConnect, package: Path) -> Collection:
    """Import a package by hand, as a learner does."""
    assert anki.collection
    anki.collection.import_anki_package(ImportAnkiPackageRequest(package_path=str(package)))
    anki.collection.models._clear_cache()
    return anki.collection


def learnt(anki: AnkiConnect) -> list[list[object]]:
    """What was learnt, by card: when it is due, how it was graded, its flag, deck and note."""
    assert anki.collection
    assert anki.collection.db
    columns = "id, nid, did, ord, due, ivl, factor, reps, lapses, queue, type, flags, data"
    rows = (
        *anki.collection.db.all(f"SELECT {columns} FROM cards ORDER BY id"),
        *anki.collection.db.all("SELECT * FROM revlog ORDER BY id"),
    )
    return [list(row) for row in rows]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The source that was imported from the older deck, with one answer that its author mended."""
    old_deck(tmp_path / "old.apkg")
    source = tmp_path / "deck.md"
    assert main(["import", str(tmp_path / "old.apkg"), "-o", str(source)]) == 0
    text = source.read_text("utf-8").replace("Answer 0.", "A better answer.")
    source.write_text(text + "\n## A new question?\n\nAn answer.\n", "utf-8")
    assert main(["check", "--fix", str(source)]) == 0
    return source


@pytest.fixture
def studied(anki: AnkiConnect, source: Path) -> Collection:
    """The collection of somebody who has studied the older deck, and tagged a note of it."""
    collection = take(anki, source.with_name("old.apkg"))
    study(anki)
    collection.tags.bulk_add(collection.find_notes("plain"), "mine")
    collection.tags.bulk_add(collection.find_notes('"Question 1?"'), "mine")
    return collection


def test_every_review_is_kept_and_every_later_update_arrives(
    studied: Collection,
    anki: AnkiConnect,
    url: str,
    source: Path,
    output: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = learnt(anki)
    assert push(url, output, source=source) == 1  # it tells of --adopt instead
    assert "--adopt" in capsys.readouterr().err
    assert push(url, output, "--adopt", "--yes", source=source) == 0
    said = capsys.readouterr().out
    assert re.search(r"6 notes of the older deck \(types: Mine, Mine cloze\)", said)
    assert "1 new, 6 changed, 0 the same, 0 left alone" in said  # their tags are the deck's now
    after = learnt(anki)
    assert [row for row in after if row in before] == before
    assert len(after) == len(before) + 1  # the new card
    assert len(keys(anki)) == CARDS + 1
    (note,) = studied.find_notes('"A better answer."')
    assert studied.get_note(note)["Key"] == "old-deck/question-0"
    (tagged,) = studied.find_notes("tag:mine")
    assert studied.get_note(tagged)["Key"] == "old-deck/question-1"
    assert not studied.find_notes("@types")
    _, whole = studied.fix_integrity()
    assert whole
    assert learnt(anki) == after
    # From then on nobody needs it any more, and a package updates them too.
    assert push(url, output, source=source) == 0
    assert "7 the same" in capsys.readouterr().out
    source.write_text(source.read_text("utf-8").replace("Answer 1.", "Mended too."), "utf-8")
    assert push(url, output, source=source) == 0
    assert "1 changed, 6 the same" in capsys.readouterr().out


def test_before_it_there_is_a_backup_from_which_anki_brings_everything_back(
    studied: Collection, anki: AnkiConnect, url: str, source: Path, tmp_path: Path
) -> None:
    before = everything(anki)
    output = tmp_path / "output"
    assert push(url, output, "--adopt", "--yes", source=source) == 0
    (backup,) = output.glob("backup-*/*.apkg")
    other = Collection(str(tmp_path / "other.anki2"))
    try:
        other.import_anki_package(
            ImportAnkiPackageRequest(package_path=str(backup), options=options())
        )
        assert other.db
        rows = other.db.all("SELECT guid, flds FROM notes ORDER BY guid")
        assert rows == sorted([note[1], note[6]] for note in before["notes"])
        assert len(other.db.all("SELECT id FROM revlog")) == len(before["revlog"])
    finally:
        other.close()


def test_whoever_says_no_or_has_an_add_on_that_is_too_old_keeps_everything(
    studied: Collection,
    anki: AnkiConnect,
    url: str,
    source: Path,
    output: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = everything(anki)
    monkeypatch.setattr("click.confirm", lambda _: False)
    assert push(url, output, "--adopt", source=source) == 1
    assert "nothing was changed" in capsys.readouterr().err
    for action in ("updateNoteModel", "apiReflect"):
        anki.without = {action}
        assert push(url, output, "--adopt", "--yes", source=source) == 1
        assert "updateNoteModel" in capsys.readouterr().err
    assert everything(anki) == before


def test_a_note_with_a_card_that_would_be_lost_is_named_and_nothing_is_changed(
    studied: Collection,
    anki: AnkiConnect,
    url: str,
    source: Path,
    output: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = source.read_text("utf-8")
    source.write_text(text.replace("{{c2::not}}", "not"), "utf-8")
    before = everything(anki)
    assert push(url, output, "--adopt", "--yes", source=source) == 1
    assert "nothing was changed: tcp-is" in capsys.readouterr().err
    assert everything(anki) == before


def test_who_never_had_the_older_deck_simply_gets_the_cards(
    anki: AnkiConnect, url: str, source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "output"
    assert push(url, output, "--adopt", "--yes", source=source) == 0
    assert "7 new" in capsys.readouterr().out
    assert not list(output.glob("backup-*"))


def test_cards_of_an_older_deck_are_not_pushed_before_anki_itself_has_imported_them(
    url: str, output: Path, tmp_path: Path, anki: AnkiConnect, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "cards.csv"
    table.write_text("question,answer,guid\nWhat?,This.,old;#1\n")
    source = tmp_path / "old.md"
    assert main(["import", str(table), "-o", str(source)]) == 0
    assert push(url, output, source=source) == 1
    assert "From another deck" in capsys.readouterr().err
    assert keys(anki) == []
    take(anki, next(iter(output.glob("*/old-*.apkg"))))
    assert push(url, output, source=source) == 0
    assert keys(anki) == ["old/what"]
