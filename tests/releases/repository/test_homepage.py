"""A deck without a homepage: it is told once, and taken from a GitHub remote when that is asked."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from commands.main import main
from releases.repository.homepage import github_address, homepage_of

FRONT = "---\ntitle: T\nlang: en\nkey: t\nanki_deck: T\n{more}---\n"
CARD = "\n# S {#s}\n\n## Q? {#q}\n\nAn answer.\n"
ADDRESS = "https://github.com/some-one/my.deck"


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/some-one/my.deck",
        "https://github.com/some-one/my.deck.git",
        "https://github.com/some-one/my.deck/",
        "https://user:secret@github.com/some-one/my.deck.git",
        "https://secret@github.com/some-one/my.deck.git",
        "http://www.github.com/some-one/my.deck",
        "git@github.com:some-one/my.deck.git",
        "git@github.com:some-one/my.deck",
        "git@github.com:/some-one/my.deck.git",
        "github.com:some-one/my.deck.git",
        "ssh://git@github.com/some-one/my.deck.git",
        "ssh://git@github.com:22/some-one/my.deck.git",
        "ssh://git@ssh.github.com:443/some-one/my.deck.git",
        "git://github.com/some-one/my.deck.git",
    ],
)
def test_every_form_of_a_github_remote_is_understood_and_no_secret_kept(remote: str) -> None:
    assert github_address(remote) == ADDRESS


@pytest.mark.parametrize(
    "remote",
    [
        "",
        "https://gitlab.com/some-one/my.deck.git",
        "https://github.com.example.org/some-one/my.deck",
        "https://example.org/github.com/some-one/my.deck",
        "https://github.com/some-one",
        "git@github.com:my.deck.git",
        "/srv/github.com/some-one/my.deck.git",
        "https://github.com/some-one/..",
        "https://github.com/some-one/my.deck\n---",
    ],
)
def test_another_remote_gives_no_homepage(remote: str) -> None:
    assert github_address(remote) == ""


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    path = tmp_path / "deck.md"
    path.write_text(FRONT.format(more="") + CARD)
    return path


def test_of_several_remotes_the_one_counts_that_the_branch_follows(source: Path) -> None:
    assert homepage_of(source.parent) == ""
    git(source.parent, "remote", "add", "backup", "https://gitlab.com/some-one/deck")
    git(source.parent, "remote", "add", "fork", "git@github.com:fork/deck.git")
    assert homepage_of(source.parent) == "https://github.com/fork/deck"
    git(source.parent, "remote", "add", "origin", "git@github.com:some-one/deck.git")
    assert homepage_of(source.parent) == "https://github.com/some-one/deck"
    git(source.parent, "config", "branch.main.remote", "fork")
    assert homepage_of(source.parent) == "https://github.com/fork/deck"


def test_a_folder_in_no_repository_has_no_homepage(tmp_path: Path) -> None:
    assert homepage_of(tmp_path) == ""


def test_check_says_once_that_there_is_no_homepage(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(source), "--strict"]) == 0
    told = capsys.readouterr()
    assert told.err.count("homepage: https://github.com/OWNER/REPO") == 1
    assert "homepage" not in told.out
    git(source.parent, "remote", "add", "origin", "git@github.com:some-one/my.deck.git")
    assert main(["check", str(source)]) == 0
    assert f"`check --fix` writes `homepage: {ADDRESS}`" in capsys.readouterr().err


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("more", ["", "tags:\n  a: A\n", "# the end\n"])
def test_fix_writes_the_homepage_and_no_other_byte(
    source: Path, capsys: pytest.CaptureFixture[str], line_end: str, bom: str, more: str
) -> None:
    text = bom + (FRONT.format(more=more) + CARD).replace("\n", line_end)
    source.write_bytes(text.encode())
    git(source.parent, "remote", "add", "origin", "https://x:secret@github.com/some-one/my.deck")
    assert main(["check", str(source), "--fix"]) == 0
    fresh = source.read_bytes().decode()
    line = f"homepage: {ADDRESS}{line_end}"
    assert fresh.count(line) == 1
    assert fresh.replace(line, "") == text
    assert "the homepage written" in capsys.readouterr().err
    assert main(["check", str(source), "--fix"]) == 0
    assert source.read_bytes().decode() == fresh
    assert "`homepage`" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "front",
    [
        FRONT.format(more="homepage: https://example.org/deck\n"),
        FRONT.format(more="homepage:\n"),
        FRONT.format(more="homepage: example.org\n"),
        "---\n{title: T, lang: en, key: t, anki_deck: T}\n---\n",
        "---\ntitle: T\n",
        "",
    ],
    ids=["there", "empty", "wrong", "flow", "unclosed", "none"],
)
def test_fix_leaves_a_front_matter_alone_that_has_one_or_cannot_take_it(
    source: Path, front: str
) -> None:
    source.write_text(front + CARD)
    git(source.parent, "remote", "add", "origin", "git@github.com:some-one/my.deck.git")
    main(["check", str(source), "--fix"])
    assert source.read_text() == front + CARD
