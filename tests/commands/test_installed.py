"""The wheel, installed into a fresh environment, builds a deck in a folder with nothing else."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from commands.setup import start
from deckpress import __version__

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
_SCRIPTS = "Scripts" if os.name == "nt" else "bin"
_DECK = """\
---
title: Two cards
lang: en
key: two-cards
anki_deck: Two cards
homepage: https://example.org/two-cards/
---

# Ports {#ports}

## Which port has HTTPS? {#https .tcp level=1}

443.

## Which port has HTTP? {#http .tcp level=1}

80.
"""


def run(*command: object, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C.UTF-8", "PYTHONPATH": "", **environment},
    )


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of scripts of a fresh environment with the wheel of this tree in it."""
    home = tmp_path_factory.mktemp("installed")
    scripts = home / "env" / _SCRIPTS
    # The pip of this environment: to install one into the other takes longer than what it does.
    pip = (sys.executable, "-m", "pip", "--python", scripts / "python")
    prepare: list[tuple[object, ...]] = [
        (sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", home, ROOT),
        (sys.executable, "-m", "venv", "--without-pip", home / "env"),
    ]
    for command in prepare:
        done = run(*command, folder=home)
        assert done.returncode == 0, done.stdout + done.stderr
    (packages,) = (home / "env").rglob("site-packages")
    _link_locked_packages(packages)
    (wheel,) = home.glob("*.whl")
    finish: list[tuple[object, ...]] = [
        (*pip, "install", "--no-compile", "--no-deps", wheel),
        (*pip, "check"),
    ]
    for command in finish:
        done = run(*command, folder=home)
        assert done.returncode == 0, done.stdout + done.stderr
    return scripts


def _link_locked_packages(packages: Path) -> None:
    """Link what the lock file names, and nothing else, from the environment of the tests.

    Set-up has installed it there from the lock file of the tests, which names the same versions.
    """
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    for name in set(re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)):
        with contextlib.suppress(PackageNotFoundError):  # it is for another system
            installed = distribution(name)
            tops = {Path(file).parts[0] for file in installed.files or ()}
            for top in tops - {"..", "__pycache__"}:
                (packages / top).symlink_to(str(installed.locate_file(top)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deck.md").write_text(_DECK)
    (tmp_path / "README.md").write_text("# My deck\n")
    return tmp_path


@pytest.mark.slow
def test_the_command_checks_and_builds_a_deck_in_an_empty_folder(
    environment: Path, folder: Path
) -> None:
    deckpress, cache = environment / "deckpress", folder / "cache"
    assert run(deckpress, "--version", folder=folder).stdout == f"deckpress {__version__}\n"
    asked = run(deckpress, "help", "check", folder=folder)
    assert asked.stdout.startswith("Usage: deckpress check"), asked.stderr
    checked = run(deckpress, "check", folder=folder)
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stderr
    built = run(deckpress, folder=folder, XDG_CACHE_HOME=str(cache))
    assert built.returncode == 0, built.stderr
    made = {path.suffix for path in (folder / "output" / "latest").iterdir()}
    assert {".apkg", ".html", ".pdf"} <= made
    assert (cache / "deckpress").is_dir()
    verified = run(deckpress, "verify", "output/latest", folder=folder)
    assert verified.returncode == 0, verified.stderr
    assert {path.name for path in folder.iterdir()} == {"README.md", "cache", "deck.md", "output"}


@pytest.mark.slow
def test_its_packages_are_in_nobodys_way(environment: Path, folder: Path) -> None:
    (packages,) = environment.parent.rglob("site-packages")
    names = {path.name for path in packages.iterdir()}
    assert "deckpress_program" in names
    assert not names & {"commands", "releases", "exporters", "deckpress", "build.py"}
    foreign = packages / "commands.py"
    foreign.write_text("raise SystemExit('the package of another program')\n")
    try:
        assert run(environment / "deckpress", "check", folder=folder).returncode == 0
    finally:
        foreign.unlink()
    for font in ("NotoSansSC", "NotoSansSymbols2", "NotoEmoji", "JetBrainsMono"):
        assert list(packages.rglob(f"deckpress-*.dist-info/**/{font}-OFL.txt")), font


@pytest.mark.slow
def test_without_a_cache_folder_it_builds_and_says_so_once(environment: Path, folder: Path) -> None:
    deckpress, cache = environment / "deckpress", folder / "README.md"
    built = run(deckpress, "--only", "anki", folder=folder, XDG_CACHE_HOME=str(cache))
    assert built.returncode == 0, built.stderr
    assert built.stderr.count("cannot be used") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["test"], "the tests are not installed"),
        (["release"], "the library anki is not installed"),
        (["assets", "release", "--tag", "v1.0.0"], "the library anki is not installed"),
    ],
    ids=["test", "release", "assets"],
)
def test_what_is_not_there_is_one_sentence(
    environment: Path, folder: Path, arguments: list[str], sentence: str
) -> None:
    done = run(environment / "deckpress", *arguments, folder=folder)
    assert done.returncode == 1
    assert done.stderr.startswith("deckpress: ")
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_wheel_has_the_version_of_the_program_and_its_pythons() -> None:
    newest = f"<{start.NEWEST[0]}.{start.NEWEST[1] + 1}"
    oldest = ">={}.{}".format(*start.OLDEST)
    assert PROJECT["version"] == __version__
    assert PROJECT["requires-python"] == f"{oldest},{newest}"
