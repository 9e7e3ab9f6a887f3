"""What people have becomes a deck: each input in the fixtures, and what it should become."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from commands.main import main
from deckpress.diagnostics import Severity
from deckpress.render.renderer import render
from releases.checked_source import check_source

ROOT = Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "tests" / "fixtures" / "import"
NAMES = sorted(path.name for path in FIXTURES.iterdir())


def imported(name: str, output: Path) -> str:
    """The text of the deck that an input becomes."""
    (given,) = (p for p in (FIXTURES / name).iterdir() if p.stem in ("notes", "deck"))
    assert main(["import", str(given), "-o", str(output)]) == 0
    return output.read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_an_input_becomes_this_deck(name: str, tmp_path: Path) -> None:
    text = imported(name, tmp_path / "deck.md")
    assert text == (FIXTURES / name / "expected.md").read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_what_an_import_writes_has_no_error_and_can_be_drawn(name: str, tmp_path: Path) -> None:
    imported(name, tmp_path / "deck.md")
    checked = check_source(tmp_path / "deck.md")
    assert [d for d in checked.findings if d.severity is Severity.ERROR] == []
    assert render(checked.deck)[1] == ()


def test_nothing_active_is_left_of_a_hostile_input(tmp_path: Path) -> None:
    text = imported("hostile", tmp_path / "deck.md")
    assert not re.search(r"onerror|onclick|\]\(javascript:|<iframe|<style|<script", text)


def test_a_folder_is_all_the_markdown_in_it_but_not_the_deck_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in (("a.md", "# A\n\n## One?\n\nYes.\n"), (".hidden/c.md", "## No?\n\nno\n")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "README.md").write_text("Only prose.\n")
    (tmp_path / "b" / "b.md").write_text("## Two?\n\nNo. ![x](../../out.png)\n")
    command = ["import", str(tmp_path), "-o", str(tmp_path / "deck.md"), "--section", "Mine"]
    assert main(command) == 1
    assert "out.png" in capsys.readouterr().err
    (tmp_path / "b" / "b.md").write_text("## Two?\n\nNo.\n")
    assert main([*command, "--dry-run"]) == 0
    assert not (tmp_path / "deck.md").exists()
    assert main(command) == 0
    assert main(command) == 0
    assert capsys.readouterr().out.count("2 cards as before") == 1
    assert "# Mine {#mine}" in (tmp_path / "deck.md").read_text()


def test_the_same_input_a_second_time_changes_nothing(tmp_path: Path) -> None:
    before = imported("headings", tmp_path / "deck.md")
    assert imported("headings", tmp_path / "deck.md") == before


@pytest.mark.parametrize("name", [name for name in NAMES if name != "hostile"])  # it has an id
@pytest.mark.parametrize("command", [["check"], ["check", "--fix"], ["build"]])
def test_what_can_be_imported_is_told_when_it_is_taken_for_a_deck(
    name: str, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (given,) = (p for p in (FIXTURES / name).iterdir() if p.stem in ("notes", "deck"))
    copy = tmp_path / given.name
    copy.write_bytes(given.read_bytes())
    assert main([command[0], str(copy), *command[1:]]) == 1
    said = capsys.readouterr()
    told = re.findall("D[0-9]{3} .*|is no source.*|import .* -o deck.md", said.out + said.err)
    assert re.match("D113 this is no deck: |is no source of a deck; make one", told[0])
    assert f"{given.name} -o deck.md" in told[-1]
    assert len(told) <= 2
    assert copy.read_bytes() == given.read_bytes()


def test_a_package_is_told_when_it_is_taken_for_a_deck(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "deck.apkg"
    path.write_bytes(b"PK\x03\x04\0\0")
    for command in ("check", "build"):
        assert main([command, str(path)]) == 1
        assert re.search(
            "no source of a deck.* import .*deck.apkg -o deck.md", capsys.readouterr().err
        )


def test_headings_that_look_like_questions_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.md"
    path.write_text("# Linux\n\n" + "###### What is a port?\n\nA number.\n\n" * 155)
    assert main(["check", str(path)]) == 1
    assert "155 headings `######` look like questions" in capsys.readouterr().out
    path.write_text("# Linux {#linux}\n\n" + "## What is a port? {#port}\n\nA number.\n")
    assert main(["check", str(path)]) == 1
    assert "D101 the front matter is missing" in capsys.readouterr().out
