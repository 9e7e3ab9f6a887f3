"""A push into Anki: over HTTP, into a real collection; and every way in which it cannot be done."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from anki.collection import Collection
from anki.models import NotetypeDict
from anki.scheduler.v3 import CardAnswer, Scheduler

from commands import ankiconnect
from commands.main import main
from commands.terminal import words
from deckpress.model import CardKind
from exporters import EXPORTERS
from exporters.anki import note_types
from releases.upgrade import prove
from tests.commands import ankiconnect_standin
from tests.commands.ankiconnect_standin import AnkiConnect, Reply, enveloped, server
from tests.history import Folder
from tests.releases.test_upgrade import SCENARIOS

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "fixtures" / "decks" / "small.md"


@pytest.fixture(autouse=True)
def anki_deck_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A push builds all outputs, and Anki gets one of them."""
    monkeypatch.setattr("releases.pipeline.EXPORTERS", {"anki": EXPORTERS["anki"]})


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
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("releases.pipeline.EXPORTERS", EXPORTERS)
    output = tmp_path / "output"
    assert push(url, output) == 0
    assert len(list((output / "latest").glob("*.pdf"))) == 3
    printed = capsys.readouterr()
    version = (output / "latest").readlink().name
    assert printed.out == f"pushed 3 cards of Small deck into Anki, version {version}\n"
    assert printed.err == ""
    # A note with two gaps has two cards.
    assert keys(anki) == [f"small-deck/{card}" for card in ("kernel", "kernel", "port", "socket")]
    assert anki.actions == ["version", "modelNamesAndIds", "importPackage"]
    path = Path(anki.asked[-1]["params"]["path"])
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


@pytest.mark.parametrize("change", [_more, _fewer])
def test_a_note_type_whose_fields_the_learner_changed_is_left_alone(
    anki: AnkiConnect,
    url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[NotetypeDict], None],
) -> None:
    (tmp_path / "source").mkdir()
    folder = Folder(tmp_path / "source")
    folder.release()
    source = folder.path / "deck.md"
    push(url, tmp_path / "output", source=source)
    collection = anki.collection
    assert collection
    model = collection.models.by_name("Deckpress Basic")
    assert model
    change(model)
    collection.models.update_dict(model)
    before = everything(anki)
    folder.edit("Either side.", "Both may.")
    folder.read()
    capsys.readouterr()
    assert push(url, tmp_path / "output", source=source) == 1
    line = only_line(capsys)
    assert "the note type Deckpress Basic were changed" in line
    assert Path(line.split(": import ")[1].removesuffix(" in Anki itself")).exists()
    assert everything(anki) == before


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
    assert anki.actions == ["version", "modelNamesAndIds", "importPackage", "findCards"]
    assert {request["key"] for request in anki.asked} == {"s3cret"}


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


WELL: dict[str, object] = {
    "version": 6,
    "modelNamesAndIds": {"Deckpress Basic": note_types.note_type(CardKind.BASIC).model_id},
    "modelFieldNames": list(note_types.FIELDS),
    "importPackage": True,
    "findCards": [],
}


def _instead(action: str, reply: Reply) -> Callable[[bytes], Reply]:
    """Something that speaks the protocol, but gives this reply to that action."""

    def answering(body: bytes) -> Reply:
        asked = json.loads(body)["action"]
        if asked == action:
            return reply
        return Reply(enveloped(WELL[asked]))

    return answering


def _error(action: str, error: object) -> Callable[[bytes], Reply]:
    return _instead(action, Reply(enveloped(error=error)))


HTML = Reply(b"<!doctype html><title>Printer</title>", headers={"Content-Type": "text/html"})
FAILURES = {
    "a page": (_instead("version", HTML), "is not AnkiConnect"),
    "an empty answer": (_instead("version", Reply()), "is not AnkiConnect"),
    "bytes": (_instead("version", Reply(b"\xff\xfe\x00")), "is not AnkiConnect"),
    "deep JSON": (_instead("version", Reply(b"[" * 100_000)), "is not AnkiConnect"),
    "other JSON": (_instead("version", Reply(b'{"status": "ok"}')), "is not AnkiConnect"),
    "a list": (_instead("version", Reply(b"[6]")), "is not AnkiConnect"),
    "no version": (_instead("version", Reply(enveloped("six"))), "is not AnkiConnect"),
    "a flag": (_instead("version", Reply(enveloped(True))), "is not AnkiConnect"),
    "HTTP 403": (_instead("version", Reply(status=403)), "is not AnkiConnect (HTTP 403)"),
    "HTTP 404": (_instead("version", Reply(status=404)), "is not AnkiConnect (HTTP 404)"),
    "HTTP 500": (_instead("version", Reply(status=500)), "is not AnkiConnect (HTTP 500)"),
    "no answer": (_instead("version", Reply(status=0)), "broke off"),
    "it ends at once": (_instead("importPackage", Reply(status=0)), "broke off"),
    "version 5": (_instead("version", Reply(enveloped(5))), "version 5 of its protocol, and 6"),
    "version 4": (_instead("version", Reply(b"4")), "version 4 of its protocol, and 6"),
    "types as a list": (_instead("modelNamesAndIds", Reply(enveloped([]))), "is not AnkiConnect"),
    "no fields": (_instead("modelFieldNames", Reply(enveloped())), "is not AnkiConnect"),
    "no profile": (_error("modelNamesAndIds", "collection is not available"), "no profile open"),
    "the profile was closed": (
        _error("importPackage", "collection is not available"),
        "no profile open",
    ),
    "refused": (_instead("importPackage", Reply(enveloped(False))), "it does not say why"),
    "refused with a reason": (
        _error("importPackage", "[Errno 2] No such file:\n\x1b[31m'/x.apkg'"),
        ".apkg: [Errno 2] No such file: [31m'/x.apkg'",
    ),
    "refused oddly": (_error("importPackage", {"code": 7}), "{'code': 7}"),
    "too little": (_error("importPackage", "unsupported action"), "unsupported action"),
    "any other error": (_error("version", "main thread is busy"), "refuses version: main thread"),
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", FAILURES)
def test_what_goes_wrong_is_said_in_one_sentence(
    output: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    language: str,
) -> None:
    answering, said = FAILURES[name]
    if language == "zh":
        monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
        words.language.cache_clear()
    with server(answering) as address:
        assert push(address, output) == 1
    line = only_line(capsys)
    if language == "en":
        assert said in line
    else:
        assert re.search("[\u4e00-\u9fff]{3}", line)


def test_a_retired_card_that_cannot_be_suspended_is_said_after_the_push(
    output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with server(_error("findCards", "invalid search")) as address:
        assert push(address, output, "--suspend-retired") == 1
    printed = capsys.readouterr()
    assert printed.out.startswith("pushed 3 cards")
    assert printed.err == "build.py: AnkiConnect refuses findCards: invalid search\n"
    with server(_instead("findCards", Reply(enveloped("none")))) as address:
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
    output: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ankiconnect, "_TIMEOUTS", {"importPackage": 0.2})
    pushed = threading.Event()

    def answering(body: bytes) -> Reply:
        if json.loads(body)["action"] == "importPackage":
            pushed.wait(60)
        return Reply(enveloped(WELL[json.loads(body)["action"]]))

    with server(answering) as address:
        assert push(address, output) == 1
        pushed.set()
    assert "has not answered within 0.2 seconds" in only_line(capsys)


def test_a_redirect_is_not_followed(
    anki: AnkiConnect, url: str, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for status in (301, 302, 307, 308):
        with server(_instead("version", Reply(b"", status, {"Location": url}))) as address:
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
