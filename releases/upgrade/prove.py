"""The upgrade proof: in real Anki, learners import the old package, use it and import the new one.

How Anki imports, as measured and as checked here: a card that the learner has is never touched; a
note is replaced if the package's is newer than the learner's, and left alone otherwise.
"""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
from anki.decks import DeckId
from anki.notes import Note, NoteId
from anki.scheduler.v3 import CardAnswer, Scheduler

from releases.upgrade.asked_cards import AskedCard, CardKey, asked_cards, card_changes
from releases.upgrade.report import CardChange, CardFate, PackageError, Report, UnprovenError

if TYPE_CHECKING:
    from anki.cards import Card  # which cannot be imported before anki.collection

_RATINGS = (CardAnswer.AGAIN, CardAnswer.HARD, CardAnswer.GOOD, CardAnswer.EASY)
_OWN_DECK = "My own deck"
_OWN_TAG = "my-own-tag"
_OWN_TEXT = "my own note"
# The tag of retired notes, below whatever root the deck's tags have; topics are the author's own.
_RETIRED = re.compile(r"(?!.*::topic::).+::retired")
# The columns that hold a learner's work. A card's `mod` and `usn` only serve Anki's syncing.
_CARD = "id, nid, did, ord, type, queue, due, ivl, factor, reps, lapses, left, odue, odid, flags"
_NOTE = "id, guid, mid, mod, tags, flds"
# The lists in Anki's import log of notes that it refused.
_REFUSALS = ("conflicting", "missing_notetype", "missing_deck", "empty_first_field")


class Learner(StrEnum):
    """Who uses the old package. They differ in whether and when they change its notes."""

    READER = "reader"  # studies, and changes no note
    EARLY = "early"  # tags, edits and deletes notes before the new package is made
    LATE = "late"  # does the same after the new package is made


@dataclass(frozen=True, slots=True)
class PackedNote:
    """A note of a package. Its fields are one text, as Anki stores them: divided by U+001F."""

    guid: str
    note_type: int  # its id
    modified: int  # Unix seconds
    tags: frozenset[str]
    fields: str


@dataclass(frozen=True, slots=True)
class Package:
    """What an `.apkg` holds: its notes by guid, and the names of the decks that hold cards.

    `note_types` maps the ids of its note types to their names.
    """

    notes: Mapping[str, PackedNote]
    decks: frozenset[str]
    note_types: Mapping[int, str]


def read_package(data: bytes) -> Package:
    """The notes and decks of a package, read from its bytes without Anki.

    Raises:
        PackageError: it is not a package, or it has only the format of newer versions of Anki.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            content = archive.read("collection.anki2")
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError) as error:
        raise PackageError(str(error)) from error
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(content)
            rows = database.execute("SELECT guid, mid, mod, tags, flds FROM notes").fetchall()
            used = {number for (number,) in database.execute("SELECT DISTINCT did FROM cards")}
            decks, models = database.execute("SELECT decks, models FROM col").fetchone()
    except (sqlite3.Error, TypeError) as error:
        raise PackageError(str(error)) from error
    notes = {row[0]: PackedNote(row[0], row[1], row[2], _tags(row[3]), row[4]) for row in rows}
    if len(notes) != len(rows):
        raise PackageError("two notes have one guid")
    types = {int(number): model["name"] for number, model in json.loads(models).items()}
    return Package(notes, frozenset(_deck_names(decks, used)), types)


def _tags(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _deck_names(decks: str, used: set[int]) -> Iterator[str]:
    for number, deck in json.loads(decks).items():
        if int(number) in used:
            yield deck["name"]


def prove(old: Path, new: Path, folder: Path) -> Report:
    """Upgrade learners from the package `old` to `new`, and report what happens to them.

    Their collections are made in `folder`, which must exist.

    Raises:
        PackageError: one of the files cannot be read.
    """
    before, after = read_package(old.read_bytes()), read_package(new.read_bytes())
    report = Report(old.name, new.name)
    shared = before.notes.keys() & after.notes.keys()
    changed = {guid for guid in shared if after.notes[guid].modified > before.notes[guid].modified}
    report.added = len(after.notes.keys() - shared)
    report.changed = len(changed)
    report.unchanged = len(shared - changed)
    report.unsent = sum(
        after.notes[guid].fields != before.notes[guid].fields for guid in shared - changed
    )
    report.retired = sum(_is_retired(note) for note in after.notes.values())
    report.problems += _missing_notes(before, after)
    for learner in Learner:
        report.learners.append(learner.value)
        path = folder / f"{learner.value}.anki2"
        collection = Collection(str(path))
        try:
            _Upgrade(collection, learner, before, after, report).run(old, new)
        finally:
            collection.close()
    if report.unsent:
        _check_unsent(old, new, folder, before, after, report)
    return report


def _check_unsent(
    old: Path, new: Path, folder: Path, before: Package, after: Package, report: Report
) -> None:
    """Report the problems with notes that differ and are no younger, as two builds may make them.

    Anki leaves them as they are, but a release that has them so will be younger.
    """
    asked = []
    for name, path in (("old", old), ("new", new)):
        collection = Collection(str(folder / f"{name}.anki2"))
        try:
            _import(collection, path)
            asked.append(asked_cards(collection))
        finally:
            collection.close()
    same_age = {
        guid
        for guid in before.notes.keys() & after.notes.keys()
        if before.notes[guid].modified == after.notes[guid].modified
    }
    was, now = ({key: one for key, one in cards.items() if key[0] in same_age} for cards in asked)
    wrong = [one for one in card_changes(was, now) if one.fate in (CardFate.EMPTY, CardFate.OTHER)]
    report.changes += wrong
    report.asking -= len(wrong)
    report.problems += (f"{_problem(change)} (once a release has it so)" for change in wrong)


def _import(collection: Collection, path: Path) -> Any:
    """Import a package as Anki does by default; returns its log."""
    request = ImportAnkiPackageRequest(package_path=str(path), options=ImportAnkiPackageOptions())
    log = collection.import_anki_package(request).log
    collection.models._clear_cache()
    return log


def _problem(change: CardChange) -> str:
    if change.fate is CardFate.EMPTY:
        return f"{change.card}: asks nothing any more; it asked: {change.before}"
    return f"{change.card}: asks another card's question: {change.before} → {change.after}"


def require_proof(old: Path, new: Path, folder: Path, *, losses: bool = False) -> Report:
    """Do what `prove` does, and refuse an upgrade in which learners lose something.

    With `losses` they may, as with a new major version; the report says what.

    Raises:
        UnprovenError: learners would lose something.
        PackageError: one of the files cannot be read.
    """
    report = prove(old, new, folder)
    if report.problems and not losses:
        raise UnprovenError(report)
    return report


def _missing_notes(before: Package, after: Package) -> Iterator[str]:
    """The problem with each note that the new package lacks."""
    newest = max((note.modified for note in after.notes.values()), default=0)
    for guid, note in before.notes.items():
        # If `after` is the older package, it cannot have later notes; that is no loss.
        if guid not in after.notes and newest >= note.modified:
            yield f"{_note_name(note)}: is not in the new package, and would stay for ever"


def _is_retired(note: PackedNote) -> bool:
    return any(_RETIRED.fullmatch(tag) for tag in note.tags)


def _note_name(note: PackedNote) -> str:
    """How problems name a note: by its first field."""
    return note.fields.split("\x1f")[0] or note.guid


class _Upgrade:
    """One learner's collection, before and after the upgrade."""

    def __init__(
        self, collection: Collection, learner: Learner, old: Package, new: Package, report: Report
    ) -> None:
        self._collection = collection
        self._learner = learner
        self._old = old
        self._new = new
        self._report = report
        assert collection.db is not None
        self._db = collection.db
        assert isinstance(collection.sched, Scheduler)
        self._scheduler = collection.sched

    def run(self, old: Path, new: Path) -> None:
        _import(self._collection, old)
        self._study()
        if self._learner is not Learner.READER:
            self._change_notes()
        # Only who has written into no note sees all cards as the packages have them.
        asked = asked_cards(self._collection) if self._learner is Learner.READER else None
        cards, notes = self._cards(), self._notes()
        reviews, decks = self._reviews(), self._decks()
        note_types, options = self._note_types(), self._options()
        log = _import(self._collection, new)
        for outcome in _REFUSALS:
            for entry in getattr(log, outcome):
                self._add_problem(f"{list(entry.fields)[:1]}: Anki refuses it ({outcome})")
        self._compare_cards(cards, self._cards())
        self._compare_notes(notes, self._notes())
        if self._reviews() != reviews:
            self._add_problem("reviews were changed or lost")
        if self._options() != options:
            self._add_problem("deck options were changed")
        # A kind of card that the deck had none of so far brings its note type along.
        new_types = self._new.note_types.items() - self._old.note_types.items()
        expected = {name for id, name in new_types if id not in self._old.note_types}
        for name in sorted(self._note_types() - note_types - expected):
            self._add_problem(f"a note type was added: {name}")
        for name in sorted(self._decks() - decks - self._new_decks()):
            self._add_problem(f"a deck was added that holds nothing: {name}")
        for guid in self._unfound():
            self._add_problem(f"{_note_name(self._new.notes[guid])}: no search finds it as retired")
        if asked is not None:
            self._compare_questions(asked)
        self._report.cards += len(cards)
        self._report.reviews += len(reviews)

    def _add_problem(self, problem: str) -> None:
        self._report.problems.append(f"{self._learner}: {problem}")

    # What the learner does

    def _study(self) -> None:
        """Answer nearly every card, in four ways; suspend, flag, bury and move some."""
        own = self._collection.decks.add_normal_deck_with_name(_OWN_DECK)
        numbers = self._db.list("SELECT id FROM cards ORDER BY id")
        for index, number in enumerate(numbers):
            if index % 9 != 8:
                self._answer(self._collection.get_card(number), _RATINGS[index % 4])
            match index % 5:
                case 1:
                    self._scheduler.suspend_cards([number])
                case 2:
                    self._collection.set_user_flag_for_cards(1 + index % 7, [number])
                case 3:
                    self._collection.set_deck([number], DeckId(own.id))
                case 4:
                    self._scheduler.bury_cards([number])
        # Put the answers a day into the past, so that a due date that the import resets shows.
        self._db.execute("UPDATE revlog SET id = id - 86400000")

    def _answer(self, card: Card, rating: CardAnswer.Rating.V) -> None:
        card.start_timer()
        states = self._collection._backend.get_scheduling_states(card.id)
        answer = self._scheduler.build_answer(card=card, states=states, rating=rating)
        self._scheduler.answer_card(answer)

    def _change_notes(self) -> None:
        """Tag every other note, write into the rest, edit some of their texts, delete a few."""
        for index, guid in enumerate(sorted(self._old.notes)):
            number = self._db.scalar("SELECT id FROM notes WHERE guid = ?", guid)
            if index % 11 == 10:
                self._collection.remove_notes([NoteId(number)])
                continue
            note: Note = self._collection.get_note(NoteId(number))
            if index % 2:
                note.add_tag(_OWN_TAG)
            else:
                note.fields[-1] = _OWN_TEXT
            if index % 4 == 0:
                note.fields[2] += f" ({_OWN_TEXT})"
            self._collection.update_note(note)
            self._db.execute(
                "UPDATE notes SET mod = ? WHERE id = ?", self._change_time(guid), number
            )

    def _change_time(self, guid: str) -> int:
        """The time at which this learner changes a note, in Unix seconds."""
        old, new = self._old.notes[guid], self._new.notes.get(guid)
        if new is None or new.modified <= old.modified:
            return old.modified + 3600
        if self._learner is Learner.EARLY:
            return max(old.modified, new.modified - 1)
        return new.modified + 3600

    # What the collection holds

    def _cards(self) -> dict[int, Sequence[Any]]:
        return {row[0]: row for row in self._db.all(f"SELECT {_CARD} FROM cards")}

    def _unfound(self) -> Iterator[str]:
        """The guids of retired notes that arrived and that no search for their tag finds."""
        tags = {
            tag for note in self._new.notes.values() for tag in note.tags if _RETIRED.fullmatch(tag)
        }
        found = {id for tag in tags for id in self._collection.find_notes(f'"tag:{tag}"')}
        for guid, row in self._notes().items():
            new = self._new.notes.get(guid)
            if new and _is_retired(new) and new.tags <= _tags(row[4]) and row[0] not in found:
                yield guid

    def _notes(self) -> dict[str, Sequence[Any]]:
        return {row[1]: row for row in self._db.all(f"SELECT {_NOTE} FROM notes")}

    def _reviews(self) -> list[Sequence[Any]]:
        return self._db.all("SELECT * FROM revlog ORDER BY id")

    def _decks(self) -> set[str]:
        return {deck.name for deck in self._collection.decks.all_names_and_ids()}

    def _note_types(self) -> set[str]:
        return {note_type.name for note_type in self._collection.models.all_names_and_ids()}

    def _options(self) -> dict[str, Any]:
        presets = {str(one["id"]): one for one in self._collection.decks.all_config()}
        decks = {
            deck.name: self._collection.decks.get(DeckId(deck.id), default=False)
            for deck in self._collection.decks.all_names_and_ids()
        }
        known = self._old.decks | {_OWN_DECK, "Default"}
        return {"presets": presets} | {n: d and d["conf"] for n, d in decks.items() if n in known}

    def _new_decks(self) -> set[str]:
        """The decks of the new package that hold cards, and the decks above those."""
        return {
            "::".join(parts[: depth + 1])
            for name in self._new.decks
            for parts in [name.replace("\x1f", "::").split("::")]
            for depth in range(len(parts))
        }

    # What an upgrade must keep

    def _compare_cards(
        self, before: Mapping[int, Sequence[Any]], after: Mapping[int, Sequence[Any]]
    ) -> None:
        for number, row in before.items():
            if number not in after:
                self._add_problem(f"card {number} was lost")
            elif list(after[number]) != list(row):
                self._add_problem(
                    f"card {number} was changed: {list(row)} became {list(after[number])}"
                )

    def _compare_notes(
        self, before: Mapping[str, Sequence[Any]], after: Mapping[str, Sequence[Any]]
    ) -> None:
        count = self._db.scalar("SELECT count(*) FROM notes")
        expected = before.keys() | self._new.notes.keys()
        if count != len(expected) or after.keys() != expected:
            self._add_problem(f"there are {count} notes in place of {len(expected)}")
        for guid, row in before.items():
            new, now = self._new.notes.get(guid), after.get(guid)
            if now is None:
                self._add_problem(f"note {guid} was lost")
            elif new is None or new.modified <= row[3]:
                if list(now) != list(row):
                    self._add_problem(
                        f"{_note_name(self._old.notes[guid])}: was touched without need"
                    )
            elif not self._equals(now, new):
                self._add_problem(f"{_note_name(new)}: was not updated")
        for guid in self._new.notes.keys() - before.keys():
            if guid in after and not self._equals(after[guid], self._new.notes[guid]):
                self._add_problem(f"{_note_name(self._new.notes[guid])}: did not arrive as it is")

    def _compare_questions(self, before: Mapping[CardKey, AskedCard]) -> None:
        after = asked_cards(self._collection)
        changes = list(card_changes(before, after))
        self._report.changes += changes
        self._report.asking += len(after) - len(changes)
        for change in changes:
            if change.fate in (CardFate.EMPTY, CardFate.OTHER):
                self._add_problem(_problem(change))

    @staticmethod
    def _equals(row: Sequence[Any], note: PackedNote) -> bool:
        _, _, note_type, modified, tags, fields = row
        return (note_type, modified, _tags(tags), fields) == (
            note.note_type,
            note.modified,
            note.tags,
            note.fields,
        )
