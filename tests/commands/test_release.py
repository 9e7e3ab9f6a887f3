"""A release as its author meets it: what it is called, what it writes, when it refuses, and that a
kill at any step leaves something that the next call finishes.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import releasing
from commands.main import main
from deckpress import ledger, store
from deckpress.store import contents
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


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose outputs are the Anki deck alone; the clock goes a day a release."""
    made = Project(tmp_path)
    monkeypatch.setattr("commands.build.EXPORTERS", {"anki": "exporters.anki"})
    monkeypatch.setattr(releasing, "_now", lambda: made.now)
    monkeypatch.setattr("commands.words.language", lambda: "en")
    return made


def test_the_version_follows_from_what_the_changes_do(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.release("--tag") == 0
    project.commit("Either side.", "Both may.")
    assert project.release("--tag") == 0
    project.commit(new=NEW)
    assert project.release("--tag") == 0

    assert project.git("tag").split() == ["v1.0.0", "v1.0.1", "v1.1.0"]
    assert project.git("status", "--porcelain") == ""
    log = (project.ledger / "CHANGELOG.md").read_text()
    assert [line.split()[1] for line in log.splitlines() if line.startswith("## ")] == [
        *("1.1.0", "1.0.1", "1.0.0")
    ]
    assert "- What is FIN? `fin`" in log
    assert store.intact(project.output, "1.1.0")
    assert (project.output / "latest").readlink().name == "1.1.0"
    out = capsys.readouterr().out
    assert "deck-1.0.0.apkg → deck-1.1.0.apkg" in out
    assert "deck-1.0.1.apkg → deck-1.1.0.apkg" in out
    assert out.rstrip().endswith(" push --atomic origin HEAD v1.1.0")


@pytest.mark.parametrize("where", ["project", "project/my $decks", "."])
def test_the_commands_that_remain_finish_the_release_wherever_they_are_pasted(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    project: Project,
    where: str,
) -> None:
    (tmp_path / "it's").mkdir()
    there = Project(tmp_path / "it's", "my $decks")
    monkeypatch.chdir(there.home.parent / where)
    there.now, project = project.now, there
    assert project.release() == 0
    script = capsys.readouterr().out.split("remains:\n")[1]
    origin = project.home.parent / "origin"
    project.git("init", "-q", "--bare", str(origin))
    project.git("remote", "add", "origin", str(origin))
    subprocess.run(script, shell=True, check=True, capture_output=True)
    assert project.git("ls-remote", "--tags", "origin", "v1.0.0")
    assert project.git("rev-parse", "v1.0.0^{commit}") == project.git("rev-parse", "HEAD")
    assert project.git("status", "--porcelain") == ""
    assert project.release() == 1
    assert "nothing has changed since 1.0.0" in capsys.readouterr().err


def test_a_command_that_fails_stops_those_that_follow(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.release()
    script = capsys.readouterr().out.split("remains:\n")[1]
    hook = project.home / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert subprocess.run(script, shell=True, capture_output=True, check=False).returncode
    assert project.git("tag") == ""


def test_a_larger_step_may_be_asked_for_and_a_smaller_one_not(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.release("--tag")
    project.commit(new=NEW)
    before = project.all()
    assert project.release("--bump", "patch") == 1
    assert "make it a minor one: fin." in capsys.readouterr().err
    assert project.all() == before
    assert project.release("--tag", "--bump", "major") == 0
    assert project.git("tag").split() == ["v1.0.0", "v2.0.0"]


def dirty(project: Project) -> None:
    (project.home / "notes.txt").write_text("mine")


def tag_there(project: Project) -> None:
    project.git("tag", "v1.1.0")


def ignored(project: Project) -> None:
    (project.home / ".gitignore").write_text("*.sh\n")
    project.git("rm", "-q", "--cached", "source/examples/open.sh")
    project.commit()


def overlooked(project: Project) -> None:
    project.git("update-index", "--skip-worktree", "source/deck.md")
    project.deck.edit("Either side.", "Both may.")
    project.deck.read()


def other_line_ends(project: Project) -> None:
    """As Git gives them to those who asked for the line ends of Windows."""
    project.git("config", "core.autocrlf", "true")
    project.git("rm", "-q", "--cached", "-r", ".")
    project.git("reset", "-q", "--hard")


def other_encoding(project: Project) -> None:
    (project.ledger / "CHANGELOG.md").write_bytes("变更".encode("gbk"))
    project.commit()


def no_file(project: Project) -> None:
    (project.ledger / "CHANGELOG.md").unlink()
    (project.ledger / "CHANGELOG.md").mkdir()
    (project.ledger / "CHANGELOG.md" / "notes").touch()
    project.commit()


def detached(project: Project) -> None:
    project.git("checkout", "-q", "--detach")


def unwanted(project: Project) -> None:
    (project.home / ".gitignore").write_text("*.json\n")
    project.commit()


def nobody(project: Project) -> None:
    project.git("config", "user.name", "")


def locked(project: Project) -> None:
    (project.home / ".git" / "index.lock").touch()


def output_there(project: Project) -> None:
    (project.output / "1.1.0").mkdir()


def error(project: Project) -> None:
    project.commit("{#three .opening level=1}", "{#three .unknown level=1}")


def vanished(project: Project) -> None:
    project.commit("{#three ", "{#other ")


def clock(project: Project) -> None:
    project.now -= 3 * DAY


def edited(project: Project) -> None:
    """By a hand that knows how the seal is made."""
    path = project.ledger / "1.0.0.json"
    release = ledger.parse(path.name, path.read_bytes())
    card = release.cards["three"]
    object.__setattr__(card, "note", card.note + 1)
    path.write_bytes(ledger.write(release))
    project.git("commit", "-qam", "Slip")


def slip(project: Project) -> None:
    path = project.ledger / "1.0.0.json"
    path.write_text(path.read_text().replace("Why three", "Why 3"))
    project.git("commit", "-qam", "Slip")


def branch(project: Project) -> None:
    """A branch that left before the last release."""
    text = project.deck.text
    project.git("checkout", "-q", "-b", "old", "v1.0.0~1")
    project.deck.text = text
    project.commit()


def removed(project: Project) -> None:
    project.git("rm", "-q", "source/releases/1.0.0.json")
    project.git("commit", "-qm", "Forget")


def untagged(project: Project) -> None:
    project.git("tag", "-d", "v1.0.0")


def astray(project: Project) -> None:
    project.git("tag", "-f", "v1.0.0", "v1.0.0~1")


REFUSALS: dict[Callable[[Project], None], str] = {
    dirty: "notes.txt",
    tag_there: "1.1.0 is there already",
    ignored: "not in it as they are here (are they ignored, or marked skip-worktree?):\n"
    "  examples/open.sh\n",
    overlooked: "deck.md\n",
    other_line_ends: "core.autocrlf",
    other_encoding: "CHANGELOG.md cannot be read as UTF-8 text",
    no_file: "CHANGELOG.md cannot be read as UTF-8 text",
    detached: "no branch is checked out",
    unwanted: "Git ignores source/releases/1.1.0.json",
    nobody: "Git would refuse the commit: ",
    locked: "index.lock is there",
    output_there: "1.1.0 is there already",
    error: "Nothing was released",
    vanished: "Nothing was released",
    clock: "clock",
    edited: "was changed after it was committed",
    slip: "Nothing was released",
    branch: "lacks the release 1.0.0",
    removed: "lacks the release 1.0.0",
    untagged: "there is no tag v1.0.0. Tag it before",
    astray: "the tag v1.0.0 leads to a commit without source/releases/1.0.0.json",
}


@pytest.mark.parametrize("spoil", REFUSALS, ids=lambda spoil: spoil.__name__)
def test_a_refusal_changes_nothing(
    project: Project, capsys: pytest.CaptureFixture[str], spoil: Callable[[Project], None]
) -> None:
    project.release("--tag")
    project.commit(new=NEW)
    spoil(project)
    before = project.all()
    capsys.readouterr()
    assert project.release("--tag") == 1
    assert REFUSALS[spoil] in capsys.readouterr().err
    assert project.all() == before


@pytest.mark.parametrize("spoil", [untagged, astray], ids=lambda spoil: spoil.__name__)
def test_a_release_is_not_passed_over_when_nothing_has_changed_since(
    project: Project, capsys: pytest.CaptureFixture[str], spoil: Callable[[Project], None]
) -> None:
    project.release("--tag")
    project.commit()
    spoil(project)
    before = project.all()
    assert project.release("--bump", "patch", "--tag") == 1
    assert REFUSALS[spoil] in capsys.readouterr().err
    assert project.all() == before


def test_the_first_release_s_package_is_built_from_its_tag(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.release("--tag")
    project.commit("Either side.", "Both may.")
    project.release("--tag")
    project.commit(new=NEW)
    project.git("tag", "-d", "v1.0.0")
    shutil.rmtree(project.output / "1.0.0")
    capsys.readouterr()
    assert project.release() == 1
    assert "no tag v1.0.0" in capsys.readouterr().err


def test_a_begun_release_takes_no_other_step(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.release("--tag")
    project.commit(new=NEW)
    project.release()
    before = project.all()
    assert project.release("--bump", "patch") == 1
    assert "make it a minor one: fin." in capsys.readouterr().err
    assert project.release("--bump", "major") == 1
    assert "1.1.0 was begun and is not finished" in capsys.readouterr().err
    assert project.all() == before
    assert project.release("--bump", "minor", "--tag") == 0
    assert project.git("tag").split() == ["v1.0.0", "v1.1.0"]


@pytest.mark.parametrize("folder", ["source", "more"])
def test_a_second_deck_in_the_repository_is_told_that_there_is_one(
    project: Project, capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    project.release("--tag")
    other = project.home / folder / "other.md"
    other.parent.mkdir(exist_ok=True)
    text = project.deck.text.replace("file=examples/open.sh", "")
    other.write_text(text.replace("key: tcp", "key: other"))
    project.commit()
    before = project.all()
    assert main(["release", str(other), "--output", str(project.output / "other")]) == 1
    assert "a repository releases one deck" in capsys.readouterr().err
    assert project.all() == before


def test_a_broken_proof_changes_nothing(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project.release("--tag")
    project.commit("Either side.", "Both may.")
    before = project.all()
    kept = ledger.entries

    def other_numbers(*arguments: object) -> object:
        cards = kept(*arguments)  # type: ignore[arg-type]
        return {f"{id}-other": card for id, card in cards.items()}

    monkeypatch.setattr("commands.releasing.ledger.entries", other_numbers)
    monkeypatch.setattr("exporters.anki.guid", lambda key, card: f"{key}{card}other")
    assert project.release("--tag") == 1
    assert "learners would lose something" in capsys.readouterr().err
    assert project.all() == before


def test_a_file_that_says_another_version_stops_the_release(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = project.all()
    monkeypatch.setattr("exporters.anki.text.update", lambda decks, version: b"#version:0.9.0\n")
    assert project.release() == 1
    assert "deck-1.0.0-update.txt" in capsys.readouterr().err
    assert project.all() == before


def test_a_full_disk_changes_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of all that a release writes, only the package is too large here."""
    monkeypatch.setattr(releasing, "prove", lambda *_: ["proven elsewhere"])
    before = project.all()
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, limit[1]))
    try:
        outcome = project.release("--tag")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, handler)
    assert outcome == 1
    assert "File too large" in capsys.readouterr().err
    assert project.all() == before
    assert project.release("--tag") == 0


def test_two_releases_at_once_make_one(project: Project) -> None:
    done: list[int] = []
    started, proven = threading.Event(), releasing.prove

    def slow(*arguments: object) -> object:
        started.set()
        other = subprocess.run(command, capture_output=True, text=True, check=False, env=english)
        done.append(other.returncode)
        assert "another release is being made" in other.stderr
        return proven(*arguments)  # type: ignore[arg-type]

    root = Path(releasing.__file__).parents[1]
    path = project.home / "source" / "deck.md"
    command = [sys.executable, str(root / "build.py"), "release", str(path), "--no-setup"]
    command += ["--output", str(project.output)]
    english = {**os.environ, "LC_ALL": "C"}
    releasing.prove = slow  # type: ignore[assignment]
    try:
        assert project.release("--tag") == 0
    finally:
        releasing.prove = proven
    assert done == [1]
    assert project.git("tag") == "v1.0.0"


WRITING = {"os.link", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.symlink"}


def killed_at(project: Project, step: int) -> bool:
    """Release in another process that is killed before its write number `step`; False if it had
    fewer of them and so came to its end.
    """
    child = os.fork()
    if child == 0:
        count = 0

        def strike(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal count
            opened = event == "open" and isinstance(arguments[1], str) and "w" in arguments[1]
            ours = any(str(project.home.parent) in str(argument) for argument in arguments[:2])
            git = event == "subprocess.Popen" and {"add", "commit", "tag"} & set(
                map(str, arguments[1])  # type: ignore[call-overload]
            )
            if ((event in WRITING or opened) and ours) or git:
                count += 1
                if count == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(strike)
        os._exit(project.release("--tag"))
    project.now += DAY
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def test_a_kill_at_any_step_leaves_a_release_that_the_next_call_finishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commands.build.EXPORTERS", {"anki": "exporters.anki"})
    monkeypatch.setattr(releasing, "prove", lambda *_: ["proven elsewhere"])
    step = 0
    while True:
        step += 1
        home = tmp_path / str(step)
        home.mkdir()
        project = Project(home)
        monkeypatch.setattr(releasing, "_now", lambda project=project: project.now)
        killed = killed_at(project, step)
        begun = project.ledger / "1.0.0.json"
        truth = begun.read_bytes() if begun.exists() else b""
        if killed:
            assert project.release("--tag") == 0
        assert begun.read_bytes() == truth or not truth, "a release has one time"
        assert project.git("tag") == "v1.0.0"
        assert project.git("status", "--porcelain") == ""
        assert project.git("show", "v1.0.0:source/releases/1.0.0.json") == begun.read_text().strip()
        assert store.intact(project.output, "1.0.0")
        manifest = json.loads((project.output / "1.0.0" / "manifest.json").read_text())
        assert manifest["version"] == "1.0.0"
        left = [path.name for path in project.output.iterdir()]
        assert sorted(left) == ["1.0.0", "latest"]
        if not killed:
            break
    assert step > 20, "the kills missed the writing"


def test_a_clone_without_the_earlier_commits_cannot_tell_what_is_released(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would tag the commit at which the clone was cut off."""
    project.release("--tag")
    project.commit("Either side.", "Both may.")
    origin = project.home.rename(project.home.parent / "origin")
    clone = ["git", "clone", "-q", "--depth", "1", f"file://{origin}", str(project.home)]
    subprocess.run(clone, check=True)
    assert project.release("--tag") == 1
    assert "git fetch --unshallow --tags" in capsys.readouterr().err
    assert project.git("tag") == ""


def test_an_output_folder_in_the_repository_is_no_obstacle(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.output = project.home / "built"
    monkeypatch.setattr(releasing, "tag", lambda made: os._exit(9))
    if (child := os.fork()) == 0:
        os._exit(project.release("--tag"))
    assert os.waitpid(child, 0)[1]
    monkeypatch.undo()
    monkeypatch.setattr("commands.build.EXPORTERS", {"anki": "exporters.anki"})
    assert project.release("--tag") == 0
    assert project.git("tag") == "v1.0.0"


def test_a_release_right_after_another_waits_its_second(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A development build is one second younger than the last release, and older than the next."""
    project.release("--tag")
    project.commit("Either side.", "Both may.")
    project.now -= DAY

    def wait(seconds: float) -> None:
        project.now += int(seconds)

    monkeypatch.setattr("commands.releasing.time.sleep", wait)
    assert project.release("--tag") == 0
    assert project.git("tag").split() == ["v1.0.0", "v1.0.1"]


def test_an_unfinished_release_waits_for_its_source(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.release()
    project.deck.edit("Either side.", "Both may.")
    project.deck.read()
    project.git("commit", "-qm", "Edit", "--", "source/deck.md")
    before = project.all()
    assert project.release() == 1
    assert "1.0.0 was begun with another source" in capsys.readouterr().err
    assert project.all() == before


def test_a_release_is_built_again_from_its_tag_byte_for_byte(project: Project) -> None:
    project.release("--tag")
    first = contents(project.output / "1.0.0", ("site",))
    path = str(project.home / "source" / "deck.md")
    again = project.home.parent / "again"
    assert main(["build", path, "--release", "--output", str(again)]) == 0
    assert contents(again / "1.0.0", ("site",)) == first
    project.commit("Either side.", "Both may.")
    assert main(["build", path, "--release", "--output", str(again)]) == 1
