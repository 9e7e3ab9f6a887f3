"""``test``: which tests it has pytest run."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from commands.main import main


def started(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> list[list[str]]:
    """The commands that `test` starts, none of which is run."""
    commands: list[list[str]] = []

    def note(command: list[Any], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append([Path(command[0]).name, *command[1:]])
        return subprocess.CompletedProcess(command, 1 if command[-1] == "fails" else 0)

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "run", note)
        assert main(["test", *arguments]) == ("fails" in arguments)
    return commands


def test_the_slow_tests_wait_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    (quick,) = started(monkeypatch, "-k", "cloze")
    assert quick[0] == "pytest"
    assert "not slow" in quick
    assert quick[-2:] == ["-k", "cloze"]
    *linters, everything = started(monkeypatch, "--all")
    assert [command[0] for command in linters] == ["ruff", "ruff", "mypy", "lint-imports"]
    assert "not slow" not in everything
    assert "thorough" in everything


def test_a_test_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert started(monkeypatch, "fails")
