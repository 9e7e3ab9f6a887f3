"""The deck's Python compiles without a warning, and all of it is run by a test."""

from __future__ import annotations

import runpy
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from deckpress.history.proofs import card_texts
from deckpress.reading.disk.files import load
from deckpress.reading.fences import extract_part, find_fences
from deckpress.reading.reader import read
from releases.proving import Example
from tests.shipped import SOURCE

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
        for text in card_texts(card):
            for fence in find_fences(text.source):
                if fence.info.language in ("python", "py"):
                    code: str | None = "\n".join(fence.body)
                    if fence.info.file:
                        file = (SOURCE.parent / fence.info.file).read_text("utf-8")
                        code = extract_part(file, fence.info.part)
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


def test_each_example_is_run_by_a_test() -> None:
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [path for path in PROGRAMS if f'"{path}"' not in tests] == []
