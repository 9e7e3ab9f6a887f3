"""A release that comes to no good end: a kill, a full disk, another at once, a broken proof."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deckpress.history import ledger
from deckpress.output import store
from releases import interrupts, release_steps
from releases.plan import next_release
from releases.repository.git import Repository
from releases.upgrade.report import Report
from tests.releases.projects import DAY, Project


def test_a_broken_proof_changes_nothing(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project.release("--tag")
    project.commit("Either side.", "Both may.")
    before = project.all()
    kept = ledger.released_cards

    def other_numbers(*arguments: object) -> object:
        cards = kept(*arguments)  # type: ignore[arg-type]
        return {f"{id}-other": card for id, card in cards.items()}

    monkeypatch.setattr("releases.plan.next_release.ledger.released_cards", other_numbers)
    monkeypatch.setattr("exporters.anki.guid", lambda key, card: f"{key}{card}other")
    assert project.release("--tag") == 1
    assert "learners would lose something" in capsys.readouterr().err
    assert project.all() == before


def test_a_file_that_says_another_version_stops_the_release(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = project.all()
    monkeypatch.setattr(
        "exporters.anki.update_text.update", lambda decks, version: b"#version:0.9.0\n"
    )
    assert project.release() == 1
    assert "deck-1.0.0-update.txt" in capsys.readouterr().err
    assert project.all() == before


def test_a_full_disk_changes_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of all that a release writes, only the package is too large here."""
    monkeypatch.setattr(release_steps, "prove", lambda *_: [Report("old", "new")])
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
    started, proven = threading.Event(), release_steps.prove

    def slow(*arguments: object) -> object:
        started.set()
        other = subprocess.run(command, capture_output=True, text=True, check=False, env=english)
        done.append(other.returncode)
        assert "another release is being made" in other.stderr
        return proven(*arguments)  # type: ignore[arg-type]

    root = Path(release_steps.__file__).parents[1]
    path = project.home / "source" / "deck.md"
    command = [sys.executable, str(root / "build.py"), "release", str(path), "--no-setup"]
    command += ["--output", str(project.output)]
    english = {**os.environ, "LC_ALL": "C"}
    release_steps.prove = slow  # type: ignore[assignment]
    try:
        assert project.release("--tag") == 0
    finally:
        release_steps.prove = proven
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


@pytest.mark.slow
def test_a_kill_at_any_step_leaves_a_release_that_the_next_call_finishes(
    new_project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("releases.pipeline.EXPORTERS", {"anki": "exporters.anki"})
    monkeypatch.setattr(release_steps, "prove", lambda *_: [Report("old", "new")])
    step = 0
    while True:
        step += 1
        project = new_project.copied(tmp_path / str(step))
        monkeypatch.setattr(next_release, "_now", lambda project=project: project.now)
        killed = killed_at(project, step)
        begun = project.ledger / "1.0.0.json"
        truth = begun.read_bytes() if begun.exists() else b""
        if killed:
            assert project.release("--tag") == 0
        assert begun.read_bytes() == truth or not truth, "a release has one time"
        assert project.git("tag") == "v1.0.0"
        assert project.git("status", "--porcelain") == ""
        assert project.git("show", "v1.0.0:source/releases/1.0.0.json") == begun.read_text().strip()
        assert store.is_intact(project.output, "1.0.0")
        manifest = json.loads((project.output / "1.0.0" / "manifest.json").read_text())
        assert manifest["version"] == "1.0.0"
        left = [path.name for path in project.output.iterdir()]
        assert sorted(left) == ["1.0.0", "latest"]
        if not killed:
            break
    assert step > 20, "the kills missed the writing"


def tagged_by_a_child(project: Project, ready: int) -> int:
    """Release in another process, which says on `ready` that it begins to commit; give its id."""
    child = os.fork()
    if child:
        return child
    os.setsid()  # so that a kill reaches Git, too, as when a machine stops
    committed = release_steps.tag

    def announced(*arguments: object) -> None:
        os.write(ready, b".")
        committed(*arguments)  # type: ignore[arg-type]

    release_steps.tag = announced  # type: ignore[assignment]
    os._exit(project.release("--tag"))


def time_to_tag(project: Project) -> float:
    """How long a release takes from the beginning of its commit to its end."""
    read, write = os.pipe()
    child = tagged_by_a_child(project, write)
    os.read(read, 1)
    began = time.monotonic()
    os.waitpid(child, 0)
    os.close(read)
    os.close(write)
    return time.monotonic() - began


def finished(project: Project, capfd: pytest.CaptureFixture[str]) -> bool:
    """Release again, as the message says to if a killed Git has left its lock; whether it had."""
    capfd.readouterr()
    for _ in range(100):
        if project.release("--tag") == 0:
            return False
        said = capfd.readouterr().err
        if "another release" not in said:
            break
        time.sleep(0.05)  # a killed Git of that one is not gone yet
    assert ".lock" in said, "it is not said what stands in the way"
    for lock in (project.home / ".git").rglob("*.lock"):
        lock.unlink()
    assert project.release("--tag") == 0
    return True


@pytest.mark.slow
def test_a_kill_between_commit_and_tag_makes_no_second_release(
    new_project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A hundred times at a random moment in that window, and somewhat before and after it."""
    monkeypatch.setattr("releases.pipeline.EXPORTERS", {"anki": "exporters.anki"})
    monkeypatch.setattr(release_steps, "prove", lambda *_: [Report("old", "new")])
    project = new_project.copied(tmp_path / "measured")
    monkeypatch.setattr(next_release, "_now", lambda: project.now)
    window = time_to_tag(project)
    chance = random.Random(20261128)
    seen: set[tuple[bool, bool]] = set()
    for number in range(100):
        project = new_project.copied(tmp_path / str(number))
        monkeypatch.setattr(next_release, "_now", lambda project=project: project.now)
        read, write = os.pipe()
        child = tagged_by_a_child(project, write)
        project.now += DAY
        os.read(read, 1)
        time.sleep(chance.uniform(0, 1.1 * window))
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(read)
        os.close(write)
        committed = "Release" in project.git("log", "--format=%s")
        tagged = project.git("tag") == "v1.0.0"
        seen.add((committed, tagged))
        truth = (project.ledger / "1.0.0.json").read_bytes()
        if not tagged:
            finished(project, capfd)
        assert (project.ledger / "1.0.0.json").read_bytes() == truth, "a release has one time"
        assert sorted(path.name for path in project.ledger.glob("*.json")) == ["1.0.0.json"]
        assert project.git("tag") == "v1.0.0"
        assert project.git("log", "--format=%s").splitlines() == ["Release 1.0.0", "Write"]
        assert project.git("rev-parse", "v1.0.0^{commit}") == project.git("rev-parse", "HEAD")
        assert project.git("show", "v1.0.0:source/releases/1.0.0.json").encode() == truth.strip()
        assert project.git("status", "--porcelain") == ""
        assert store.is_intact(project.output, "1.0.0")
        shutil.rmtree(tmp_path / str(number))
    assert {(False, False), (True, False)} <= seen, "no kill came before the commit or the tag"


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


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C as build.py hears it."""
    # A shell that starts the tests in the background has them ignore the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    interrupts.delay_while_importing()
    yield
    signal.signal(signal.SIGINT, before)


class Cleared:
    """Is interrupted while it is cleared away, where Python only reports what is raised."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_that_python_loses_stops_the_release_all_the_same(
    project: Project,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    ctrl_c: None,
) -> None:
    def prove(*_: object) -> list[Report]:
        Cleared()
        return [Report("old", "new")]

    monkeypatch.setattr(release_steps, "prove", prove)
    before = project.all()
    assert project.release("--tag") == 130
    assert "interrupted; nothing was written" in capsys.readouterr().err
    assert project.all() == before


def test_an_interrupt_while_it_is_tagged_says_that_the_same_command_goes_on(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release_steps, "prove", lambda *_: [Report("old", "new")])

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Repository, "tag", interrupted)
        assert project.release("--tag") == 130
    said = capsys.readouterr().err
    assert "run the same command again" in said
    assert "nothing was written" not in said
    assert project.release("--tag") == 0
    assert project.git("tag") == "v1.0.0"
