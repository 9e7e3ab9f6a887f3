"""A project without a release, one with its first, and GitHub's program."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from releases.plan import next_release
from tests.releases.projects import STANDIN, GitHub, Project, build_here


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose outputs are the Anki deck alone; the clock goes a day a release."""
    made = Project(tmp_path)
    monkeypatch.setattr("releases.pipeline.EXPORTERS", {"anki": "exporters.anki"})
    monkeypatch.setattr(next_release, "_now", lambda: made.now)
    monkeypatch.setattr("commands.terminal.words.language", lambda: "en")
    return made


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


@pytest.fixture
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with the release 1.0.0, of all outputs but the PDF."""
    made = Project(tmp_path)
    outputs = {"anki": "exporters.anki", "web": "exporters.web"}
    monkeypatch.setattr("releases.pipeline.EXPORTERS", outputs)
    monkeypatch.setattr("releases.plan.next_release._now", lambda: made.now)
    monkeypatch.setattr("releases.rebuild._build", build_here)
    monkeypatch.chdir(made.home)
    assert made.release("--tag") == 0
    return made
