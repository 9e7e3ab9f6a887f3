"""How findings are told: to a person on a terminal and in a pipe, to a program, and how many."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.main import main
from commands.terminal.paths import short_path

ROOT = Path(__file__).resolve().parents[2]
_FRONT = "---\ntitle: T\nlang: en\nkey: t\nanki_deck: T\n---\n\n# One {#one}\n\n"
_WARNED = "".join(f"## Question {n}? {{#q{n}}}\n\nPush it to Github.\n\n" for n in range(8))
_BROKEN = "## Broken? {#q0}\n\nThe id is there already.\n"


@pytest.fixture
def deck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A deck in the current folder with eight warnings of one kind, and an error."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "deck.md"
    path.write_text(_FRONT + _WARNED + _BROKEN)
    return path


def _environment(more: dict[str, str]) -> dict[str, str]:
    unset = ("NO_COLOR", "FORCE_COLOR")
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    return {**kept, "TERM": "xterm", "LC_ALL": "C", **more}


def _on_terminal(deck: Path, **environment: str) -> str:
    """What `check` writes to a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, str(ROOT / "build.py"), "--no-setup", "check", str(deck)]
    process = subprocess.Popen(
        command, stdout=theirs, stderr=subprocess.DEVNULL, env=_environment(environment)
    )
    os.close(theirs)
    return b"".join(_pieces(ours)).decode() + str(process.wait() or "")


def _pieces(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # how Linux says that the other end is closed
            piece = b""
        if not piece:
            os.close(terminal)
            return
        yield piece


def test_a_terminal_shows_place_severity_and_caret_in_colour(deck: Path) -> None:
    said = _on_terminal(deck)
    assert re.search(r"\x1b\[1mdeck\.md:\d+:\d+\x1b\[0m: \x1b\[31m\x1b\[1mD209\x1b\[0m ", said)
    assert re.search(r"\x1b\[33m\x1b\[1mD\d+ warning:\x1b\[0m ", said)
    assert re.search(r"\x1b\[33m\x1b\[1m\^+\x1b\[0m", said)


@pytest.mark.parametrize("variable", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_that_wants_no_colours_gets_none(deck: Path, variable: dict[str, str]) -> None:
    said = _on_terminal(deck, **variable)
    assert "D209" in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("environment", "options", "coloured"),
    [
        ({}, [], False),
        ({"FORCE_COLOR": "1"}, [], True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, [], True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
        ({"FORCE_COLOR": "1"}, ["--format", "json"], False),
        ({"FORCE_COLOR": "1"}, ["--format", "github"], False),
    ],
)
def test_a_pipe_gets_colours_only_if_they_are_asked_for(
    deck: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    environment: dict[str, str],
    options: list[str],
    coloured: bool,
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    main(["check", str(deck), *options])
    plain = capsys.readouterr().out
    assert "\x1b" not in plain
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    main(["check", str(deck), *options])
    said = capsys.readouterr().out
    assert ("\x1b[31m" in said) == coloured
    assert re.sub(r"\x1b\[\d*m", "", said) == plain


def test_a_place_is_told_from_the_current_folder(
    deck: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["check", str(deck)])
    assert capsys.readouterr().out.startswith("deck.md:")
    (deck.parent / "below").mkdir()
    monkeypatch.chdir(deck.parent / "below")
    main(["check", str(deck)])
    assert capsys.readouterr().out.startswith("../deck.md:")
    main(["check", str(deck), "--format", "github"])
    assert "file=../deck.md," in capsys.readouterr().out


def test_a_path_stays_as_it_is_where_another_would_be_longer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert short_path("deck.md") == "deck.md"
    assert short_path("/etc/deck.md") == "/etc/deck.md"
    assert short_path(tmp_path / "output") == "output"


def test_of_many_of_one_kind_a_few_are_told_and_a_number(
    deck: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", str(deck)])
    said = capsys.readouterr().out
    (code,) = set(re.findall(r"(D\d+) warning", said))
    assert said.count(f"{code} warning") == 3
    assert f"5 more of {code}" in said
    assert said.count("D209") == 1
    assert said.endswith("1 error, 8 warnings\n")

    main(["check", str(deck), "--all"])
    said = capsys.readouterr().out
    assert said.count(f"{code} warning") == 8
    assert "more of" not in said


def test_five_of_one_kind_are_all_told(deck: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deck.write_text(_FRONT + _WARNED[: _WARNED.index("## Question 5")])
    main(["check", str(deck)])
    said = capsys.readouterr().out
    assert said.count(" warning: ") == 5
    assert "more of" not in said


def test_programs_always_get_all(deck: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", str(deck), "--format", "json"])
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == 1
    assert len(told["findings"]) == 9
    main(["check", str(deck), "--format", "github"])
    assert capsys.readouterr().out.count("::warning ") == 8


# Diagrams and formulas

_FORMULA = "## How much? {#much}\n\nIt is $x^2^3$.\n"
_DIAGRAM = '## How? {#how}\n\nSo:\n\n```mermaid alt="A flow"\nno such diagram\n```\n'


@pytest.mark.parametrize(("card", "code"), [(_FORMULA, "D702"), (_DIAGRAM, "D701")])
def test_what_cannot_be_drawn_is_found_by_drawing(
    deck: Path, capsys: pytest.CaptureFixture[str], card: str, code: str
) -> None:
    deck.write_text(_FRONT + card)
    assert main(["check", str(deck)]) == 0
    assert "were not drawn: check --draw" in capsys.readouterr().out
    assert main(["check", str(deck), "--draw"]) == 1
    said = capsys.readouterr()
    assert f" {code} " in said.out
    assert "not drawn" not in said.out


def test_what_is_sound_is_drawn_and_nothing_is_said_of_it(
    deck: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deck.write_text(_FRONT + _FORMULA.replace("^3", ""))
    assert main(["check", str(deck), "--draw"]) == 0
    assert "drawn" not in capsys.readouterr().out
    deck.write_text(_FRONT + _FORMULA.replace("$x^2^3$", "$5 or `$x$`"))
    assert main(["check", str(deck)]) == 0
    assert "drawn" not in capsys.readouterr().out


def test_a_source_with_errors_is_not_drawn_and_that_is_said(
    deck: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deck.write_text(_FRONT + _WARNED + _BROKEN + "\n" + _FORMULA)
    assert main(["check", str(deck), "--draw"]) == 1
    said = capsys.readouterr()
    assert "D209" in said.out
    assert "mend the errors first" in said.out


# Warnings that the author has decided about


def test_ignored_warnings_are_not_told_and_do_not_count(
    deck: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deck.write_text(_FRONT + _WARNED)
    assert main(["check", str(deck), "--strict"]) == 1
    (code,) = set(re.findall(r"(D\d+) warning", capsys.readouterr().out))
    for ignored in (["--ignore", f"d602,{code}"], ["--ignore", "D602", "--ignore", code]):
        assert main(["check", str(deck), "--strict", *ignored]) == 0
        assert code not in capsys.readouterr().out
    folder = deck.parent / "output"
    options = ["--only", "anki", "--strict", "--output", str(folder)]
    assert main(["build", str(deck), *options]) == 1
    assert f"{code} warning" in capsys.readouterr().err
    assert main(["build", str(deck), *options, "--ignore", code]) == 0
    assert main(["build", str(deck), *options]) == 1  # and it is not remembered as sound


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ("D209", "--ignore: D209 is an error, and an error cannot be ignored"),
        ("D91", "--ignore: 'D91' is not the code of a warning. Did you mean 'D91"),
        ("D901,everything", "'EVERYTHING' is not the code of a warning. docs/diagnostics.md lists"),
    ],
)
def test_what_cannot_be_ignored_is_told(
    deck: Path, capsys: pytest.CaptureFixture[str], codes: str, said: str
) -> None:
    assert main(["check", str(deck), "--ignore", codes]) == 2
    assert said in capsys.readouterr().err
