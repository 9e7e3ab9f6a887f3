"""From a tag to a GitHub release, with a stand-in for GitHub's program that keeps what it gets."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from commands import publishing
from commands.main import main
from deckpress.archive import packed, unpacked
from deckpress.manifest import written
from deckpress.store import checksums, contents
from tests.commands.test_release import NEW, Project

STANDIN = Path(__file__).with_name("gh_standin.py")
NAMES = {
    *("deck.apkg", "deck-update.txt", "deck.html", "deck-source.zip", "deck-site.zip"),
    *("manifest.json", "SHA256SUMS", "CHANGES.md", "UPGRADE.md"),
}


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


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitHub:
    programs = tmp_path / "programs"
    programs.mkdir()
    gh = programs / "gh"
    gh.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{STANDIN}" "$@"\n')
    gh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GH_RELEASES", str(tmp_path / "github"))
    monkeypatch.setenv("LC_ALL", "C")
    return GitHub(tmp_path / "github")


def build_here(_tree: Path, source: Path, output: Path, *, again: bool) -> Path:
    """Build in this process, which makes the outputs that the project's releases are made of."""
    release = ["--release"] if again else []
    assert main(["build", str(source), "--output", str(output), *release]) == 0
    return (output / "latest").resolve()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with the release 1.0.0, of all outputs but the PDF."""
    made = Project(tmp_path)
    outputs = {"anki": "exporters.anki", "web": "exporters.web"}
    monkeypatch.setattr("commands.build.EXPORTERS", outputs)
    monkeypatch.setattr("commands.releasing._now", lambda: made.now)
    monkeypatch.setattr("commands.rebuilding._build", build_here)
    monkeypatch.chdir(made.home)
    assert made.release("--tag") == 0
    return made


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


def assets(project: Project, tag: str) -> int:
    path = str(project.home / "source" / "deck.md")
    return main(["assets", str(project.home.parent / "made"), path, "--tag", tag])


def publish(project: Project, tag: str) -> int:
    return main(["publish", str(project.home.parent / "made"), "--tag", tag])


def test_a_tag_becomes_a_release_and_a_site(
    project: Project, github: GitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    assert assets(project, "v1.0.0") == 0
    assert publish(project, "v1.0.0") == 0
    assert set(github.assets("v1.0.0")) == NAMES
    assert not github.draft("v1.0.0")
    assert (github.home / "v1.0.0" / "title").read_text() == "TCP 1.0.0"
    assert github.log() == ["list", "list", "create", "list", "view", "list", "edit"]

    project.commit(new=NEW)
    assert project.release("--tag") == 0
    assert assets(project, "v1.1.0") == 0
    assert publish(project, "v1.1.0") == 0
    assert set(github.assets("v1.1.0")) == NAMES
    assert "1.0.0 → 1.1.0" in github.assets("v1.1.0")["UPGRADE.md"].decode()
    site = project.home.parent / "made" / "site"
    front = {name: data for name, data in tree(site).items() if not name[0].isdigit()}
    for number in ("1.0.0", "1.1.0"):
        below = tree(site / number)
        assert below == tree(project.output / number / "site")
        assert (below == front) is (number == "1.1.0")
    assert {"index.html", "sw.js", "manifest.webmanifest"} <= set(front)

    capsys.readouterr()
    downloaded = str(github.home / "v1.1.0" / "assets")
    assert main(["verify", downloaded, "--rebuild"]) == 0
    assert "every byte is the same" in capsys.readouterr().out


def test_a_release_from_before_there_were_sites_stands_under_its_number(
    project: Project, github: GitHub
) -> None:
    assert assets(project, "v1.0.0") == 0
    assert publish(project, "v1.0.0") == 0
    page = github.assets("v1.0.0")["deck.html"]
    (github.home / "v1.0.0" / "assets" / "deck-site.zip").unlink()
    project.commit(new=NEW)
    assert project.release("--tag") == 0
    assert assets(project, "v1.1.0") == 0
    site = project.home.parent / "made" / "site"
    assert tree(site / "1.0.0") == {"index.html": page}
    assert (site / "1.1.0" / "sw.js").exists()


def test_an_older_release_takes_nothing_back_from_a_newer(project: Project, github: GitHub) -> None:
    project.commit(new=NEW)
    assert project.release("--tag") == 0
    for tag in ("v1.0.0", "v1.1.0"):
        project.git("checkout", "-q", tag)
        assert assets(project, tag) == 0
        assert publish(project, tag) == 0
    front = (project.home.parent / "made" / "site" / "index.html").read_bytes()
    shutil.rmtree(github.home / "v1.0.0")
    project.git("checkout", "-q", "v1.0.0")
    assert assets(project, "v1.0.0") == 0
    assert publish(project, "v1.0.0") == 0
    latest = [line for line in (github.home / "log").read_text().splitlines() if "edit" in line]
    assert [line.rpartition("=")[2] for line in latest] == ["true", "true", "false"]
    site = project.home.parent / "made" / "site"
    assert (site / "index.html").read_bytes() == front
    assert (site / "1.1.0" / "index.html").read_bytes() == front
    assert (site / "1.0.0" / "index.html").exists()


@pytest.mark.parametrize("name", ["assets/mine.txt", "site/mine.txt", "mine.txt"])
def test_a_folder_of_the_user_s_own_is_left_alone(
    project: Project, github: GitHub, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    made = project.home.parent / "made"
    (made / name).parent.mkdir(parents=True, exist_ok=True)
    (made / name).write_text("precious")
    assert assets(project, "v1.0.0") == 1
    assert "name a folder that is new" in capsys.readouterr().err
    assert tree(made) == {name: b"precious"}
    (made / name).unlink()
    shutil.rmtree(made)
    assert assets(project, "v1.0.0") == 0
    assert assets(project, "v1.0.0") == 0
    (made / name).write_text("precious")
    assert assets(project, "v1.0.0") == 1
    assert (made / name).exists()


@pytest.mark.parametrize("notes", [None, b"", b"\xff"], ids=["none", "empty", "no text"])
def test_without_notes_nothing_is_published(
    project: Project, github: GitHub, capsys: pytest.CaptureFixture[str], notes: bytes | None
) -> None:
    assert assets(project, "v1.0.0") == 0
    path = project.home.parent / "made" / "assets" / "CHANGES.md"
    path.unlink() if notes is None else path.write_bytes(notes)
    assert publish(project, "v1.0.0") == 1
    assert "nothing to publish as v1.0.0" in capsys.readouterr().err
    assert "create" not in github.log()


def test_an_answer_that_is_none_is_one_message(
    project: Project, github: GitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    assert assets(project, "v1.0.0") == 0
    program = project.home.parent / "programs" / "gh"
    program.write_text("#!/bin/sh\necho rubbish\n")
    assert publish(project, "v1.0.0") == 1
    assert "gh release list answers with something" in capsys.readouterr().err


def test_notes_that_are_too_long_for_github_lead_to_the_whole(
    project: Project, github: GitHub
) -> None:
    assert assets(project, "v1.0.0") == 0
    path = project.home.parent / "made" / "assets" / "CHANGES.md"
    path.write_text(path.read_text() + "- One more question? `id`\n" * 10_000)
    assert publish(project, "v1.0.0") == 0
    told = (github.home / "v1.0.0" / "notes").read_text()
    assert len(told) < 125_000
    assert told.endswith("- One more question? `id`\n\n… CHANGES.md\n")
    assert github.assets("v1.0.0")["CHANGES.md"] == path.read_bytes()


def lose(archive: Path) -> None:
    archive.unlink()


def change(archive: Path) -> None:
    """A file in the archive is another one, and the checksums were made to fit."""
    files = unpacked(archive.read_bytes())
    archive.write_bytes(packed({**files, "sw.js": b"// nothing is kept"}))
    seal(archive.parent)


def thin_out(archive: Path) -> None:
    files = unpacked(archive.read_bytes())
    archive.write_bytes(packed({name: files[name] for name in files if name != "sw.js"}))
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
    project: Project,
    github: GitHub,
    capsys: pytest.CaptureFixture[str],
    harm: Callable[[Path], None],
    said: str,
) -> None:
    assert assets(project, "v1.0.0") == 0
    downloaded = project.home.parent / "made" / "assets"
    capsys.readouterr()
    assert main(["verify", str(downloaded)]) == 0
    assert "9 files, each as it was published" in capsys.readouterr().out
    harm(downloaded / "deck-site.zip")
    assert main(["verify", str(downloaded)]) == 1
    assert capsys.readouterr().err.splitlines()[:-1] == [said]


def test_an_archive_that_leads_out_of_its_folder_is_not_laid_out(
    project: Project, github: GitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    assert assets(project, "v1.0.0") == 0
    assert publish(project, "v1.0.0") == 0
    archive = github.home / "v1.0.0" / "assets" / "deck-site.zip"
    archive.write_bytes(packed({"index.html": b"", "../../../evil.html": b""}))
    project.commit(new=NEW)
    assert project.release("--tag") == 0
    capsys.readouterr()
    assert assets(project, "v1.1.0") == 1
    assert "deck-site.zip" in capsys.readouterr().err
    assert not list(project.home.parent.rglob("evil.html"))


def test_a_tag_that_is_not_the_last_release_stops(
    project: Project, github: GitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    assert assets(project, "v1.0.1") == 1
    assert "not that of the last release, which is 1.0.0" in capsys.readouterr().err
    assert assets(project, "v1.0.0") == 0
    assert publish(project, "v2.0.0") == 1
    assert "create" not in github.log()


@pytest.mark.parametrize("verb", ["create", "view", "edit"])
def test_what_breaks_off_is_a_draft_and_is_finished(
    project: Project, github: GitHub, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    assert assets(project, "v1.0.0") == 0
    monkeypatch.setenv("GH_BREAKS", verb)
    assert publish(project, "v1.0.0") == 1
    assert github.draft("v1.0.0")
    monkeypatch.delenv("GH_BREAKS")
    assert publish(project, "v1.0.0") == 0
    assert not github.draft("v1.0.0")
    assert set(github.assets("v1.0.0")) == NAMES


def test_what_is_published_never_changes(
    project: Project, github: GitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    assets(project, "v1.0.0")
    publish(project, "v1.0.0")
    before = github.assets("v1.0.0")
    assert publish(project, "v1.0.0") == 0
    page = project.home.parent / "made" / "assets" / "deck.html"
    page.write_bytes(page.read_bytes() + b" ")
    assert publish(project, "v1.0.0") == 1
    assert "these files differ: deck.html" in capsys.readouterr().err
    assert github.assets("v1.0.0") == before


def test_a_file_that_is_built_otherwise_is_explained(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """A program that has changed since the release, as a reader of another clone may have it."""
    folder = project.output / "1.0.0"
    page = folder / "deck-1.0.0.html"
    page.write_bytes(page.read_bytes() + b" ")
    stated = json.loads((folder / "manifest.json").read_text())
    stated["tools"]["weasyprint"] = "1.0"
    for artifact in stated["artifacts"]:
        if artifact["name"] == page.name:
            artifact["sha256"] = sha256(page.read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(stated))
    (folder / "SHA256SUMS").unlink()
    files = contents(folder, ("site",))
    (folder / "SHA256SUMS").write_bytes(checksums(files))
    assert main(["verify", str(folder), "--rebuild"]) == 1
    said = capsys.readouterr().err
    assert "deck-1.0.0.html: differs when built again (from byte" in said
    assert "made with weasyprint 1.0, built again with weasyprint" in said


def state(folder: Path, **facts: object) -> None:
    path = folder / "manifest.json"
    path.write_bytes(written({**json.loads(path.read_text("utf-8")), **facts}))


def stated(folder: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((folder / "manifest.json").read_text())["artifacts"]
    return found


def another_package(folder: Path) -> None:
    next(folder.glob("*.apkg")).write_bytes(b"evil")
    state(folder, artifacts=[])


def a_program(folder: Path) -> None:
    (folder / "setup.exe").write_bytes(b"MZ")


def other_notes(folder: Path) -> None:
    (folder / "CHANGES.md").write_text("# TCP 1.0.0\n\nFetch the rest from evil.example.\n")


def no_notes(folder: Path) -> None:
    (folder / "CHANGES.md").unlink()


def no_page(folder: Path) -> None:
    page = next(folder.glob("*.html"))
    page.unlink()
    state(folder, artifacts=[one for one in stated(folder) if one["name"] != "deck-1.0.0.html"])


def another_title(folder: Path) -> None:
    state(folder, deck={"key": "tcp", "title": "Evil", "lang": "en"})


def other_cards(folder: Path) -> None:
    state(folder, cards={"three": "0" * 32})


@pytest.mark.parametrize("downloaded", [False, True], ids=["built", "downloaded"])
@pytest.mark.parametrize(
    ("forge", "said"),
    [
        (another_package, "apkg: differs when built again"),
        (a_program, "setup.exe: is not there when built again"),
        (other_notes, "CHANGES.md: differs when built again"),
        (no_notes, "CHANGES.md: is missing, and is there when built again"),
        (no_page, "html: is missing, and is there when built again"),
        (another_title, "manifest.json: differs when built again"),
        (other_cards, "manifest.json: differs when built again"),
    ],
)
def test_a_forged_release_is_not_what_is_built_again(
    project: Project,
    github: GitHub,
    capsys: pytest.CaptureFixture[str],
    forge: Callable[[Path], None],
    said: str,
    downloaded: bool,
) -> None:
    """Whoever forges a release makes its manifest and its checksums fit."""
    folder = project.output / "1.0.0"
    if downloaded:
        made = publishing.offered(contents(folder, ("site",)), "1.0.0", b"proven")
        folder = project.home.parent / "downloaded"
        publishing.laid_out(folder, made)
    forge(folder)
    seal(folder)
    capsys.readouterr()
    assert main(["verify", str(folder)]) == 0
    assert main(["verify", str(folder), "--rebuild"]) == 1
    assert said in capsys.readouterr().err


def test_a_release_that_other_tools_made_alike_is_the_same(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project.output / "1.0.0"
    tools = json.loads((folder / "manifest.json").read_text())["tools"]
    state(folder, tools={**tools, "python": "3.11.0"})
    seal(folder)
    capsys.readouterr()
    assert main(["verify", str(folder), "--rebuild"]) == 0
    said = capsys.readouterr().out
    assert "every byte is the same but for the tools that manifest.json names" in said
    assert "made with python 3.11.0, built again with python" in said


@pytest.mark.parametrize(
    "facts",
    [
        {"tools": []},
        {"tools": {"python": "\ud800"}},
        {"release": "no"},
        {"version": 5},
        {"source": {"name": "/etc/passwd", "sha256": ""}},
        {"source": {"name": "", "sha256": ""}},
        {"source": "deck.md"},
        {"deck": {"title": "\ud800"}},
        {"cards": []},
    ],
    ids=str,
)
def test_a_manifest_that_says_nonsense_is_damaged(
    project: Project, capsys: pytest.CaptureFixture[str], facts: dict[str, object]
) -> None:
    folder = project.output / "1.0.0"
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **facts}))
    seal(folder)
    capsys.readouterr()
    assert main(["verify", str(folder), "--rebuild"]) == 1
    assert capsys.readouterr().err.splitlines()[0] == "manifest.json: is damaged"


def test_a_diff_shows_the_words(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(project.home / "source" / "deck.md")
    project.commit("Either side.", "Either of the sides.")
    project.deck.example("ss --tcp --listening")
    project.deck.read()
    capsys.readouterr()
    assert main(["diff", "--source", path]) == 0
    text = capsys.readouterr().out
    assert text.startswith("# TCP: towards 1.0.1\n")
    assert "answer: Either {+of the +}[-side-]{+sides+}." in text or "{+of the sides+}" in text
    assert "{+ --listening+}" in text
    assert main(["diff", "1.0.0", "--source", path, "--format", "markdown"]) == 0
    assert "<ins> --listening</ins>" in capsys.readouterr().out
    assert main(["diff", "--source", path, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["since"], told["next"]) == ("1.0.0", "1.0.1")
    assert [card["id"] for card in told["edited"]] == ["who-opens", "who-closes"]
    assert main(["diff", "9.0.0", "--source", path]) == 1
    assert "There are: 1.0.0" in capsys.readouterr().err


def test_a_diff_shows_the_words_of_a_question_with_code(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(project.home / "source" / "deck.md")
    project.commit("Who closes first?", "Who sends `FIN` first?")
    capsys.readouterr()
    assert main(["diff", "v1.0.0", "--source", path]) == 0
    text = capsys.readouterr().out
    assert "- Who sends `FIN` first? `who-closes` (question)\n    - question: " in text
    assert "{+sends `FIN`+}" in text


@pytest.mark.slow
def test_the_shipped_deck_is_released_and_built_again_by_a_stranger(tmp_path: Path) -> None:
    """In a clone in a folder with another name, in another language and another time zone."""
    home, stranger = tmp_path / "owner", tmp_path / "陌 生"
    root = Path(__file__).resolve().parents[2]
    left = (".git", ".venv", ".cache", ".hypothesis", "output", "__pycache__", ".*_cache")
    shutil.copytree(root, home, ignore=shutil.ignore_patterns(*left))
    shutil.rmtree(home / "source" / "releases", ignore_errors=True)

    def run(folder: Path, *command: str, **environment: str) -> str:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def build_py(folder: Path, *arguments: str, **environment: str) -> str:
        return run(folder, sys.executable, "build.py", *arguments, "--no-setup", **environment)

    run(home, "git", "init", "-q", "-b", "main")
    for name, value in (("user.name", "Owner"), ("user.email", "owner@example.org")):
        run(home, "git", "config", name, value)
    run(home, "git", "add", "-A")
    run(home, "git", "commit", "-q", "-m", "All")
    build_py(home, "release", "--tag", TZ="UTC", LC_ALL="C.UTF-8")
    assert run(home, "git", "tag").strip() == "v1.0.0"
    assert run(home, "git", "status", "--porcelain") == ""

    run(tmp_path, "git", "clone", "-q", str(home), str(stranger))
    released = str(home / "output" / "1.0.0")
    other = {"TZ": "America/St_Johns", "LC_ALL": "zh_CN.UTF-8", "PYTHONHASHSEED": "7"}
    assert "一字节不差" in build_py(stranger, "verify", released, "--rebuild", **other)
