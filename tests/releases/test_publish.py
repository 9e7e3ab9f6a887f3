"""From a tag to a GitHub release, with a stand-in for GitHub's program that keeps what it gets."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from commands.main import main
from deckpress.output.archive import pack, unpack
from deckpress.output.store import checksums, read_folder
from tests.releases.projects import DAY, NEW, GitHub, Project, seal, tree

ROOT = Path(__file__).resolve().parents[2]
NAMES = {
    *("deck.apkg", "deck-update.txt", "deck.html", "deck-source.zip", "deck-site.zip"),
    *("manifest.json", "SHA256SUMS", "CHANGES.md", "UPGRADE.md"),
}


def assets(released: Project, tag: str) -> int:
    path = str(released.home / "source" / "deck.md")
    return main(["assets", str(released.home.parent / "made"), path, "--tag", tag])


def publish(released: Project, tag: str) -> int:
    return main(["publish", str(released.home.parent / "made"), "--tag", tag])


def test_a_tag_becomes_a_release_and_a_site(
    released: Project, github: GitHub, gh_program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert assets(released, "v1.0.0") == 0
    assert publish(released, "v1.0.0") == 0
    assert set(github.assets("v1.0.0")) == NAMES
    assert not github.draft("v1.0.0")
    assert (github.home / "v1.0.0" / "title").read_text() == "TCP 1.0.0"
    assert github.log() == ["list", "list", "create", "list", "view", "list", "edit"]

    released.commit(new=NEW)
    assert released.release("--tag") == 0
    assert assets(released, "v1.1.0") == 0
    assert publish(released, "v1.1.0") == 0
    assert set(github.assets("v1.1.0")) == NAMES
    assert "1.0.0 → 1.1.0" in github.assets("v1.1.0")["UPGRADE.md"].decode()
    site = released.home.parent / "made" / "site"
    front = {name: data for name, data in tree(site).items() if not name[0].isdigit()}
    for number in ("1.0.0", "1.1.0"):
        below = tree(site / number)
        assert below == tree(released.output / number / "site")
        assert (below == front) is (number == "1.1.0")
    assert {"index.html", "sw.js", "manifest.webmanifest"} <= set(front)

    capsys.readouterr()
    downloaded = str(github.home / "v1.1.0" / "assets")
    assert main(["verify", downloaded, "--rebuild"]) == 0
    assert "every byte is the same" in capsys.readouterr().out


def test_a_release_from_before_there_were_sites_stands_under_its_number(
    released: Project, github: GitHub
) -> None:
    assert assets(released, "v1.0.0") == 0
    assert publish(released, "v1.0.0") == 0
    page = github.assets("v1.0.0")["deck.html"]
    (github.home / "v1.0.0" / "assets" / "deck-site.zip").unlink()
    released.commit(new=NEW)
    assert released.release("--tag") == 0
    assert assets(released, "v1.1.0") == 0
    site = released.home.parent / "made" / "site"
    assert tree(site / "1.0.0") == {"index.html": page}
    assert (site / "1.1.0" / "sw.js").exists()


def test_an_older_release_takes_nothing_back_from_a_newer(
    released: Project, github: GitHub
) -> None:
    released.commit(new=NEW)
    assert released.release("--tag") == 0
    for tag in ("v1.0.0", "v1.1.0"):
        released.git("checkout", "-q", tag)
        assert assets(released, tag) == 0
        assert publish(released, tag) == 0
    front = (released.home.parent / "made" / "site" / "index.html").read_bytes()
    shutil.rmtree(github.home / "v1.0.0")
    released.git("checkout", "-q", "v1.0.0")
    assert assets(released, "v1.0.0") == 0
    assert publish(released, "v1.0.0") == 0
    latest = [line for line in (github.home / "log").read_text().splitlines() if "edit" in line]
    assert [line.rpartition("=")[2] for line in latest] == ["true", "true", "false"]
    site = released.home.parent / "made" / "site"
    assert (site / "index.html").read_bytes() == front
    assert (site / "1.1.0" / "index.html").read_bytes() == front
    assert (site / "1.0.0" / "index.html").exists()


@pytest.mark.parametrize("published", [["v1.0.0"], []], ids=["the first", "none"])
def test_a_release_that_never_got_onto_github_does_not_stop_the_later_ones(
    released: Project, github: GitHub, published: list[str]
) -> None:
    """GitHub keeps only one run waiting: of three tags that are pushed the second may get none."""
    for tag in published:
        assert assets(released, tag) == 0
        assert publish(released, tag) == 0
    released.commit("Either side.", "Both may.")
    assert released.release("--tag") == 0
    released.commit(new=NEW)
    assert released.release("--tag") == 0
    assert assets(released, "v1.1.0") == 0
    assert publish(released, "v1.1.0") == 0
    proof = github.assets("v1.1.0")["UPGRADE.md"].decode()
    assert ("1.0.0 → 1.1.0" in proof) is bool(published)
    assert "1.0.1 →" not in proof
    site = released.home.parent / "made" / "site"
    numbers = {path.name for path in site.iterdir() if path.name[0].isdigit()}
    assert numbers == {"1.1.0", *(tag.removeprefix("v") for tag in published)}

    released.git("checkout", "-q", "v1.0.1")
    assert assets(released, "v1.0.1") == 0
    assert publish(released, "v1.0.1") == 0
    assert {"1.0.1", "1.1.0"} <= {path.name for path in site.iterdir()}


def test_an_older_release_leaves_the_front_alone_when_the_deck_has_another_name_since(
    released: Project, github: GitHub
) -> None:
    assert assets(released, "v1.0.0") == 0
    assert publish(released, "v1.0.0") == 0
    site = released.home.parent / "made" / "site"
    newest = github.home / "v1.1.0"
    shutil.copytree(github.home / "v1.0.0", newest)
    for path in (newest / "assets").glob("deck*"):
        path.rename(path.with_name(path.name.replace("deck", "book", 1)))
    archive = newest / "assets" / "book-site.zip"
    archive.write_bytes(pack({**unpack(archive.read_bytes()), "index.html": b"newest"}))
    assert assets(released, "v1.0.0") == 0
    assert (site / "index.html").read_bytes() == b"newest"
    assert (site / "sw.js").exists()


@pytest.mark.parametrize("name", ["assets/mine.txt", "site/mine.txt", "mine.txt"])
def test_a_folder_of_the_user_s_own_is_left_alone(
    released: Project, github: GitHub, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    made = released.home.parent / "made"
    (made / name).parent.mkdir(parents=True, exist_ok=True)
    (made / name).write_text("precious")
    assert assets(released, "v1.0.0") == 1
    assert "name a folder that is new" in capsys.readouterr().err
    assert tree(made) == {name: b"precious"}
    (made / name).unlink()
    shutil.rmtree(made)
    assert assets(released, "v1.0.0") == 0
    assert assets(released, "v1.0.0") == 0
    (made / name).write_text("precious")
    assert assets(released, "v1.0.0") == 1
    assert (made / name).exists()


@pytest.mark.parametrize("notes", [None, b"", b"\xff"], ids=["none", "empty", "no text"])
def test_without_notes_nothing_is_published(
    released: Project, github: GitHub, capsys: pytest.CaptureFixture[str], notes: bytes | None
) -> None:
    assert assets(released, "v1.0.0") == 0
    path = released.home.parent / "made" / "assets" / "CHANGES.md"
    path.unlink() if notes is None else path.write_bytes(notes)
    assert publish(released, "v1.0.0") == 1
    assert "nothing to publish as v1.0.0" in capsys.readouterr().err
    assert "create" not in github.log()


def damaged(made: Path) -> None:
    (made / "deck.apkg").write_bytes(b"")


def foreign(made: Path) -> None:
    (made / "notes.txt").write_text("mine")


def of_another_deck(made: Path) -> None:
    (made / "manifest.json").write_text("{}")


def of_another_version(made: Path) -> None:
    stated = json.loads((made / "manifest.json").read_text())
    (made / "manifest.json").write_text(json.dumps({**stated, "version": "1.0.1", "artifacts": []}))
    seal(made)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (damaged, "deck.apkg: is not the file that was published"),
        (foreign, "notes.txt: is not listed in SHA256SUMS"),
        (of_another_deck, "manifest.json: "),
        (of_another_version, "the tag v1.0.0 is not that of the last release, which is 1.0.1"),
    ],
)
def test_what_was_changed_since_it_was_made_is_not_published(
    released: Project,
    github: GitHub,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[Path], None],
    said: str,
) -> None:
    """A draft could be mended; what is published stays."""
    assert assets(released, "v1.0.0") == 0
    change(released.home.parent / "made" / "assets")
    assert publish(released, "v1.0.0") == 1
    assert said in capsys.readouterr().err
    assert github.log() == ["list"]


def test_an_answer_that_is_none_is_one_message(
    released: Project, gh_program: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert assets(released, "v1.0.0") == 0
    gh_program.write_text("#!/bin/sh\necho rubbish\n")
    assert publish(released, "v1.0.0") == 1
    assert "gh release list answers with something" in capsys.readouterr().err


def test_notes_that_are_too_long_for_github_lead_to_the_whole(
    released: Project, github: GitHub
) -> None:
    assert assets(released, "v1.0.0") == 0
    path = released.home.parent / "made" / "assets" / "CHANGES.md"
    path.write_text(path.read_text() + "- One more question? `id`\n" * 10_000)
    seal(path.parent)
    assert publish(released, "v1.0.0") == 0
    told = (github.home / "v1.0.0" / "notes").read_text()
    assert len(told) < 125_000
    assert told.endswith("- One more question? `id`\n\n… CHANGES.md\n")
    assert github.assets("v1.0.0")["CHANGES.md"] == path.read_bytes()


def lose(archive: Path) -> None:
    archive.unlink()


def change(archive: Path) -> None:
    """A file in the archive is another one, and the checksums were made to fit."""
    files = unpack(archive.read_bytes())
    archive.write_bytes(pack({**files, "sw.js": b"// nothing is kept"}))
    seal(archive.parent)


def thin_out(archive: Path) -> None:
    files = unpack(archive.read_bytes())
    archive.write_bytes(pack({name: files[name] for name in files if name != "sw.js"}))
    seal(archive.parent)


def break_open(archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-30])
    seal(archive.parent)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lose, "deck-site.zip: is missing"),
        (change, "deck-site.zip: is not the file that was published"),
        (thin_out, "deck-site.zip: is not the file that was published"),
        (break_open, "deck-site.zip: is not the file that was published"),
    ],
)
def test_the_site_of_a_downloaded_release_is_verified_too(
    released: Project,
    github: GitHub,
    capsys: pytest.CaptureFixture[str],
    harm: Callable[[Path], None],
    said: str,
) -> None:
    assert assets(released, "v1.0.0") == 0
    downloaded = released.home.parent / "made" / "assets"
    capsys.readouterr()
    assert main(["verify", str(downloaded)]) == 0
    assert "9 files, each as it was published" in capsys.readouterr().out
    harm(downloaded / "deck-site.zip")
    assert main(["verify", str(downloaded)]) == 1
    assert capsys.readouterr().err.splitlines()[:-1] == [said]


def test_an_archive_that_leads_out_of_its_folder_is_not_laid_out(
    released: Project, github: GitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    assert assets(released, "v1.0.0") == 0
    assert publish(released, "v1.0.0") == 0
    archive = github.home / "v1.0.0" / "assets" / "deck-site.zip"
    archive.write_bytes(pack({"index.html": b"", "../../../evil.html": b""}))
    released.commit(new=NEW)
    assert released.release("--tag") == 0
    capsys.readouterr()
    assert assets(released, "v1.1.0") == 1
    assert "deck-site.zip" in capsys.readouterr().err
    assert not list(released.home.parent.rglob("evil.html"))


def test_a_release_whose_files_github_would_rename_is_told_before_its_draft(
    released: Project,
    github: GitHub,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As one that was made before `release` looked at the name."""
    released.git("mv", "source/deck.md", "source/运维.md")
    released.git("commit", "-qm", "Rename")
    path = str(released.source / "运维.md")
    with monkeypatch.context() as patch:
        patch.setattr("releases.plan.release_plan._ASSET", re.compile(".*"))
        released.now += DAY
        command = ["release", path, "--bump", "patch", "--output", str(released.output), "--tag"]
        assert main(command) == 0
    assert main(["assets", str(released.home.parent / "made"), path, "--tag", "v1.0.1"]) == 1
    assert "Rename the file, with git mv" in capsys.readouterr().err


def test_a_tag_that_is_not_the_last_release_stops(
    released: Project, github: GitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    assert assets(released, "v1.0.1") == 1
    assert "not that of the last release, which is 1.0.0" in capsys.readouterr().err
    assert assets(released, "v1.0.0") == 0
    assert publish(released, "v2.0.0") == 1
    assert "create" not in github.log()


@pytest.mark.parametrize("verb", ["create", "view", "edit"])
def test_what_breaks_off_is_a_draft_and_is_finished(
    released: Project, github: GitHub, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    assert assets(released, "v1.0.0") == 0
    monkeypatch.setenv("GH_BREAKS", verb)
    assert publish(released, "v1.0.0") == 1
    assert github.draft("v1.0.0")
    monkeypatch.delenv("GH_BREAKS")
    assert publish(released, "v1.0.0") == 0
    assert not github.draft("v1.0.0")
    assert set(github.assets("v1.0.0")) == NAMES


def test_what_is_published_never_changes(
    released: Project, github: GitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    assets(released, "v1.0.0")
    publish(released, "v1.0.0")
    before = github.assets("v1.0.0")
    assert publish(released, "v1.0.0") == 0
    report = released.home.parent / "made" / "assets" / "UPGRADE.md"
    report.write_bytes(report.read_bytes() + b" ")
    seal(report.parent)
    assert publish(released, "v1.0.0") == 1
    assert "these files differ: SHA256SUMS, UPGRADE.md" in capsys.readouterr().err
    assert github.assets("v1.0.0") == before


def test_a_file_that_is_built_otherwise_is_explained(
    released: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program that has changed since the release, as a reader of another clone may have it."""
    folder = released.output / "1.0.0"
    page = folder / "deck-1.0.0.html"
    page.write_bytes(page.read_bytes() + b" ")
    stated = json.loads((folder / "manifest.json").read_text())
    stated["tools"]["weasyprint"] = "1.0"
    for artifact in stated["artifacts"]:
        if artifact["name"] == page.name:
            artifact["sha256"] = sha256(page.read_bytes()).hexdigest()
            artifact["size"] = page.stat().st_size
    (folder / "manifest.json").write_text(json.dumps(stated))
    (folder / "SHA256SUMS").unlink()
    files = read_folder(folder, ("site",))
    (folder / "SHA256SUMS").write_bytes(checksums(files))
    assert main(["verify", str(folder), "--rebuild"]) == 1
    said = capsys.readouterr().err
    assert "deck-1.0.0.html: differs when built again (from byte" in said
    assert "made with weasyprint 1.0, built again with weasyprint" in said


def test_publish_needs_no_package_and_no_set_up(released: Project, gh_program: Path) -> None:
    """The job that runs it may write to the repository."""
    assert assets(released, "v1.0.0") == 0
    made = released.home.parent / "made"
    program = [sys.executable, "-S", "-s", "-E", str(ROOT / "build.py")]  # no site-packages
    command = [*program, "publish", str(made), "--tag", "v1.0.0"]
    environment = {"PATH": os.environ["PATH"], "GH_RELEASES": os.environ["GH_RELEASES"]}

    def run() -> tuple[int, str]:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    assert run() == (0, "v1.0.0 is published\n")
    assert run() == (0, "v1.0.0 is published already, with the same files\n")
    (made / "assets" / "deck.apkg").write_bytes(b"")
    code, said = run()
    assert code == 1
    assert "deck.apkg: is not the file that was published" in said
