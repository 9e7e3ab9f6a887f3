"""What a release refuses: each reason is told, and nothing is changed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from commands.main import main
from deckpress.history import ledger
from tests.releases.projects import DAY, NEW, Project


@pytest.fixture
def project(released_once: Project) -> Project:
    return released_once


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
    path.write_bytes(ledger.serialise(release))
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


def astray_with_another_source(project: Project) -> None:
    project.git("tag", "-f", "v1.0.0", "HEAD")


def left_out(project: Project) -> None:
    """By whoever takes the source from Git without a clone."""
    (project.home / ".gitattributes").write_text("*.sh export-ignore\n")
    project.commit()


def merging(project: Project) -> None:
    project.git("checkout", "-q", "-b", "other", "HEAD~1")
    project.git("commit", "-q", "--allow-empty", "-m", "Nothing")
    project.git("checkout", "-q", "main")
    project.git("merge", "-q", "--no-ff", "--no-commit", "other")


def tag_below(project: Project) -> None:
    project.git("tag", "v1.1.0/rc")


def elsewhere(project: Project) -> None:
    """The same deck was released by somebody whose branch was fetched."""
    project.git("branch", "theirs")
    assert project.release() == 0
    project.git("checkout", "-q", "theirs")
    project.git("add", "source/releases")
    project.git("commit", "-q", "-m", "Release 1.1.0")
    project.git("checkout", "-q", "main")
    shutil.rmtree(project.output / "1.1.0")


def taken_back_here_alone(project: Project) -> None:
    """It was pushed, so others may have it."""
    project.git("tag", "-d", "v1.0.0")
    project.git("update-ref", "refs/remotes/origin/main", "HEAD~1")
    removed(project)


def lost_in_a_merge(project: Project) -> None:
    project.git("tag", "-d", "v1.0.0")
    project.git("checkout", "-q", "-b", "old", "HEAD~2")
    text = project.deck.text
    project.deck.text = text + "\n"
    project.commit()
    project.deck.text = text
    project.git("merge", "-q", "-s", "ours", "-m", "Merge", "main")
    project.git("branch", "-q", "-D", "main")


REFUSALS: dict[Callable[[Project], None], str] = {
    dirty: "notes.txt",
    tag_there: "1.1.0 is there already",
    ignored: "is there a rule for them in .gitattributes?):\n  examples/open.sh\n",
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
    astray: "the commit of the tag v1.0.0 does not hold releases/1.0.0.json as it was released",
    astray_with_another_source: "the commit of the tag v1.0.0 does not hold deck.md as it was",
    left_out: "is there a rule for them in .gitattributes?):\n  examples/open.sh\n",
    merging: "a merge or a cherry-pick waits for its commit",
    tag_below: "Git cannot make the tag v1.1.0 while there is a tag v1.1.0/rc",
    elsewhere: "this branch lacks the release 1.1.0",
    taken_back_here_alone: "this branch lacks the release 1.0.0",
    lost_in_a_merge: "this branch lacks the release 1.0.0",
}


@pytest.mark.parametrize("spoil", REFUSALS, ids=lambda spoil: spoil.__name__)
def test_a_refusal_changes_nothing(
    project: Project, capsys: pytest.CaptureFixture[str], spoil: Callable[[Project], None]
) -> None:
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
    project.commit()
    spoil(project)
    before = project.all()
    assert project.release("--bump", "patch", "--tag") == 1
    assert REFUSALS[spoil] in capsys.readouterr().err
    assert project.all() == before


def test_a_larger_step_may_be_asked_for_and_a_smaller_one_not(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.commit(new=NEW)
    before = project.all()
    assert project.release("--bump", "patch") == 1
    assert "make it a minor one: fin." in capsys.readouterr().err
    assert project.all() == before
    assert project.release("--tag", "--bump", "major") == 0
    assert project.git("tag").split() == ["v1.0.0", "v2.0.0"]


def test_a_begun_release_takes_no_other_step(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
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
    other = project.home / folder / "other.md"
    other.parent.mkdir(exist_ok=True)
    text = project.deck.text.replace("file=examples/open.sh", "")
    other.write_text(text.replace("key: tcp", "key: other"))
    project.commit()
    before = project.all()
    assert main(["release", str(other), "--output", str(project.output / "other")]) == 1
    assert "a repository releases one deck" in capsys.readouterr().err
    assert project.all() == before


MINE = """\
---
title: Mine
lang: en
key: mine
anki_deck: Mine
---

# One {#one}

## Why one? {#why-one}

Because.
"""


def in_its_place(project: Project) -> str:
    """One's own deck where another was released; returns its path."""
    project.git("rm", "-rq", "source")
    mine = project.source / "mine.md"
    project.source.mkdir(exist_ok=True)
    mine.write_text(MINE)
    project.git("add", "-A")
    project.git("commit", "-qm", "Mine")
    return str(mine)


def test_ones_own_deck_in_the_place_of_another_has_releases_of_its_own(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in a clone of somebody's repository, whose releases stay in the history."""
    mine = in_its_place(project)
    output = str(project.home.parent / "mine")
    before = project.all()
    assert main(["release", mine, "--output", output, "--tag"]) == 1
    said = capsys.readouterr().err
    assert "the tag v1.0.0 is there already, and it is no release of this deck" in said
    assert "git tag -d v1.0.0" in said
    assert project.all() == before
    project.git("tag", "-d", "v1.0.0")
    assert main(["release", mine, "--output", output, "--tag"]) == 0
    project.now += DAY
    Path(mine).write_text(MINE.replace("Because.", "Therefore."))
    project.git("commit", "-qam", "Write")
    assert main(["release", mine, "--output", output, "--tag"]) == 0
    assert project.git("tag").split() == ["v1.0.0", "v1.0.1"]
    project.git("rm", "-q", "source/releases/1.0.1.json")
    project.git("commit", "-qm", "Forget")
    assert main(["release", mine, "--output", output, "--tag"]) == 1
    assert "lacks the release 1.0.1" in capsys.readouterr().err


def test_a_deck_beside_the_releases_of_the_one_that_it_replaces_is_told_what_to_do(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.git("mv", "source/deck.md", "source/mine.md")
    (project.source / "mine.md").write_text(MINE)
    project.git("commit", "-qam", "Mine")
    assert main(["release", str(project.source / "mine.md")]) == 1
    assert "git rm -r source/releases" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["运维.md", "my deck.md", ".deck.md", "a..b.md"])
def test_a_file_whose_name_github_would_change_is_renamed_before_its_release(
    project: Project, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """The release would be refused for ever as incomplete, with its tag already pushed."""
    project.git("mv", "source/deck.md", f"source/{name}")
    project.git("commit", "-qm", "Rename")
    before = project.all()
    path = str(project.source / name)
    assert main(["release", path, "--output", str(project.output), "--tag"]) == 1
    assert "Rename the file, with git mv" in capsys.readouterr().err
    assert project.all() == before


def test_why_there_is_no_repository_is_told(
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    nowhere = tmp_path / "nowhere"
    shutil.copytree(project.source, nowhere)
    assert main(["release", str(nowhere / "deck.md")]) == 1
    assert "is in no Git repository with a commit" in capsys.readouterr().err
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert project.release() == 1
    assert "safe.directory" in capsys.readouterr().err
    monkeypatch.setenv("PATH", str(tmp_path))
    assert project.release() == 1
    assert "Git is not installed, or not in PATH" in capsys.readouterr().err


def test_a_clone_without_the_earlier_commits_cannot_tell_what_is_released(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would tag the commit at which the clone was cut off."""
    project.commit("Either side.", "Both may.")
    origin = project.home.rename(project.home.parent / "origin")
    clone = ["git", "clone", "-q", "--depth", "1", f"file://{origin}", str(project.home)]
    subprocess.run(clone, check=True)
    assert project.release("--tag") == 1
    assert "git fetch --unshallow --tags" in capsys.readouterr().err
    assert project.git("tag") == ""
