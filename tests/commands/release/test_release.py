"""A release as its author meets it: what it is called, what it writes, what remains to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from commands import releasing
from commands.main import main
from deckpress import store
from deckpress.store import contents
from tests.commands.release.projects import DAY, NEW, Project


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


def test_a_release_is_built_again_from_its_tag_byte_for_byte(project: Project) -> None:
    project.release("--tag")
    first = contents(project.output / "1.0.0", ("site",))
    path = str(project.home / "source" / "deck.md")
    again = project.home.parent / "again"
    assert main(["build", path, "--release", "--output", str(again)]) == 0
    assert contents(again / "1.0.0", ("site",)) == first
    project.commit("Either side.", "Both may.")
    assert main(["build", path, "--release", "--output", str(again)]) == 1
