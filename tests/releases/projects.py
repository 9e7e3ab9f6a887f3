"""A deck in a Git repository whose releases the tests make, and GitHub as a stand-in."""

from __future__ import annotations

import copy
import shutil
import subprocess
from pathlib import Path

from commands.main import main
from deckpress.output.store import checksums
from tests.history import Folder

NEW = "\n## What is FIN? {#fin .closing}\n\nThe end.\n"
DAY = 86_400


class Project:
    """A deck in a Git repository, and an output folder beside it."""

    def __init__(self, folder: Path, source: str = "source") -> None:
        self.home = folder / "project"
        self.output = folder / "output"
        self.source = self.home / source
        self.source.mkdir(parents=True)
        self.deck = Folder(self.source)
        self.ledger.rmdir()
        self.now = 1_800_000_000
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.email", "author@example.org")
        self.git("config", "user.name", "Author")
        self.commit()

    def copied(self, folder: Path) -> Project:
        """The same in another folder, with all that was committed and released."""
        made = copy.copy(self)
        made.home, made.output = folder / "project", folder / "output"
        made.source = made.home / self.source.relative_to(self.home)
        made.deck = copy.copy(self.deck)
        made.deck.path = made.source
        shutil.copytree(self.home, made.home, symlinks=True)
        if self.output.exists():
            shutil.copytree(self.output, made.output, symlinks=True)
        return made

    def git(self, *arguments: str) -> str:
        command = ["git", *arguments]
        done = subprocess.run(command, cwd=self.home, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, old: str = "", new: str = "") -> None:
        if old:
            self.deck.edit(old, new)
        else:
            self.deck.text += new
        self.deck.read()
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "Write")

    def release(self, *options: str) -> int:
        self.now += DAY
        path = str(self.source / "deck.md")
        return main(["release", path, "--output", str(self.output), *options])

    def all(self) -> dict[str, bytes | str]:
        """Every file, and what Git knows of commits and tags."""
        found: dict[str, bytes | str] = {
            str(path): path.read_bytes()
            for folder in (self.source, self.output)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        refs = self.git("for-each-ref") if self.git("branch") else ""
        return found | {"refs": refs, "status": self.git("status", "--porcelain")}

    @property
    def ledger(self) -> Path:
        return self.source / "releases"


class GitHub:
    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir()

    def assets(self, tag: str) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.home / tag / "assets").iterdir()}

    def draft(self, tag: str) -> bool:
        return (self.home / tag / "draft").exists()

    def log(self) -> list[str]:
        return [line.split()[0] for line in (self.home / "log").read_text().splitlines()]


def build_here(_tree: Path, source: Path, output: Path, *, again: bool) -> Path:
    """Build in this process, which makes the outputs that the project's releases are made of."""
    release = ["--release"] if again else []
    assert main(["build", str(source), "--output", str(output), *release]) == 0
    return (output / "latest").resolve()


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def seal(folder: Path) -> None:
    """Write the checksums anew, as somebody would who changes a file on purpose."""
    files = {name: data for name, data in tree(folder).items() if name != "SHA256SUMS"}
    (folder / "SHA256SUMS").write_bytes(checksums(files))
