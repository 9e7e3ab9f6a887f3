"""Every way in which a push cannot be done, and the one sentence that says so."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from commands.anki_push import ankiconnect
from commands.terminal import words
from tests.commands.anki_push.ankiconnect_standin import AnkiConnect, Reply, enveloped, server
from tests.commands.anki_push.pushing import SMALL, keys, only_line, push


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
