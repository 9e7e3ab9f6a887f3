"""Help and the version are answered on a bare machine, as the commands tell them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from commands.main import COMMANDS
from commands.setup.pages import as_options
from commands.terminal import help_pages
from deckpress import __version__

ROOT = Path(__file__).resolve().parents[2]


def test_the_kept_pages_are_those_of_the_commands() -> None:
    kept = help_pages.FILE.read_text("utf-8")
    assert kept == help_pages.serialise(help_pages.pages()), (
        "Write them anew: python -m commands.terminal.help_pages"
    )
    for language in json.loads(kept).values():
        assert language.keys() == {"", *COMMANDS}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("help", "--help"),
        ("help check", "check --help"),
        ("help nonsense", "--help"),
        ("-h", "--help"),
        ("check -h", "check --help"),
        ("check --fix my.md --help", "check --help"),
        ("check help", "check --help"),
        ("my.md --help", "build --help"),
        ("--only anki -h", "build --help"),
        ("--version", "--version"),
        ("release --version", "--version"),
        ("test --help", "test --help"),
        ("test tests -h", "test tests -h"),
        ("check -- --help", "check -- --help"),
        ("check my.md", "check my.md"),
        ("", ""),
    ],
)
def test_each_way_to_ask_is_understood(typed: str, meant: str) -> None:
    assert " ".join(as_options(typed.split())) == meant


def test_a_source_with_the_name_help_is_a_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "help").write_text("")
    monkeypatch.chdir(tmp_path)
    assert as_options(["check", "help"]) == ["check", "help"]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """The program on a machine on which nothing is installed for it."""
    for name in ("commands", "deckpress"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "build.py", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        (["--help"], "Usage: build.py"),
        (["help"], "Usage: build.py"),
        (["diff", "-h"], "Usage: build.py diff"),
        (["--version"], f"deckpress {__version__}\n"),
        (["assets", "--version"], f"deckpress {__version__}\n"),
    ],
    ids=" ".join,
)
def test_a_bare_machine_answers_and_sets_nothing_up(
    bare: Path, arguments: list[str], begins: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-S", "build.py", *arguments],
        cwd=bare,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C", "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(begins)
    assert not (bare / ".venv").exists()
