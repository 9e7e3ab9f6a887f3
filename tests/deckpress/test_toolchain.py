"""What a development build is named after: the program itself, and nothing that lies beside it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from deckpress import toolchain

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for package in ("deckpress", "exporters"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "code.py").write_text("1")
    monkeypatch.setattr(toolchain, "_ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "name", [".DS_Store", "code.py~", "code.py.orig", ".history/code.py", "Thumbs.db", "#code.py#"]
)
def test_what_a_system_or_an_editor_leaves_makes_no_other_version(program: Path, name: str) -> None:
    before = toolchain.fingerprint()
    path = program / "exporters" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("2")
    assert toolchain.fingerprint() == before


def test_what_belongs_to_the_program_makes_another_version(program: Path) -> None:
    before = toolchain.fingerprint()
    (program / "exporters" / "page.css").write_text("")
    assert toolchain.fingerprint() != before


def test_no_file_of_the_program_is_overlooked() -> None:
    command = ["git", "ls-files", "deckpress", "exporters"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    suffixes = {Path(name).suffix[1:] for name in listed.stdout.splitlines()}
    assert suffixes - {"md"} <= set(toolchain._PARTS)
