"""``test``: which tests it has pytest run."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from commands.main import main


def started(monkeypatch: pytest.MonkeyPatch, *arguments: str, fails: str = "") -> list[list[str]]:
    """The commands that `test` starts, in alphabetical order; none of them is run."""
    commands: list[list[str]] = []

    def note(command: list[Any], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append([Path(command[0]).name, *command[1:]])
        failed = Path(command[0]).name == fails
        return subprocess.CompletedProcess(command, int(failed), "what it said\n")

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "run", note)
        assert main(["test", *arguments]) == bool(fails)
    return sorted(commands)


def test_the_slow_tests_wait_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    (quick,) = started(monkeypatch, "-k", "cloze")
    assert quick[0] == "pytest"
    assert "not slow" in quick
    assert quick[-2:] == ["-k", "cloze"]
    *linters, everything, check, formatted = started(monkeypatch, "--all")
    assert [command[0] for command in linters] == ["lint-imports", "mypy"]
    assert [check[:2], formatted[:2]] == [["ruff", "check"], ["ruff", "format"]]
    assert everything[0] == "pytest"
    assert "not slow" not in everything
    assert "thorough" in everything


@pytest.mark.parametrize("fails", ["pytest", "mypy", "ruff"])
def test_what_fails_is_told(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], fails: str
) -> None:
    assert started(monkeypatch, "--all", fails=fails)
    told = capfd.readouterr()
    assert told.out.count("what it said") == 4  # of the linters, behind the tests
    assert told.err.index("$ pytest") < told.err.index("$ mypy")
