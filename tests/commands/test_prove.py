"""``prove``: the examples of any deck are run by its own tests, and what they proved is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands.main import main

_DECK = """\
---
title: Shell
lang: en
key: shell
anki_deck: Shell
proofs: examples/proofs.json
---

# Words {#words}

## What does it print? {#prints}

A word.

```sh file=examples/word.sh
```
"""
_TEST = """\
import subprocess

import pytest


@pytest.mark.proves("prints", by=["bash"])
def test_it_prints_a_word(example):
    printed = subprocess.check_output(["bash", example.file("word.sh")], text=True)
    assert printed == "word\\n"
"""


@pytest.fixture
def deck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A deck with an example that nobody has proven, in a repository of its own."""
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_ADDOPTS"):  # its tests run in a pytest of their own
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "mine" / "shell.md"
    (path.parent / "examples" / "tests").mkdir(parents=True)
    path.write_text(_DECK)
    (path.parent / "examples" / "word.sh").write_text("echo word\n")
    (path.parent / "examples" / "tests" / "test_words.py").write_text(_TEST)
    return path


@pytest.mark.slow
def test_a_deck_of_ones_own_is_proven_by_its_tests(
    deck: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(deck)]) == 1
    said = capsys.readouterr().out
    assert "D501" in said
    assert "build.py prove" in said

    assert main(["prove", str(deck)]) == 0

    proofs = json.loads((deck.parent / "examples" / "proofs.json").read_text())
    assert list(proofs) == ["prints"]
    assert proofs["prints"]["programs"]["bash"][0].isdigit()
    assert main(["check", str(deck)]) == 0
    files = {path.name for path in deck.parent.rglob("*") if path.is_file()}
    assert files == {"shell.md", "word.sh", "test_words.py", "proofs.json"}


@pytest.mark.slow
def test_an_example_that_fails_is_not_proven(
    deck: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tests = deck.parent / "examples" / "tests"
    (deck.parent / "examples" / "word.sh").write_text("echo words\n")
    beside = deck.parents[1] / "tests" / "examples"  # the other place where tests may stand
    beside.parent.mkdir()
    tests.rename(beside)
    assert main(["prove", str(deck)]) == 1
    assert "a test failed" in capsys.readouterr().err
    assert main(["check", str(deck)]) == 1
    assert "D802" in capsys.readouterr().out


@pytest.mark.parametrize("lack", ["proofs", "tests", pytest.param("test", marks=pytest.mark.slow)])
def test_what_is_lacking_is_told(deck: Path, capsys: pytest.CaptureFixture[str], lack: str) -> None:
    tests = deck.parent / "examples" / "tests"
    if lack == "proofs":
        deck.write_text(_DECK.replace("proofs: examples/proofs.json\n", ""))
    else:
        (tests / "test_words.py").unlink()
        if lack == "tests":
            tests.rmdir()
    assert main(["prove", str(deck)]) == 1
    said = capsys.readouterr().err
    assert ("add proofs: examples/proofs.json" if lack == "proofs" else "no tests to run") in said
    assert not (deck.parent / "examples" / "proofs.json").exists()
