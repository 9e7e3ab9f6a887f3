"""A machine that cannot print says why in one sentence, and writes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from commands.main import main

ROOT = Path(__file__).parents[3]
SMALL = ROOT / "tests" / "fixtures" / "decks" / "small.md"


@pytest.mark.slow
def test_another_weasyprint_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "exporters.pdf.weasy.version.installed_versions", lambda names: dict.fromkeys(names, "69.0")
    )
    monkeypatch.setattr("commands.terminal.words.language", lambda: "en")
    monkeypatch.setattr("releases.pipeline.PRINT_CACHE", tmp_path / "cache.sqlite")
    assert main(["build", str(SMALL), "--output", str(tmp_path / "output")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("build.py: Nothing was built: printing needs WeasyPrint 70.0, and here")
    assert "69.0" in said
    assert said.count("\n") == 1
    assert not (tmp_path / "output").exists()


@pytest.mark.slow
@pytest.mark.parametrize("cards", [3, 60])
def test_without_pango_it_is_one_sentence(tmp_path: Path, cards: int) -> None:
    """`cards` decide whether worker processes print: they fail where nobody sees it."""
    more = "".join(f"\n## Question {n}? {{#q-{n}}}\n\nAnswer {n}.\n" for n in range(cards - 3))
    (tmp_path / "deck.md").write_text(SMALL.read_text("utf-8") + more)
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    # In every process of the build, cffi finds no library, as on a machine without Pango.
    (blocked / "sitecustomize.py").write_text(
        "import cffi\n"
        "def dlopen(self, name, flags=0):\n"
        "    raise OSError(f'cannot load library {name!r}')\n"
        "cffi.FFI.dlopen = dlopen\n"
    )
    done = subprocess.run(
        [sys.executable, ROOT / "build.py", "build", "deck.md", "--output", "output", "--no-setup"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(blocked), "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("build.py: Nothing was built: printing needs Pango, and it cannot be")
    assert "cannot load library" in last
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "output").exists()
