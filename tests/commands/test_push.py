"""A push into Anki: over HTTP, into a real collection; and every way in which it cannot be done."""

from __future__ import annotations

import json
import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from anki.collection import Collection, ImportAnkiPackageRequest
from anki.decks import DeckId
from anki.models import NotetypeDict
from anki.notes import Note
from anki.scheduler.v3 import CardAnswer, Scheduler

from commands.anki_push import ankiconnect
from commands.main import main
from commands.terminal import words
from releases.upgrade import prove
from tests.commands import ankiconnect_standin
from tests.commands.ankiconnect_standin import AnkiConnect, Reply, enveloped, server
from tests.history import Folder
from tests.releases.test_upgrade import SCENARIOS

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "fixtures" / "decks" / "small.md"


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for what was pushed, in which no other test has left anything."""
    monkeypatch.setattr("commands.push.MEMORY", tmp_path / "pushed")
    return tmp_path / "pushed"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("ANKICONNECT_KEY", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    words.language.cache_clear()
    yield
    words.language.cache_clear()


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all tests: a build that stands there already is not made again."""
    return tmp_path_factory.mktemp("push") / "output"


@pytest.fixture
def anki(tmp_path: Path) -> Iterator[AnkiConnect]:
    collection = Collection(str(tmp_path / "collection.anki2"))
    try:
        yield AnkiConnect(collection)
    finally:
        collection.close()


@pytest.fixture
def url(anki: AnkiConnect) -> Iterator[str]:
    with server(anki) as address:
        yield address


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


# What is done


def test_all_cards_arrive(
    anki: AnkiConnect,
    url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "output"
    assert push(url, output) == 0
    # What Anki does not need is not built: it takes ten times as long.
    assert not [*(output / "latest").glob("*.pdf"), *(output / "latest").glob("*.html")]
    printed = capsys.readouterr()
    version = (output / "latest").readlink().name
    assert printed.out == (
        f"pushed 3 cards of Small deck into Anki, version {version}: "
        "3 new, 0 changed, 0 the same, 0 left alone\n"
    )
    assert printed.err == ""
    # A note with two gaps has two cards.
    assert keys(anki) == [f"small-deck/{card}" for card in ("kernel", "kernel", "port", "socket")]
    assert len(anki.actions) <= 9
    (asked,) = anki.inner("importPackage")
    path = Path(asked["path"])
    assert path.is_absolute()
    assert path.name == f"small-{version}.apkg"
    assert all("key" not in request for request in anki.asked)


def test_the_same_again_changes_nothing_and_loses_no_review(
    anki: AnkiConnect, url: str, output: Path
) -> None:
    push(url, output)
    study(anki)
    before = everything(anki)
    assert len(before["revlog"]) == 4
    assert push(url, output) == 0
    assert everything(anki) == before


def test_an_edited_card_is_replaced_and_keeps_its_reviews(
    anki: AnkiConnect, url: str, tmp_path: Path
) -> None:
    (tmp_path / "source").mkdir()
    folder = Folder(tmp_path / "source")
    folder.release()
    source = folder.path / "deck.md"
    push(url, tmp_path / "output", source=source)
    study(anki)
    before = everything(anki)
    folder.edit("Either side.", "Both may.")
    folder.read()
    assert push(url, tmp_path / "output", source=source) == 0
    after = everything(anki)
    assert [after[name] for name in ("cards", "revlog", "options")] == [
        before[name] for name in ("cards", "revlog", "options")
    ]
    changed = [new for new, old in zip(after["notes"], before["notes"], strict=True) if new != old]
    assert len(changed) == 1
    assert "Both may." in changed[0][6]


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


@pytest.fixture
def deck(tmp_path: Path, anki: AnkiConnect, url: str, capsys: pytest.CaptureFixture[str]) -> Pushed:
    (tmp_path / "source").mkdir()
    return Pushed(Folder(tmp_path / "source"), anki, url, capsys)


# Note types


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


# The source in Anki


def test_each_edit_arrives_and_one_that_is_taken_back_goes(deck: Pushed) -> None:
    deck.push()
    assert deck.counts == (3, 0, 0, 0)
    study(deck.anki)
    before = everything(deck.anki)
    for old, new in [
        ("Either side.", "Both may."),
        ("Both may.", "Whoever is done."),
        ("Whoever is done.", "Either side."),
    ]:
        deck.folder.edit(old, new)
        assert deck.push() == 0
        assert deck.counts == (0, 1, 2, 0)
        assert deck.note("who-closes")["Short"] == f"<p>{new}</p>"
    after = everything(deck.anki)
    unlike = {"cards", "revlog", "options", "decks"}
    assert {name: after[name] for name in unlike} == {name: before[name] for name in unlike}
    assert deck.push() == 0
    assert deck.counts == (0, 0, 3, 0)
    assert everything(deck.anki) == after


def test_what_the_learner_wrote_into_their_own_field_is_no_edit_and_stays(deck: Pushed) -> None:
    deck.push()
    note = deck.note("who-closes")
    note["MyNotes"] = "Ask Ada."
    deck.collection.update_note(note)
    assert deck.push() == 0
    assert deck.counts == (0, 0, 3, 0)
    deck.folder.edit("Either side.", "Both may.")
    assert deck.push() == 0
    assert deck.counts == (0, 1, 2, 0)
    assert deck.note("who-closes")["Short"] == "<p>Both may.</p>"
    assert deck.note("who-closes")["MyNotes"] == "Ask Ada."


def test_few_requests_bring_many_edits(deck: Pushed) -> None:
    deck.folder.text += "".join(f"\n## Q{n} {{#q{n}}}\n\nAnswer {n}.\n" for n in range(150))
    deck.push()
    deck.folder.text = deck.folder.text.replace("Answer", "Reply")
    deck.anki.asked.clear()
    assert deck.push() == 0
    assert deck.counts == (0, 150, 3, 0)
    assert len(deck.anki.actions) <= 14
    sent = [params["note"] for params in deck.anki.inner("updateNote")]
    assert all(note["fields"].keys() == {"Short"} and "tags" not in note for note in sent)


def test_tags_follow_the_source_and_the_learners_own_stay(deck: Pushed) -> None:
    deck.folder.release()
    deck.push()
    deck.collection.tags.bulk_add([deck.note("who-closes").id], "marked a_b section::closing::mine")
    deck.folder.edit("# Closing {#closing}", "# Ending {#ending}")
    deck.folder.edit("#who-closes .closing tier=core", "#who-closes .opening level=2")
    deck.folder.release()
    assert deck.push() == 0
    assert deck.counts == (0, 1, 2, 0)
    assert set(deck.note("who-closes").tags) == {
        *("tcp::section::ending", "tcp::topic::Opening", "tcp::level::2"),
        *("marked", "a_b", "section::closing::mine"),
    }


def test_a_tag_that_the_collection_writes_otherwise_is_no_change(deck: Pushed) -> None:
    basic = deck.collection.models.by_name("Basic")
    assert basic
    note = deck.collection.new_note(basic)
    note["Front"], note.tags = "mine", ["TCP::topic::opening"]
    deck.collection.add_note(note, DeckId(1))
    deck.push()
    assert deck.push() == 0
    assert deck.counts == (0, 0, 3, 0)


def test_a_figure_comes_with_an_edit(deck: Pushed) -> None:
    deck.push()
    (deck.folder.path / "figures").mkdir()
    picture = ROOT / "tests" / "exporters" / "fixtures" / "load.png"
    (deck.folder.path / "figures" / "load.png").write_bytes(picture.read_bytes())
    deck.folder.edit("Either side.", "Either side.\n\n![Load](figures/load.png)")
    assert deck.push() == 0
    (name,) = re.findall(r'src="([^"]+)"', deck.note("who-closes")["Short"])
    assert (Path(deck.collection.media.dir()) / name).stat().st_size
    assert list(deck.collection.media.check().missing) == []


def test_a_retired_card_says_so_and_keeps_its_reviews(deck: Pushed) -> None:
    deck.folder.release()
    deck.push()
    study(deck.anki)
    before = everything(deck.anki)["cards"]
    deck.folder.edit("#who-closes .closing tier=core}", "#who-closes .closing tier=core .retired}")
    deck.folder.text += "\n### Retired\n\nSee [the other one](#three).\n"
    assert deck.push() == 0
    assert deck.counts == (0, 1, 2, 0)
    assert "the other one" in deck.note("who-closes")["Retired"]
    assert any(tag.endswith("retired") for tag in deck.note("who-closes").tags)
    assert everything(deck.anki)["cards"] == before


@pytest.mark.parametrize("memory_is", ["there", "gone"])
@pytest.mark.parametrize("deck_is", ["never released", "released"])
def test_what_the_learner_edited_after_the_last_push_is_kept_unless_overwritten(
    deck: Pushed, memory: Path, memory_is: str, deck_is: str
) -> None:
    if deck_is == "released":
        deck.folder.release()
    deck.push()
    deck.learner_writes("who-closes", "Short", "my words")
    deck.collection.tags.bulk_add([deck.note("who-closes").id], "mine")
    if memory_is == "gone":
        shutil.rmtree(memory)
    deck.folder.edit("Either side.", "Both may.")
    deck.folder.edit("The client.", "The one who wants.")
    if deck_is == "released":
        deck.folder.release()  # the package is younger than the learner's edit
    assert deck.push() == 0
    assert deck.counts == (0, 1, 1, 1)
    assert "edited in Anki after the last push: who-closes. --overwrite" in deck.said
    assert deck.note("who-closes")["Short"] == "my words"
    assert "The one who wants." in deck.note("who-opens")["Short"]
    assert deck.push() == 0
    assert deck.counts == (0, 0, 2, 1)

    assert deck.push("--overwrite") == 0
    assert deck.counts == (0, 1, 2, 0)
    assert deck.note("who-closes")["Short"] == "<p>Both may.</p>"
    assert "mine" in deck.note("who-closes").tags


def test_a_deck_imported_by_hand_is_pushed_over_without_any_memory(
    deck: Pushed, memory: Path
) -> None:
    deck.anki._import(str(deck.folder.released()))
    deck.folder.edit("Either side.", "Both may.")
    deck.folder.released()
    assert deck.push() == 0
    assert deck.counts == (0, 1, 2, 0)


def test_notes_that_a_lost_push_wrote_are_left_rather_than_guessed_at(
    deck: Pushed, memory: Path
) -> None:
    deck.push()
    deck.folder.edit("Either side.", "Both may.")
    deck.push()
    shutil.rmtree(memory)
    assert deck.push() == 0  # what says the same needs no memory
    assert deck.counts == (0, 0, 3, 0)
    shutil.rmtree(memory)
    deck.folder.edit("Both may.", "Whoever is done.")
    assert deck.push() == 0
    assert deck.counts == (0, 0, 2, 1)


def test_a_copy_that_the_learner_made_is_theirs(deck: Pushed) -> None:
    deck.push()
    note = deck.note("who-closes")
    copy = deck.collection.new_note(note.note_type() or {})
    copy.fields = list(note.fields)
    deck.collection.add_note(copy, DeckId(1))
    deck.folder.edit("Either side.", "Both may.")
    assert deck.push() == 0
    note.load()
    copy.load()
    assert (note["Short"], copy["Short"]) == ("<p>Both may.</p>", "<p>Either side.</p>")


def test_an_add_on_that_tells_no_times_still_keeps_what_the_learner_edited(deck: Pushed) -> None:
    deck.anki.without = {"mod", "profile"}
    deck.push()
    deck.learner_writes("who-closes", "Short", "my words")
    deck.folder.edit("Either side.", "Both may.")
    deck.folder.edit("The client.", "The one who wants.")
    assert deck.push() == 0
    assert deck.counts == (0, 1, 1, 1)
    assert deck.note("who-closes")["Short"] == "my words"


@pytest.mark.parametrize("name", ['A_b* "c" x:y', "deck:* or nid:1", "back\\slash"])
def test_names_that_are_patterns_in_a_search_find_this_deck_alone(
    deck: Pushed, tmp_path: Path, name: str
) -> None:
    (tmp_path / "beside").mkdir()
    beside = Folder(tmp_path / "beside")
    beside.edit("key: tcp\nanki_deck: TCP", "key: my-tcp\nanki_deck: TCP")
    beside.read()
    push(deck.url, tmp_path / "output", source=beside.path / "deck.md")
    quoted = json.dumps(name, ensure_ascii=False)
    deck.folder.edit("anki_deck: TCP", f"anki_deck: {quoted}")
    deck.folder.edit("title: TCP", f"title: {quoted}")
    title = re.sub(r"([\\*_])", r"\\\1", name)
    deck.folder.edit("# Closing {", f"# {title} {{")
    assert deck.push() == 0
    assert deck.counts == (3, 0, 0, 0)
    deck.folder.edit("Either side.", "Both may.")
    assert deck.push() == 0
    assert deck.counts == (0, 1, 2, 0)
    assert len(deck.collection.find_notes("Either side.")) == 1


def test_a_part_of_the_deck_is_pushed_as_it_is_in_the_whole(deck: Pushed) -> None:
    deck.folder.edit("lang: en", "lang: en\nhomepage: https://deck.example/tcp.html")
    deck.folder.edit("Either side.", "Either side, see [opening](#three).")
    assert deck.push("--section", "closing") == 0
    assert deck.counts == (1, 0, 0, 0)
    assert keys(deck.anki) == ["tcp/who-closes"]
    link = '<a href="https://deck.example/tcp.html#three">'
    assert link in deck.note("who-closes")["Short"]
    assert deck.push("--tag", "opening") == 0
    assert deck.counts == (2, 0, 0, 0)
    deck.folder.edit("The client.", "The one who wants.")
    assert deck.push("--section", "closing") == 0
    assert deck.counts == (0, 0, 1, 0)
    assert deck.push() == 0
    assert deck.counts == (0, 1, 2, 0)
    assert deck.push("--section", "nowhere") == 2


# A push that does not end


@pytest.mark.parametrize(
    "lost", [("importPackage", 1), ("findNotes", 2), ("notesInfo", 2), ("multi", 1), ("multi", 2)]
)
def test_after_a_connection_that_broke_off_a_second_push_completes(
    deck: Pushed, lost: tuple[str, int]
) -> None:
    deck.push()
    study(deck.anki)
    before = everything(deck.anki)["cards"]
    deck.folder.edit("Either side.", "Both may.")
    deck.folder.text += "\n## New? {#new}\n\nYes.\n"
    deck.anki.lost = dict([lost])
    assert deck.push() == 1
    assert "broke off" in deck.said
    assert "then push again" in deck.said
    deck.anki.lost = {}
    deck.folder.edit("Both may.", "Whoever is done.")  # as one does meanwhile
    assert deck.push() == 0
    assert sum(deck.counts) == 4
    assert deck.counts[3] == 0
    assert deck.note("who-closes")["Short"] == "<p>Whoever is done.</p>"
    assert everything(deck.anki)["cards"][:3] == before
    assert not list((deck.folder.path.parent / "output").glob(".push-*"))


def test_with_watch_every_save_is_pushed_and_what_is_wrong_is_told(
    deck: Pushed, monkeypatch: pytest.MonkeyPatch
) -> None:
    saves = [("Either side.", "Both may."), ("{#three", "{#three.x"), ("{#three.x", "{#three")]

    def changes(source: Path, *, poll: bool) -> Iterator[None]:
        yield
        for old, new in saves:
            deck.folder.edit(old, new)
            source.write_text(deck.folder.text, "utf-8")
            if new == "{#three":
                deck.anki.lost = {"findNotes": 1}
            yield
        yield
        raise KeyboardInterrupt

    monkeypatch.setattr("commands.watch.changes", changes)
    deck.folder.read()
    source = deck.folder.path / "deck.md"
    code = push(deck.url, deck.folder.path.parent / "output", "--watch", source=source)
    assert code == 0
    printed = deck.capsys.readouterr()
    assert re.findall(r": (.* left alone)", printed.out) == [
        "3 new, 0 changed, 0 the same, 0 left alone",
        "0 new, 1 changed, 2 the same, 0 left alone",
        "0 new, 0 changed, 3 the same, 0 left alone",
    ]
    assert "deck.md:11:" in printed.err
    assert "broke off" in printed.err
    assert deck.note("who-closes")["Short"] == "<p>Both may.</p>"


def _retired(folder: Folder, key: str, anki_deck: str) -> Path:
    """A source of that deck, released, with one retired card."""
    folder.edit("key: tcp\nanki_deck: TCP", f"key: {key}\nanki_deck: {anki_deck}")
    folder.edit("#who-closes .closing tier=core}", "#who-closes .closing tier=core .retired}")
    folder.text += "\n### Retired\n\nSee [the other one](#three).\n"
    folder.read()
    return folder.path / "deck.md"


def test_retired_cards_are_suspended_if_asked_for_and_those_of_this_deck_only(
    anki: AnkiConnect, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Below this deck in Anki, beside it with a name that a pattern would match, and elsewhere.
    decks = {"a-b": 'A_b "*"', "below": 'A_b "*"::Below', "beside": 'Axb "y"', "other": "Other"}
    for key, name in decks.items():
        (tmp_path / key).mkdir()
        source = _retired(Folder(tmp_path / key), key, f"'{name}'")
        assert push(url, tmp_path / "output", source=source) == 0
    assert keys(anki, "is:suspended") == []
    capsys.readouterr()

    source = tmp_path / "a-b" / "deck.md"
    assert push(url, tmp_path / "output", "--suspend-retired", source=source) == 0
    assert keys(anki, "is:suspended") == ["a-b/who-closes"]
    assert capsys.readouterr().out.endswith("\nretired and now suspended: 1 card\n")

    assert push(url, tmp_path / "output", "--suspend-retired", source=source) == 0
    assert keys(anki, "is:suspended") == ["a-b/who-closes"]
    assert capsys.readouterr().out.endswith("\nretired and now suspended: 0 cards\n")


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_promises_of_an_update_hold_for_a_push_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(prove, "ImportAnkiPackageOptions", ankiconnect_standin.options)
    folder = Folder(tmp_path)
    old = folder.released()
    SCENARIOS[name][0](folder)
    new = folder.released()
    (tmp_path / "collections").mkdir()
    assert prove.prove(old, new, tmp_path / "collections").problems == []


# The key


@pytest.mark.parametrize("way", ["option", "variable"])
def test_the_key_is_sent_with_every_request(
    anki: AnkiConnect, url: str, output: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    anki.key = "s3cret"
    if way == "variable":
        monkeypatch.setenv("ANKICONNECT_KEY", "s3cret")
    options = ["--key", "s3cret"] if way == "option" else []
    assert push(url, output, "--suspend-retired", *options) == 0
    assert push(url, output, "--suspend-retired", *options) == 0  # now there are types to compare
    assert {"importPackage", "findCards", "multi"} <= set(anki.actions)
    assert {request["key"] for request in anki.asked} == {"s3cret"}
    inside = [one for request in anki.asked for one in request["params"].get("actions", [])]
    assert {request["key"] for request in inside} == {"s3cret"}


@pytest.mark.parametrize(
    ("key", "given", "said"),
    [
        ("s3cret", [], "asks for a key"),
        ("s3cret", ["--key", "wrong"], "does not take this key"),
        (None, ["--key", "not needed"], "does not take this key"),
    ],
)
def test_a_key_that_is_missing_or_wrong(
    anki: AnkiConnect,
    url: str,
    output: Path,
    capsys: pytest.CaptureFixture[str],
    key: str | None,
    given: list[str],
    said: str,
) -> None:
    anki.key = key
    assert push(url, output, *given) == 1
    assert said in only_line(capsys)
    assert anki.actions == ["version"]
    assert keys(anki) == []


# What goes wrong


def only_line(capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence that a failed command says; there is no traceback and no success."""
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert line.startswith("build.py: ")
    return line


def _instead(anki: Callable[[bytes], Reply], action: str, reply: Reply) -> Callable[[bytes], Reply]:
    """An Anki that gives this reply to that action, and does not do it."""

    def answering(body: bytes) -> Reply:
        return reply if json.loads(body)["action"] == action else anki(body)

    return answering


def _error(error: object) -> Reply:
    return Reply(enveloped(error=error))


HTML = Reply(b"<!doctype html><title>Printer</title>", headers={"Content-Type": "text/html"})
FAILURES = {
    "a page": ("version", HTML, "is not AnkiConnect"),
    "an empty answer": ("version", Reply(), "is not AnkiConnect"),
    "bytes": ("version", Reply(b"\xff\xfe\x00"), "is not AnkiConnect"),
    "deep JSON": ("version", Reply(b"[" * 100_000), "is not AnkiConnect"),
    "other JSON": ("version", Reply(b'{"status": "ok"}'), "is not AnkiConnect"),
    "a list": ("version", Reply(b"[6]"), "is not AnkiConnect"),
    "no version": ("version", Reply(enveloped("six")), "is not AnkiConnect"),
    "a flag": ("version", Reply(enveloped(True)), "is not AnkiConnect"),
    "HTTP 403": ("version", Reply(status=403), "is not AnkiConnect (HTTP 403)"),
    "HTTP 404": ("version", Reply(status=404), "is not AnkiConnect (HTTP 404)"),
    "HTTP 500": ("version", Reply(status=500), "is not AnkiConnect (HTTP 500)"),
    "no answer": ("version", Reply(status=0), "broke off"),
    "it ends at once": ("importPackage", Reply(status=0), "broke off"),
    "version 5": ("version", Reply(enveloped(5)), "version 5 of its protocol, and 6"),
    "version 4": ("version", Reply(b"4"), "version 4 of its protocol, and 6"),
    "types as a list": ("modelNamesAndIds", Reply(enveloped([])), "is not AnkiConnect"),
    "no ids": ("modelNamesAndIds", Reply(enveloped({"A": "b"})), "is not AnkiConnect"),
    "no fields": ("multi", Reply(enveloped([])), "is not AnkiConnect"),
    "notes as a number": ("findNotes", Reply(enveloped(3)), "is not AnkiConnect"),
    "notes without fields": ("notesInfo", Reply(enveloped([{"noteId": 1}])), "is not AnkiConnect"),
    "nothing told of notes": (
        "notesInfo",
        Reply(enveloped([])),
        "these cards are not in it: kernel",
    ),
    "no profile": ("modelNamesAndIds", _error("collection is not available"), "no profile open"),
    "the profile was closed": (
        "importPackage",
        _error("collection is not available"),
        "no profile open",
    ),
    "refused": ("importPackage", Reply(enveloped(False)), "it does not say why"),
    "refused with a reason": (
        "importPackage",
        _error("[Errno 2] No such file:\n\x1b[31m'/x.apkg'"),
        ".apkg: [Errno 2] No such file: [31m'/x.apkg'",
    ),
    "refused oddly": ("importPackage", _error({"code": 7}), "{'code': 7}"),
    "too little": ("importPackage", _error("unsupported action"), "unsupported action"),
    "any other error": ("version", _error("main thread is busy"), "refuses version: main thread"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_what_goes_wrong_is_said_in_one_sentence(
    anki: AnkiConnect,
    url: str,
    output: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    action, reply, said = FAILURES[name]
    push(url, output)
    capsys.readouterr()
    with server(_instead(anki, action, reply)) as address:
        assert push(address, output) == 1
        assert said in only_line(capsys)
        monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
        words.language.cache_clear()
        assert push(address, output) == 1
        assert re.search("[\u4e00-\u9fff]{3}", only_line(capsys))


def test_a_retired_card_that_cannot_be_suspended_is_said_after_the_push(
    anki: AnkiConnect, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with server(_instead(anki, "findCards", _error("invalid search"))) as address:
        assert push(address, output, "--suspend-retired") == 1
    printed = capsys.readouterr()
    assert printed.out.startswith("pushed 3 cards")
    assert printed.err == "build.py: AnkiConnect refuses findCards: invalid search\n"
    with server(_instead(anki, "findCards", Reply(enveloped("none")))) as address:
        assert push(address, output, "--suspend-retired") == 1
    assert "is not AnkiConnect" in capsys.readouterr().err


@contextmanager
def _bound() -> Iterator[socket.socket]:
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


def test_nothing_answers(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with _bound() as bound:  # and does not listen
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
        assert push(address, output) == 1
    assert f"nothing answers at {address}: start Anki" in only_line(capsys)


def test_what_answers_does_not_speak_http(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with _bound() as bound:
        bound.listen()

        def answer() -> None:
            with closing(bound.accept()[0]) as peer:
                peer.recv(65536)
                peer.sendall(b"220 mail.example ESMTP\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
        assert push(address, output) == 1
        thread.join()
    assert "is not AnkiConnect (220 mail.example ESMTP)" in only_line(capsys)


def test_https_is_not_spoken_there(
    anki: AnkiConnect, url: str, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert push(url.replace("http:", "https:"), output) == 1
    assert "is not AnkiConnect" in only_line(capsys)
    assert anki.asked == []


def test_a_time_out(
    anki: AnkiConnect,
    output: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ankiconnect, "_TIMEOUTS", {"importPackage": 0.2})
    pushed = threading.Event()

    def answering(body: bytes) -> Reply:
        if json.loads(body)["action"] == "importPackage":
            pushed.wait(60)
        return anki(body)

    with server(answering) as address:
        assert push(address, output) == 1
        pushed.set()
    assert "has not answered within 0.2 seconds" in only_line(capsys)


def test_a_redirect_is_not_followed(
    anki: AnkiConnect, url: str, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for status in (301, 302, 307, 308):
        with server(_instead(anki, "version", Reply(b"", status, {"Location": url}))) as address:
            assert push(address, output, "--key", "s3cret") == 1
        assert f"HTTP {status}" in only_line(capsys)
    assert anki.asked == []


def test_no_proxy_comes_in_between(
    anki: AnkiConnect, url: str, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert push(url, output) == 0
    assert len(keys(anki)) == 4


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://192.0.2.7:8765", "another machine"),
        ("http://anki.example:8765", "another machine"),
        ("http://localhost.example:8765", "another machine"),
        ("http://0.0.0.0:8765", "another machine"),
        ("http://[2001:db8::1]:8765", "another machine"),
        ("file:///etc/hostname", "not an http or https address"),
        ("ftp://127.0.0.1", "not an http or https address"),
        ("127.0.0.1:8765", "not an http or https address"),
        ("http://", "not an http or https address"),
        ("http://127.0.0.1:99999", "not an http or https address"),
        ("http://127.0.0.1:anki", "not an http or https address"),
        ("http://[::1", "not an http or https address"),
        ("http://me:word@127.0.0.1:8765", "not an http or https address"),
        ("http://127.0.0.1:8765/a b", "not an http or https address"),
        ("http://127.0.0.1:8765/é", "not an http or https address"),
        ("", "not an http or https address"),
    ],
)
def test_a_wrong_address_is_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], address: str, said: str
) -> None:
    assert push(address, tmp_path / "output") == 2
    printed = capsys.readouterr().err
    assert said in printed
    assert "Traceback" not in printed
    assert not (tmp_path / "output").exists()


def test_a_source_with_errors_is_not_pushed(
    anki: AnkiConnect, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "small.md"
    source.write_text(SMALL.read_text("utf-8").replace("{#port", "{#socket"), "utf-8")
    assert push(url, tmp_path / "output", source=source) == 1
    assert "small.md:12:41:" in capsys.readouterr().err
    assert anki.actions == ["version"]
    assert not (tmp_path / "output").exists()


def test_an_interrupted_push_says_that_pushing_again_is_safe(
    anki: AnkiConnect,
    url: str,
    output: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = ankiconnect.AnkiConnect.import_package

    def interrupted(self: ankiconnect.AnkiConnect, path: Path) -> None:
        real(self, path)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ankiconnect.AnkiConnect, "import_package", interrupted)
        assert push(url, output) == 130
    assert "pushing again does no harm" in only_line(capsys)
    before = everything(anki)
    assert push(url, output) == 0
    assert everything(anki) == before


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
    package = next(iter(output.glob("*/old-*.apkg")))
    assert anki.collection
    anki.collection.import_anki_package(ImportAnkiPackageRequest(package_path=str(package)))
    assert push(url, output, source=source) == 0
    assert keys(anki) == ["old/what"]
