"""What a release refuses: each reason is told, and nothing is changed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from commands.main import main
from deckpress import ledger
from tests.commands.release.projects import DAY, NEW, Project


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
