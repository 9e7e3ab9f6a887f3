"""A project without a release, one with its first, and GitHub's program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace

import pytest

from releases.plan import next_release
from releases.upgrade import prove
from releases.upgrade.report import Report
from tests.releases import gh_standin
from tests.releases.projects import GitHub, Project, build_here

ANKI = {"anki": "exporters.anki"}
ALL_BUT_PDF = {**ANKI, "web": "exporters.web"}

_really_proven = prove.prove
_proven: dict[tuple[str | bytes, ...], Report] = {}


def _proven_once(old: Path, new: Path, folder: Path) -> Report:
    """The proof of an upgrade; of packages that another test has proven, its report."""
    key = (old.name, old.read_bytes(), new.name, new.read_bytes())
    if key not in _proven:
        _proven[key] = _really_proven(old, new, folder)
    return deepcopy(_proven[key])


def at_work(made: Project, outputs: Mapping[str, str], patch: pytest.MonkeyPatch) -> Project:
    """Make these outputs alone; the clock goes a day a release."""
    patch.setattr("releases.pipeline.EXPORTERS", outputs)
    patch.setattr(next_release, "_now", lambda: made.now)
    patch.setattr(prove, "prove", _proven_once)
    patch.setattr("commands.terminal.words.language", lambda: "en")
    return made


@pytest.fixture(scope="session")
def new_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("new"))


def _first_release(made: Project, outputs: Mapping[str, str]) -> Project:
    with pytest.MonkeyPatch.context() as patch:
        assert at_work(made, outputs, patch).release("--tag") == 0
    return made


@pytest.fixture(scope="session")
def anki_release(new_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return _first_release(new_project.copied(tmp_path_factory.mktemp("anki")), ANKI)


@pytest.fixture(scope="session")
def whole_release(new_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return _first_release(new_project.copied(tmp_path_factory.mktemp("whole")), ALL_BUT_PDF)


@pytest.fixture
def project(new_project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project without a release, whose outputs are the Anki deck alone."""
    return at_work(new_project.copied(tmp_path), ANKI, monkeypatch)


@pytest.fixture
def released_once(
    anki_release: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Project:
    """The same with the release 1.0.0."""
    return at_work(anki_release.copied(tmp_path), ANKI, monkeypatch)


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitHub:
    """GitHub, whose program is called without a process."""
    monkeypatch.setattr("releases.publish.github.subprocess", SimpleNamespace(run=_run_standin))
    monkeypatch.setenv("GH_RELEASES", str(tmp_path / "github"))
    return GitHub(tmp_path / "github")


def _run_standin(command: Sequence[str], **_: object) -> subprocess.CompletedProcess[str]:
    program, topic, verb, *arguments = command
    assert (program, topic) == ("gh", "release")
    try:
        said = gh_standin.answer(verb, arguments)
    except gh_standin.Refused as refusal:
        return subprocess.CompletedProcess(command, 1, "", str(refusal))
    return subprocess.CompletedProcess(command, 0, said, "")


@pytest.fixture
def gh_program(github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """GitHub's program as one that is found and started."""
    programs = tmp_path / "programs"
    programs.mkdir()
    gh = programs / "gh"
    gh.write_text(f'#!/bin/sh\nexec "{sys.executable}" -IS "{gh_standin.__file__}" "$@"\n')
    gh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("releases.publish.github.subprocess", subprocess)
    return gh


@pytest.fixture
def released(whole_release: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with the release 1.0.0, of all outputs but the PDF."""
    made = at_work(whole_release.copied(tmp_path), ALL_BUT_PDF, monkeypatch)
    monkeypatch.setattr("releases.rebuild._build", build_here)
    monkeypatch.setattr("releases.rebuild.ROOT", made.home)
    monkeypatch.chdir(made.home)
    return made
