"""The deck's Python compiles without a warning, and all of it is run by a test."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from deckpress.fences import extract, find
from deckpress.proofs import texts
from deckpress.reader import read
from deckpress.source import load
from tests.examples.programs import program
from tests.examples.recording import SOURCE, Example

EXAMPLES = SOURCE.parent / "examples"
PROGRAMS = sorted(path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*.py"))


def compiles(text: str, name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compile(text, name, "exec")


def shown() -> Iterator[Any]:
    """Every block of Python on a card, as a learner reads it."""
    deck, _ = read(load(SOURCE))
    for card in deck.cards():
        for text in texts(card):
            for fence in find(text.source):
                if fence.info.language in ("python", "py"):
                    code: str | None = "\n".join(fence.body)
                    if fence.info.file:
                        file = (SOURCE.parent / fence.info.file).read_text("utf-8")
                        code = extract(file, fence.info.part)
                    yield pytest.param(code, id=f"{card.id}-{fence.info.part}")


@pytest.mark.parametrize("path", PROGRAMS)
def test_an_example_compiles(path: str) -> None:
    compiles((EXAMPLES / path).read_text("utf-8"), path)


@pytest.mark.parametrize("code", list(shown()))
def test_what_a_card_shows_compiles(code: str | None) -> None:
    assert code
    compiles(code, "card")


@pytest.mark.parametrize(
    ("path", "name"), [("docker/app.py", "app"), ("uwsgi/app.py", "application")]
)
def test_an_application_keeps_to_wsgi(example: Example, path: str, name: str) -> None:
    """Both sides of the interface are checked, header by header."""
    application = validator(runpy.run_path(str(example.file(path)))[name])
    environ: dict[str, Any] = {"QUERY_STRING": ""}
    setup_testing_defaults(environ)
    environ["PATH_INFO"] = "/hello"
    started: list[tuple[str, dict[str, str]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        started.append((status, dict(headers)))
        return lambda _: None

    answer: Any = application(environ, start_response)
    body = b"".join(answer)
    answer.close()
    ((status, headers),) = started
    assert status == "200 OK"
    assert headers == {"Content-Type": "text/plain", "Content-Length": str(len(body))}
    assert body.endswith(b" /hello\n")


@pytest.fixture
def supervised(example: Example, tmp_path: Path) -> Iterator[Path]:
    """The folder of a supervisord: one program ends well, one cannot start, one listens."""
    events = "PROCESS_STATE_EXITED,PROCESS_STATE_FATAL"
    (tmp_path / "s.conf").write_text(
        f"""[supervisord]
        logfile={tmp_path}/s.log
        pidfile={tmp_path}/s.pid
        childlogdir={tmp_path}
        [unix_http_server]
        file={tmp_path}/s.sock
        [rpcinterface:supervisor]
        supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
        [eventlistener:notify]
        command={sys.executable} {example.file("supervisor/listener.py")}
        events={events}
        stderr_logfile={tmp_path}/listener.log
        [program:missing]
        command={tmp_path}/missing
        startretries=0
        [program:once]
        command={sys.executable} -c ""
        startsecs=0
        autorestart=false
        """.replace("\n        ", "\n"),
        "utf-8",
    )
    command = [program("supervisord"), "--nodaemon", "--configuration", str(tmp_path / "s.conf")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        try:
            yield tmp_path
        finally:
            running.terminate()


def test_programs_speak_with_a_supervisord(example: Example, supervised: Path) -> None:
    """One asks what does not run, the other is told when a program ends."""
    ask = [sys.executable, str(example.file("supervisor/rpc.py")), f"unix://{supervised}/s.sock"]
    deadline = time.monotonic() + 20
    heard = answer = ""
    while "once EXITED" not in answer or len(heard.splitlines()) < 2:
        assert time.monotonic() < deadline, (answer, heard)
        time.sleep(0.05)
        answer = subprocess.run(ask, capture_output=True, text=True, timeout=20).stdout
        log = supervised / "listener.log"
        heard = log.read_text("utf-8") if log.exists() else ""
    assert re.search(r"^missing FATAL can't find command ", answer, re.MULTILINE)
    assert "notify" not in answer
    assert set(heard.splitlines()) == {
        "PROCESS_STATE_EXITED once",
        "PROCESS_STATE_FATAL missing",
    }


def test_each_example_is_run_by_a_test() -> None:
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [path for path in PROGRAMS if f'"{path}"' not in tests] == []
