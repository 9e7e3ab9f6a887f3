"""``build --watch``: an author writes, and finds each build a moment later."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

from commands.main import main
from tests.history import DECK, Folder

ROOT = Path(__file__).resolve().parents[2]
BUILD = (sys.executable, ROOT / "build.py", "--no-setup")
PATIENCE = 60  # seconds until a line must have come


class Author:
    """Somebody who has a terminal open beside the editor."""

    def __init__(self, source: Path, output: Path) -> None:
        self.source, self.output = source, output
        self._process = subprocess.Popen(
            [*BUILD, "--watch", source, "--only", "web", "--output", output],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "LC_ALL": "C"},
            start_new_session=True,
            # A shell lets what it starts in the background ignore it, and that is inherited.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)

    def reads(self, words: str) -> str:
        """The next line that has these words."""
        while True:
            line = self._lines.get(timeout=PATIENCE)
            assert "Traceback" not in line
            if words in line:
                return line

    def writes(self, old: str, new: str) -> None:
        text = self.source.read_text("utf-8")
        assert old in text
        self.source.write_text(text.replace(old, new), "utf-8")

    def page(self) -> str:
        return (self.output / "latest" / "site" / "index.html").read_text("utf-8")

    def leaves(self) -> int:
        os.killpg(self._process.pid, signal.SIGINT)  # as Ctrl-C in a terminal
        return self._process.wait(PATIENCE)

    def ends(self) -> None:
        self._process.kill()
        self._process.wait()


def written(folder: Path) -> Path:
    """A source in that folder, with the file that it shows."""
    Folder(folder).read()
    return folder / "deck.md"


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    author = Author(written(tmp_path), tmp_path / "output")
    yield author
    author.ends()


def test_each_save_is_a_build(author: Author) -> None:
    author.reads("Watching")
    author.reads("TCP 1.0.0-dev+")
    author.writes("Either side.", "Either of the two sides.")
    author.reads("TCP 1.0.0-dev+")
    assert "Either of the two sides." in author.page()
    (author.source.parent / "examples" / "open.sh").write_text("curl -v example.org\n")
    author.reads("TCP 1.0.0-dev+")
    assert "example.org" in author.page()
    assert author.leaves() == 0


def test_what_is_wrong_is_told_and_the_last_build_stays(author: Author) -> None:
    author.reads("TCP 1.0.0-dev+")
    author.writes("{#who-closes", "{#three")
    author.reads(f"{author.source.name}:")
    author.reads("build.py:")
    assert "Either side." in author.page()
    author.writes("{#three .closing", "{#who-ends .closing")
    author.reads("TCP 1.0.0-dev+")
    assert "who-ends" in author.page()
    author.source.unlink()
    author.reads("build.py:")
    author.source.write_text(DECK, "utf-8")
    author.reads("TCP 1.0.0-dev+")
    assert author.leaves() == 0


def test_only_the_last_of_its_own_builds_stay(author: Author) -> None:
    author.reads("TCP 1.0.0-dev+")
    main(["build", str(author.source), "--output", str(author.output), "--only", "anki"])
    for answer in "abcde":
        author.writes("Either side", f"Either side {answer}")
        author.reads("TCP 1.0.0-dev+")
    author.leaves()
    builds = [path for path in author.output.iterdir() if path.name != "latest"]
    assert sum(any(path.glob("*.html")) for path in builds) == 3
    assert sum(any(path.glob("*.apkg")) for path in builds) == 1


@pytest.mark.parametrize("option", ["--json", "--release"])
def test_it_goes_with_no_option_that_is_for_one_build(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert main(["build", str(written(tmp_path)), "--watch", option]) == 2
    assert "--watch" in capsys.readouterr().err
