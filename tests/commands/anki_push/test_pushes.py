"""A push into Anki: over HTTP, into a real collection; once, again, in part, and cut short."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.anki_push import ankiconnect
from releases.upgrade import prove
from tests.commands.anki_push import ankiconnect_standin
from tests.commands.anki_push.ankiconnect_standin import AnkiConnect
from tests.commands.anki_push.pushing import Pushed, everything, keys, only_line, push, study
from tests.history import Folder
from tests.releases.test_upgrade import SCENARIOS


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
