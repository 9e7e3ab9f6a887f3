"""What a release remembers, what a source changes for its learners, and the bump that takes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deckpress.history import changelog, comparison, ledger, versions
from deckpress.history.digests import digests
from deckpress.model import CardKind, Release, ReleasedCard
from deckpress.reading.disk.files import SourceError, load
from deckpress.reading.reader import read
from deckpress.selection import Selection
from tests.history import TIME, Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def released(folder: Folder) -> Folder:
    folder.release()
    return folder


def test_before_the_first_release_every_card_is_new(folder: Folder) -> None:
    assert folder.changes() == comparison.Changes(added=("three", "who-opens", "who-closes"))
    assert folder.release().version == "1.0.0"


def test_nothing_has_changed_right_after_a_release(released: Folder) -> None:
    assert not released.changes()


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("Why three messages?", "Why not two messages?", ("question",)),
        ("The second message does", "The second of them does", ("why",)),
        ("Both sides must", "Each side has to", ("short",)),
        ("level=1", "level=2", ("level",)),
        ("### Why\n\nThe second message does two things.\n", "", ("why",)),
        ("opening: Opening", "opening: How it opens", ("tags",)),
    ],
)
def test_an_edit_is_told_by_its_part(
    released: Folder, old: str, new: str, parts: tuple[str, ...]
) -> None:
    released.edit(old, new)
    assert released.changes().edited["three"] == parts
    assert released.release().version == "1.0.1"


def test_a_file_that_a_card_shows_is_part_of_it(released: Folder) -> None:
    released.example("ss --tcp --listening")
    assert released.changes().edited == {"who-opens": ("short",)}


def test_what_every_note_says_changes_every_card(released: Folder) -> None:
    released.edit("lang: en\n", "lang: en\nhomepage: https://example.org/\n")
    assert set(released.changes().edited) == {"three", "who-opens", "who-closes"}
    assert set(released.changes().edited.values()) == {("deck",)}


def test_order_and_white_space_are_no_change(released: Folder) -> None:
    first, second, third = released.text.partition("## Who opens?")
    rest, closing, end = third.partition("# Closing")
    head, three, body = first.partition("## Why three")
    released.text = f"{head}{second}{rest}\n\n{three}{body}\n{closing}{end}"
    assert [card.id for card in released.read().cards()] == ["who-opens", "three", "who-closes"]
    assert not released.changes()


def test_a_card_is_moved_added_retired_and_restored(released: Folder) -> None:
    card = "## Who closes first? {#who-closes .closing tier=core}\n\nEither side.\n"
    released.edit(card, "")
    released.edit("# Closing {#closing}\n", "")
    released.text += "\n" + card + "\n## What is FIN? {#fin .closing}\n\nThe end.\n"
    assert released.changes() == comparison.Changes(added=("fin",), moved=("who-closes",))
    assert released.release().version == "1.1.0"
    released.edit("#who-opens .opening", "#who-opens .opening .retired")
    assert released.changes() == comparison.Changes(retired=("who-opens",))
    assert released.release().cards["who-opens"].retired == "1.2.0"
    released.edit("The client.", "Mostly the client.")
    assert released.changes().edited == {"who-opens": ("short",)}
    assert released.release().cards["who-opens"].retired == "1.2.0"
    released.edit(" .retired", "")
    assert released.changes() == comparison.Changes(restored=("who-opens",))
    assert released.release().version == "1.3.0"


def test_a_better_reason_for_retiring_reaches_those_who_have_the_card(released: Folder) -> None:
    released.edit("#who-closes .closing", "#who-closes .closing .retired")
    released.edit("Either side.", "Either side.\n\n### Retired\n\nToo vague.")
    first = released.release().cards["who-closes"]
    released.edit("Too vague.", "Learn [who opens](#who-opens) instead.")
    assert released.changes() == comparison.Changes(edited={"who-closes": ("retired",)})
    second = released.release().cards["who-closes"]
    assert (second.retired, second.modified) == (first.retired, first.modified + 86_400)


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("{#three .opening", "{#other .opening", "vanished"),
        ("{#three .opening", "{#three .opening .reverse", "other_kind"),
        ("key: tcp", "key: net", "key"),
        ("anki_deck: TCP", "anki_deck: Net", "anki_deck"),
    ],
)
def test_what_loses_progress_takes_a_major_version(
    released: Folder, old: str, new: str, name: str
) -> None:
    released.edit(old, new)
    assert getattr(released.changes(), name)
    assert released.release().version == "2.0.0"


def test_note_types_that_anki_takes_for_others_take_a_major_version(released: Folder) -> None:
    deck = replace(released.read(), note_types="others")
    changes = comparison.compare(deck.release, deck, digests(deck))
    assert changes == comparison.Changes(note_types=True)
    assert comparison.next_version(deck.release, changes) == "2.0.0"
    told = changelog.version_notes(deck, "TCP 2.0.0", changes)
    assert "the notes that you have are not updated" in told
    assert "leaves your reviews alone" not in told


def test_a_card_keeps_its_time_until_it_changes_and_its_number_for_ever(released: Folder) -> None:
    first = released.read().release
    assert first is not None
    released.edit("Either side.", "Both may.")
    released.text += "\n## What is FIN? {#fin .closing}\n\nThe end.\n"
    second = released.release()
    assert second.cards["three"] == first.cards["three"]
    assert second.cards["who-closes"].modified == TIME + 86_400
    assert second.cards["who-closes"].note == first.cards["who-closes"].note
    numbers = [card.note for card in second.cards.values()]
    assert numbers == [TIME * 1000, TIME * 1000 + 1, TIME * 1000 + 2, (TIME + 86_400) * 1000]


def test_a_development_build_is_younger_than_the_last_release_only_where_it_differs(
    released: Folder,
) -> None:
    released.edit("Either side.", "Both may.")
    version = versions.development_version(released.read(), "tools", Selection(), None)
    assert re.fullmatch(r"1\.0\.1-dev\+[0-9a-f]{10}", version.name)
    assert version.modified == {"three": TIME, "who-opens": TIME, "who-closes": TIME + 1}
    assert released.release().cards["who-closes"].modified > TIME + 1


def test_the_name_of_a_development_build_depends_on_the_release(released: Folder) -> None:
    before = versions.development_version(released.read(), "tools", Selection(), None)
    released.release("1.0.1")
    after = versions.development_version(released.read(), "tools", Selection(), None)
    assert before.name.partition("-")[0] == "1.0.1"
    assert after.name.partition("-")[0] == "1.0.2"


def test_the_newest_release_is_told_by_number_and_not_by_letter(released: Folder) -> None:
    for version in ("1.9.0", "1.10.0", "1.2.0"):
        released.release(version)
    release = released.read().release
    assert release is not None
    assert release.version == "1.10.0"


def test_decks_in_one_folder_do_not_take_each_other_s_releases(released: Folder) -> None:
    other = released.path / "other.md"
    other.write_text(released.text.replace("key: tcp", "key: other"))
    deck, found = read(load(other))
    assert deck.release is None
    assert found == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[:-20], "not a release"),
        (lambda text: "[]", "not a release"),
        (lambda text: "", "not a release"),
        (lambda text: text.replace("Either", "Other").replace("Why three", "Why 3"), "changed"),
        (lambda text: text.replace('"schema": 1', '"schema": 2'), "schema is 2"),
        (lambda text: text.replace(str(TIME), str(TIME + 1), 1), "changed"),
        (lambda text: "[" * 100_000, "not a release"),
    ],
)
def test_a_damaged_ledger_ends_the_build(released: Folder, change: object, said: str) -> None:
    path = released.path / "releases" / "1.0.0.json"
    assert callable(change)
    path.write_text(change(path.read_text()))
    loaded = load(released.path / "deck.md")
    deck, found = ledger.with_last_release(read(loaded)[0], loaded)
    assert deck.release is None
    (problem,) = found
    assert problem.code == "D815"
    assert "releases/1.0.0.json" in problem.message("en")
    assert said in problem.message("en")


def test_half_a_character_in_a_ledger_is_no_crash(released: Folder) -> None:
    path = released.path / "releases" / "1.0.0.json"
    path.write_text(path.read_text().replace("Why three", "\\ud800"))
    with pytest.raises(ledger.LedgerError, match="not a release"):
        ledger.parse(path.name, path.read_bytes())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f'"time": {TIME}', '"time": "soon"'),
        (f'"time": {TIME}', '"time": 1.5'),
        (f'"time": {TIME}', f'"time": {10**30}'),
        (f'"modified": {TIME}', f'"modified": {10**30}'),
        (f'"note": {TIME * 1000}', '"note": true'),
        ('"key": "tcp"', '"key": []'),
        ('"source": "deck"', '"source": 5'),
    ],
)
def test_a_ledger_with_values_of_another_kind_is_incomplete(
    released: Folder, old: str, new: str
) -> None:
    """Sealed again by a hand that knows how."""
    path = released.path / "releases" / "1.0.0.json"
    text = path.read_text()
    assert old in text
    content = json.loads(text.replace(old, new, 1))
    content.pop("seal")
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    sealed = {**content, "seal": sha256(plain.encode()).hexdigest()[:16]}
    with pytest.raises(ledger.LedgerError, match="an entry is incomplete"):
        ledger.parse(path.name, json.dumps(sealed).encode())


def test_a_ledger_that_leads_nowhere_is_named(released: Folder) -> None:
    path = released.path / "releases" / "1.0.0.json"
    path.unlink()
    path.symlink_to("nowhere")
    with pytest.raises(SourceError, match=r"releases/1\.0\.0\.json"):
        load(released.path / "deck.md")


def test_another_formatting_of_a_ledger_is_the_same_ledger(released: Folder) -> None:
    path = released.path / "releases" / "1.0.0.json"
    release = ledger.parse(path.name, path.read_bytes())
    path.write_bytes(json.dumps(json.loads(path.read_bytes())).replace(", ", ",\r\n").encode())
    assert ledger.parse(path.name, path.read_bytes()) == release


def test_a_ledger_under_another_version_s_name_is_refused(released: Folder) -> None:
    data = (released.path / "releases" / "1.0.0.json").read_bytes()
    with pytest.raises(ledger.LedgerError, match=r"1\.0\.0"):
        ledger.parse("1.0.1.json", data)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20)
CARDS = st.builds(
    ReleasedCard,
    kind=st.sampled_from(CardKind),
    question=WORDS,
    content=st.dictionaries(WORDS, st.from_regex(r"[0-9a-f]{12}", fullmatch=True), max_size=3),
    modified=st.integers(0, 2**40),
    note=st.integers(0, 2**50),
    retired=st.sampled_from(["", "1.2.3"]),
)


@given(st.dictionaries(WORDS, CARDS, max_size=5), WORDS, WORDS, WORDS)
def test_what_is_written_is_read_back(
    cards: Mapping[str, ReleasedCard], name: str, key: str, types: str
) -> None:
    release = Release("1.2.3", TIME, name, key, "Deck::Sub", cards, types)
    assert ledger.parse("1.2.3.json", ledger.serialise(release)) == release
    assert list(ledger.parse("1.2.3.json", ledger.serialise(release)).cards) == list(cards)


def test_the_closest_question_is_taken_for_the_reworded_one(released: Folder) -> None:
    released.edit("## Who closes first? {#who-closes ", "## Which side closes first? {#side ")
    released.text += "\n## What is FIN? {#fin .closing}\n\nThe end.\n"
    deck = released.read()
    assert deck.release is not None
    assert comparison.renamed_cards(deck.release, deck) == {"who-closes": "side"}


def test_a_card_that_is_nothing_like_it_is_not_taken_for_it(released: Folder) -> None:
    released.edit("## Who closes first? {#who-closes ", "## What is FIN? {#fin ")
    deck = released.read()
    assert deck.release is not None
    assert comparison.renamed_cards(deck.release, deck) == {}
    assert comparison.renamed_cards(replace(deck.release, cards={}), deck) == {}
