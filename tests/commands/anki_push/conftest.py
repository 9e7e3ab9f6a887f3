"""The Anki that is pushed into, which has nothing yet, and the deck that is pushed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from anki.collection import Collection

from commands.terminal import words
from tests.commands.anki_push.ankiconnect_standin import AnkiConnect, server
from tests.commands.anki_push.pushing import Pushed
from tests.history import Folder


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


@pytest.fixture
def deck(tmp_path: Path, anki: AnkiConnect, url: str, capsys: pytest.CaptureFixture[str]) -> Pushed:
    (tmp_path / "source").mkdir()
    return Pushed(Folder(tmp_path / "source"), anki, url, capsys)
