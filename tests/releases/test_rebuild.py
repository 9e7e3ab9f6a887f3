"""A release that a sceptic builds again: the same is the same, and what is forged is found."""

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
from deckpress.output.manifest import serialise
from deckpress.output.store import read_folder
from releases import assets
from tests.releases.projects import GitHub, Project, build_here, seal
from tests.shipped import SOURCE as SHIPPED


def state(folder: Path, **facts: object) -> None:
    path = folder / "manifest.json"
    path.write_bytes(serialise({**json.loads(path.read_text("utf-8")), **facts}))


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
    released: Project,
    github: GitHub,
    capsys: pytest.CaptureFixture[str],
    forge: Callable[[Path], None],
    said: str,
    downloaded: bool,
) -> None:
    """Whoever forges a release makes its manifest and its checksums fit."""
    folder = released.output / "1.0.0"
    if downloaded:
        made = assets.release_assets(read_folder(folder, ("site",)), "1.0.0", b"proven")
        folder = released.home.parent / "downloaded"
        assets.replace_folder(folder, made)
    forge(folder)
    seal(folder)
    capsys.readouterr()
    assert main(["verify", str(folder)]) == 0
    assert main(["verify", str(folder), "--rebuild"]) == 1
    assert said in capsys.readouterr().err


def test_a_release_that_other_tools_made_alike_is_the_same(
    released: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = released.output / "1.0.0"
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
    released: Project, capsys: pytest.CaptureFixture[str], facts: dict[str, object]
) -> None:
    folder = released.output / "1.0.0"
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **facts}))
    seal(folder)
    capsys.readouterr()
    assert main(["verify", str(folder), "--rebuild"]) == 1
    assert capsys.readouterr().err.splitlines()[0] == "manifest.json: is damaged"


EVIL = """import pathlib
pathlib.Path(__file__).with_name("ran").touch()
"""


def test_only_this_clone_s_program_is_run_or_one_that_is_named_and_it_is_told_before(
    released: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A download can bring a repository with such a tag, and a program to build it."""
    folder, commit = str(released.output / "1.0.0"), released.git("rev-parse", "HEAD")[:12]
    told: list[str] = []

    def built(tree: Path, source: Path, output: Path, *, again: bool) -> Path:
        told.append(capsys.readouterr().err)
        assert not (tree / "build.py").exists(), "this would be the other one's program"
        return build_here(tree, source, output, again=again)

    monkeypatch.setattr("releases.rebuild._build", built)
    other = tmp_path / "other"
    shutil.copytree(released.home, other)
    (other / "build.py").write_text(EVIL)
    monkeypatch.chdir(other)
    git = ["git", "-C", str(other)]
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "Other"], check=True)
    subprocess.run([*git, "tag", "-f", "v1.0.0"], check=True, capture_output=True)
    assert main(["verify", folder, "--rebuild"]) == 0
    assert f"of {released.home}, tag v1.0.0, commit {commit}" in told[0]
    capsys.readouterr()
    monkeypatch.undo()
    monkeypatch.chdir(other)
    assert main(["verify", folder, "--program", str(other)]) == 1
    assert f"of {other}, tag v1.0.0, commit " in capsys.readouterr().err
    assert main(["verify", folder, "--program", str(tmp_path / "nowhere")]) == 2


def test_a_clone_that_git_does_not_open_is_told(
    released: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = str(released.output / "1.0.0")
    with monkeypatch.context() as patch:
        patch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        assert main(["verify", folder, "--rebuild"]) == 1
    assert "safe.directory" in capsys.readouterr().err
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["verify", folder, "--rebuild"]) == 1
    assert "Git is not installed, or not in PATH" in capsys.readouterr().err


@pytest.mark.parametrize("tool", ["pango", "weasyprint", "deckpress-files"])
def test_what_differs_in_the_tool_chain_explains_other_bytes(
    released: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tool: str,
) -> None:
    folder = released.output / "1.0.0"
    stated = json.loads((folder / "manifest.json").read_text())
    state(folder, tools={**stated["tools"], tool: "1.0"})
    (page,) = folder.glob("*.html")
    page.write_bytes(page.read_bytes() + b" ")
    for artifact in stated["artifacts"]:
        if artifact["name"] == page.name:
            artifact["size"] += 1
            artifact["sha256"] = sha256(page.read_bytes()).hexdigest()
    state(folder, artifacts=stated["artifacts"])
    seal(folder)
    capsys.readouterr()
    assert main(["verify", str(folder), "--rebuild"]) == 1
    said = capsys.readouterr().err
    assert "html: differs when built again (from byte" in said
    assert f"made with {tool} 1.0, built again with {tool} " in said
    assert "The source, the program" not in said


def test_links_that_lead_nowhere_are_no_obstacle(
    released: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Neither at the tag nor in the tree that a development build is built again from."""
    monkeypatch.setattr("releases.rebuild.ROOT", released.home)
    (released.home / "a").mkdir()
    (released.home / "a" / "deck.md").symlink_to("../nowhere.md")
    (released.home / "out").symlink_to("../../outside")
    released.git("add", "-A")
    released.commit("Either side.", "Both may.")
    assert released.release("--tag") == 0
    assert main(["verify", str(released.output / "1.0.1"), "--rebuild"]) == 0
    released.commit(new="\n")
    source, output = str(released.source / "deck.md"), str(tmp_path / "built")
    assert main(["build", source, "--output", output]) == 0
    assert main(["verify", f"{output}/latest", "--rebuild"]) == 0
    assert "every byte is the same" in capsys.readouterr().out


def last_sections(text: str) -> str:
    """The last sections of a source, with enough cards for several processes to print them."""
    head, *sections = re.split(r"(?m)^(?=# .*\{#)", text)
    kept: list[str] = []
    while sections and sum(section.count("\n## ") for section in kept) < 25:
        kept.insert(0, sections.pop())
    there = set(re.findall(r"\{#([a-z0-9-]+)", "".join(kept)))
    return head + re.sub(
        r"\[([^]\n]+)\]\(#([a-z0-9-]+)\)",
        lambda link: link[0] if link[2] in there else link[1],
        "".join(kept),
    )


@pytest.mark.slow
def test_the_shipped_deck_is_released_and_built_again_by_a_stranger(tmp_path: Path) -> None:
    """In a clone in a folder with another name, in another language and another time zone.

    It is a part of the deck: with all of it, the same is printed for minutes.
    """
    home, stranger = tmp_path / "owner", tmp_path / "陌 生"
    root = Path(__file__).resolve().parents[2]
    files = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, files.stdout.split("\0")):
        if (root / name).is_file():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, home / name)
    shutil.rmtree(home / "source" / "releases", ignore_errors=True)
    deck = home / "source" / SHIPPED.name
    deck.write_text(last_sections(deck.read_text("utf-8")), "utf-8")

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
