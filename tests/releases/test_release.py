"""A release as its author meets it: what it is called, what it writes, what remains to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from commands.main import main
from deckpress.output import store
from deckpress.output.store import read_folder
from releases import release_steps
from tests.releases.projects import DAY, NEW, Project, build_here


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
    assert store.is_intact(project.output, "1.1.0")
    assert (project.output / "latest").readlink().name == "1.1.0"
    out, told = capsys.readouterr()
    assert told.count("the front matter has no `homepage`") == 3, "once a release"
    assert "deck-1.0.0.apkg → deck-1.1.0.apkg" in out
    assert "deck-1.0.1.apkg → deck-1.1.0.apkg" in out
    assert out.rstrip().endswith(" push --atomic origin HEAD v1.1.0")


GAPS = "\n## Which flags? {#flags .cloze}\n\nFirst {{c1::SYN}}, then {{c2::ACK}}.\n"


def test_only_a_major_version_that_is_asked_for_takes_a_gap_away(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.commit(new=GAPS)
    assert project.release("--tag") == 0
    project.commit("First {{c1::SYN}}, then {{c2::ACK}}.", "First SYN, then {{c1::ACK}}.")
    path = project.source / "deck.md"
    before = path.read_text()
    assert main(["check", str(path), "--fix"]) == 1
    assert "1 gap numbered" in capsys.readouterr().err
    assert path.read_text() == before.replace("{{c1::ACK}}", "{{c2::ACK}}")
    path.write_text(before)
    for options in ((), ("--bump", "minor")):
        assert project.release(*options) == 1
        said = capsys.readouterr().err
        assert "D821" in said
        assert "D820" in said
    assert project.release("--bump", "major", "--tag") == 0
    log = (project.ledger / "CHANGELOG.md").read_text()
    assert "Some gaps have another number or are no longer there" in log
    assert "- Which flags? `flags` (ACK, SYN)" in log
    assert "tcp/flags c2: asks nothing any more; it asked: ACK" in capsys.readouterr().out
    # From then on it is as it is, and the number that went is spent.
    project.commit("First SYN,", "First SYN, as ever,")
    assert project.release("--tag") == 0
    assert project.git("tag").split() == ["v1.0.0", "v2.0.0", "v2.0.1"]
    project.commit("{{c1::ACK}}.", "{{c1::ACK}}. Now {{c2::data}} flows.")
    assert project.release() == 1
    assert "D822" in capsys.readouterr().err


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
    monkeypatch.setattr(release_steps, "tag", lambda made: os._exit(9))
    if (child := os.fork()) == 0:
        os._exit(project.release("--tag"))
    assert os.waitpid(child, 0)[1]
    monkeypatch.undo()
    monkeypatch.setattr("releases.pipeline.EXPORTERS", {"anki": "exporters.anki"})
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

    monkeypatch.setattr("releases.plan.next_release.time.sleep", wait)
    assert project.release("--tag") == 0
    assert project.git("tag").split() == ["v1.0.0", "v1.0.1"]


def test_a_release_is_built_again_from_its_tag_byte_for_byte(project: Project) -> None:
    project.release("--tag")
    first = read_folder(project.output / "1.0.0", ("site",))
    path = str(project.home / "source" / "deck.md")
    again = project.home.parent / "again"
    assert main(["build", path, "--release", "--output", str(again)]) == 0
    assert read_folder(again / "1.0.0", ("site",)) == first
    project.commit("Either side.", "Both may.")
    assert main(["build", path, "--release", "--output", str(again)]) == 1


def test_of_two_releases_at_once_the_one_that_was_published_counts(project: Project) -> None:
    """Both took the next number; who came second took the other's release and gave up his own."""
    project.release("--tag")
    project.commit("Either side.", "Both may.")
    project.git("branch", "theirs")
    project.release("--tag")
    ours = project.git("rev-parse", "HEAD")
    shutil.rmtree(project.output / "1.0.1")
    project.git("tag", "-d", "v1.0.1")
    project.git("checkout", "-q", "theirs")
    project.git("branch", "-D", "main")  # elsewhere, nobody knows of it
    project.commit(new="\n")
    assert project.release("--tag") == 0
    project.git("checkout", "-q", "-b", "main", ours)
    with pytest.raises(subprocess.CalledProcessError):
        project.git("merge", "theirs")
    project.git("checkout", "--theirs", ".")
    project.git("add", "-A")
    project.git("commit", "-qm", "Take theirs")
    project.commit(new=NEW)
    assert project.release("--tag") == 0
    assert project.git("tag").split() == ["v1.0.0", "v1.0.1", "v1.1.0"]


@pytest.mark.slow
def test_a_deck_whose_folder_has_another_name_is_released_on(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project.release("--tag")
    shutil.rmtree(project.output)
    project.git("mv", "source", "src")
    moved = project.home / "src" / "deck.md"
    moved.write_text(moved.read_text().replace("Either side.", "Both may."))
    project.git("commit", "-qam", "Move")
    capsys.readouterr()
    with monkeypatch.context() as patch:
        patch.setattr("releases.rebuild._build", build_here)
        assert main(["diff", "--source", str(moved), "--output", str(project.output)]) == 0
    assert "{+may+}" in capsys.readouterr().out
    project.now += DAY
    assert main(["release", str(moved), "--output", str(project.output), "--tag"]) == 0
    assert project.git("tag").split() == ["v1.0.0", "v1.0.1"]


def test_a_link_that_leads_out_of_the_repository_is_no_obstacle(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("releases.rebuild._build", build_here)
    (project.home / "link").symlink_to("/etc/hostname")
    (project.home / "up").symlink_to("../../outside")
    project.git("add", "-A")
    project.commit()
    assert project.release("--tag") == 0
    project.commit("Either side.", "Both may.")
    shutil.rmtree(project.output)
    assert main(["diff", "--source", str(project.source / "deck.md")]) == 0
    assert project.release("--tag") == 0


def test_a_release_that_was_put_aside_does_not_count(project: Project) -> None:
    project.release("--tag")
    project.commit("Either side.", "Both may.")
    project.release()
    project.git("stash", "-q", "-u")
    shutil.rmtree(project.output / "1.0.1")
    assert project.release("--tag") == 0


def test_a_release_that_nobody_has_can_be_taken_back_and_made_again(project: Project) -> None:
    """Each of the two tries is finished by a second `release`, as after an interruption."""
    project.release("--tag")
    first = (project.ledger / "1.0.0.json").read_bytes()
    project.git("tag", "-d", "v1.0.0")
    project.git("rm", "-q", "source/releases/1.0.0.json")
    project.git("commit", "-qm", "Take 1.0.0 back")
    shutil.rmtree(project.output)
    project.commit("Either side.", "Both may.")
    assert project.release() == 0
    assert project.release("--tag") == 0
    assert (project.ledger / "1.0.0.json").read_bytes() != first
    changelog = (project.ledger / "CHANGELOG.md").read_text()
    assert changelog.count("\n## ") == 1
    assert project.git("tag") == "v1.0.0"
    project.commit(new=NEW)
    assert project.release("--tag") == 0
    assert project.git("tag").split() == ["v1.0.0", "v1.1.0"]


def rewriting(project: Project) -> None:
    """A hook that sets the JSON of each commit in its own way."""
    hook = project.home / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\nsed -i 's/^ */  /' source/releases/1.0.0.json && git add source\n")
    hook.chmod(0o755)


def carriage_returns(project: Project) -> None:
    (project.home / ".gitattributes").write_text("*.json eol=crlf\n")
    project.commit()


def no_ledger(project: Project) -> None:
    (project.home / ".gitattributes").write_text("releases export-ignore\n")
    project.commit()


@pytest.mark.parametrize("change", [rewriting, carriage_returns, no_ledger])
def test_what_git_changes_on_the_way_is_not_tagged(
    project: Project, capsys: pytest.CaptureFixture[str], change: Callable[[Project], None]
) -> None:
    change(project)
    before = project.git("rev-parse", "HEAD")
    assert project.release("--tag") == 1
    said = capsys.readouterr().err
    assert "nothing was tagged" in said
    assert "  releases/1.0.0.json" in said
    assert (project.git("tag"), project.git("rev-parse", "HEAD")) == ("", before)
    if change is rewriting:
        (project.home / ".git" / "hooks" / "pre-commit").unlink()
    else:
        (project.home / ".gitattributes").unlink()
        project.git("commit", "-qm", "Leave them alone", "--", ".gitattributes")
    assert project.release("--tag") == 0
    assert project.git("tag") == "v1.0.0"


def test_an_untagged_release_is_tagged_where_the_program_is_newest(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """As long as the source is the same there; else at the commit that brought the release."""
    project.release("--tag")
    project.git("tag", "-d", "v1.0.0")
    commit = project.git("rev-parse", "HEAD")[:12]
    project.commit()
    assert project.release() == 1
    assert capsys.readouterr().err.endswith("git tag -a v1.0.0 -m 1.0.0\n")
    project.commit("Either side.", "Both may.")
    assert project.release() == 1
    assert capsys.readouterr().err.endswith(f"git tag -a v1.0.0 -m 1.0.0 {commit}\n")


def test_the_releases_of_a_linked_source_lie_beside_the_link(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that leads to another is a deck where it stands, as for its figures and examples."""
    project.git("mv", "source/deck.md", "text.md")
    (project.source / "deck.md").symlink_to("../text.md")
    project.commit()
    assert project.release("--tag") == 0
    assert (project.ledger / "1.0.0.json").exists()
    assert project.release() == 1
    assert "nothing has changed since 1.0.0" in capsys.readouterr().err


def test_a_branch_with_the_name_of_the_tag_is_not_pushed(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.git("branch", "v1.0.0")
    assert project.release("--tag") == 0
    assert capsys.readouterr().out.rstrip().endswith(" push --atomic origin HEAD refs/tags/v1.0.0")


def test_what_the_author_or_a_hook_has_set_for_git_misleads_nobody(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.git("config", "log.follow", "true")
    project.git("config", "log.showSignature", "true")
    subprocess.run(["git", "init", "-q", str(tmp_path / "other")], check=True)
    with monkeypatch.context() as patch:
        patch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
        patch.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / "index"))
        assert project.release("--tag") == 0
    assert project.git("tag") == "v1.0.0"
    project.git("tag", "-d", "v1.0.0")
    assert project.release("--tag") == 0
