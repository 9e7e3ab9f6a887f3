"""A deck that learners study is imported and released: they keep what they learnt, in real Anki."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import genanki
import pytest
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
from anki.import_export_pb2 import ImportAnkiPackageUpdateCondition
from anki.scheduler.v3 import CardAnswer, Scheduler

from commands.main import main
from deckpress.model import Version
from deckpress.reading.disk.files import load
from deckpress.reading.reader import read
from deckpress.render.renderer import render
from exporters.anki import export

ALWAYS = ImportAnkiPackageUpdateCondition.IMPORT_ANKI_PACKAGE_UPDATE_CONDITION_ALWAYS
# What guids of others contain.
GUIDS = ("#Ab;c,d", 'q"uo"te\'s', "<b>&amp;", "plain", "{c1::x}`")


@dataclass
class Learner:
    collection: Collection

    def take(self, path: Path) -> None:
        options = ImportAnkiPackageOptions(update_notes=ALWAYS)
        self.collection.import_anki_package(
            ImportAnkiPackageRequest(package_path=str(path), options=options)
        )
        self.collection.models._clear_cache()

    def study(self) -> None:
        assert isinstance(self.collection.sched, Scheduler)
        for number in self.collection.find_cards(""):
            card = self.collection.get_card(number)
            card.start_timer()
            states = self.collection._backend.get_scheduling_states(number)
            self.collection.sched.answer_card(
                self.collection.sched.build_answer(card=card, states=states, rating=CardAnswer.EASY)
            )

    def schedule(self) -> list[tuple[object, ...]]:
        assert self.collection.db
        rows: list[tuple[object, ...]] = [
            tuple(row)
            for row in self.collection.db.execute(
                "SELECT n.guid, c.id, c.ord, c.due, c.ivl, c.reps FROM cards c"
                " JOIN notes n ON n.id = c.nid ORDER BY n.guid, c.ord"
            )
        ]
        return rows

    def change_types(self) -> None:
        """What *Change Note Type* does in the browser, as the page on updates tells it."""
        models = self.collection.models
        for old, new in (("Mine", "Deckpress Basic"), ("Mine cloze", "Deckpress Cloze")):
            before, after = models.by_name(old), models.by_name(new)
            assert before
            assert after
            change = models.change_notetype_info(
                old_notetype_id=before["id"], new_notetype_id=after["id"]
            ).input
            change.note_ids.extend(self.collection.find_notes(f'note:"{old}"'))
            models.change_notetype_of_notes(change)


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[Learner]:
    collection = Collection(str(tmp_path / "collection.anki2"))
    try:
        yield Learner(collection)
    finally:
        collection.close()


def old_deck(path: Path) -> None:
    """A deck as a script of fifteen lines makes it."""
    basic = genanki.Model(
        1_700_000_001,
        "Mine",
        fields=[{"name": "Q"}, {"name": "A"}],
        templates=[{"name": "Card", "qfmt": "{{Q}}", "afmt": "{{FrontSide}}<hr>{{A}}"}],
    )
    cloze = genanki.Model(
        1_700_000_002,
        "Mine cloze",
        fields=[{"name": "Text"}, {"name": "More"}],
        templates=[{"name": "Cloze", "qfmt": "{{cloze:Text}}", "afmt": "{{cloze:Text}}{{More}}"}],
        model_type=genanki.Model.CLOZE,
    )
    deck = genanki.Deck(1_700_000_003, "Old deck")
    for number, guid in enumerate(GUIDS):
        deck.add_note(
            genanki.Note(basic, fields=[f"Question {number}?", f"Answer {number}."], guid=guid)
        )
    gaps = ["TCP is {{c1::ordered}}, UDP is {{c2::not}}.", ""]
    deck.add_note(genanki.Note(cloze, fields=gaps, guid="cloze;#1"))
    genanki.Package(deck).write_to_file(str(path))


@dataclass
class Moved:
    """The old deck, imported, and the two files of its first release here."""

    old: Path
    package: Path
    update: Path


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    folder = tmp_path_factory.mktemp("moved")
    old_deck(folder / "old.apkg")
    source = folder / "deck.md"
    assert main(["import", str(folder / "old.apkg"), "-o", str(source)]) == 0
    text = source.read_text("utf-8").replace("Answer 0.", "A better answer.")
    source.write_text(text, "utf-8")
    deck, _ = render(read(load(source))[0])
    artifacts = export(deck, Version("1.0.0", {}, 1_800_000_000, release=True))
    for artifact in artifacts:
        (folder / artifact.name).write_bytes(artifact.data)
    names = [folder / artifact.name for artifact in artifacts]
    return Moved(folder / "old.apkg", *names)


def test_after_changing_the_note_type_the_package_updates_every_note_and_keeps_every_review(
    learner: Learner, moved: Moved
) -> None:
    learner.take(moved.old)
    learner.study()
    before = learner.schedule()
    assert len(before) == len(GUIDS) + 2
    learner.take(moved.package)  # brings the note types; the notes are those of another type
    learner.change_types()
    learner.take(moved.package)
    assert learner.schedule() == before
    (note,) = learner.collection.find_notes('"A better answer."')
    assert learner.collection.get_note(note)["Key"] == "old-deck/question-0"


def test_the_update_file_does_the_same_whatever_the_guids_contain(
    learner: Learner, moved: Moved
) -> None:
    learner.take(moved.old)
    learner.study()
    before = learner.schedule()
    learner.take(moved.package)
    learner.change_types()
    path = str(moved.update)
    metadata = learner.collection.get_csv_metadata(path, None)
    from anki.collection import ImportCsvRequest

    learner.collection.import_csv(ImportCsvRequest(path=path, metadata=metadata))
    assert learner.schedule() == before
    keys = [
        learner.collection.get_note(n)["Key"] for n in learner.collection.find_notes("Key:old*")
    ]
    assert len(keys) == len(GUIDS) + 1


def test_merging_note_types_instead_ends_all_later_updates(learner: Learner, moved: Moved) -> None:
    learner.take(moved.old)
    options = ImportAnkiPackageOptions(merge_notetypes=True, update_notes=ALWAYS)
    request = ImportAnkiPackageRequest(package_path=str(moved.package), options=options)
    learner.collection.import_anki_package(request)
    learner.collection.models._clear_cache()
    again = ImportAnkiPackageRequest(
        package_path=str(moved.package), options=ImportAnkiPackageOptions(update_notes=ALWAYS)
    )
    log = learner.collection.import_anki_package(again).log
    assert len(log.conflicting) == len(GUIDS) + 1
    assert not log.updated


def test_with_another_note_type_the_package_alone_updates_nothing_and_adds_nothing(
    learner: Learner, moved: Moved
) -> None:
    learner.take(moved.old)
    learner.study()
    before = learner.schedule()
    learner.take(moved.package)
    assert learner.schedule() == before
    assert not learner.collection.find_notes('"A better answer."')
