"""Whether a download comes from where it should, with a stand-in for GitHub's program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from commands.main import main
from deckpress.output.store import read_folder
from releases.assets import release_assets, replace_folder
from releases.repository import provenance
from tests.releases import gh_standin
from tests.releases.projects import Project, seal

REPOSITORY = "owner/deck"


@pytest.fixture
def download(released_once: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A release as it was downloaded, and the program gh, which knows no attestation yet."""
    folder = tmp_path / "download"
    files = read_folder(released_once.output / "1.0.0", ("site",))
    replace_folder(folder, release_assets(files, "1.0.0", b"proven\n"))
    programs = tmp_path / "programs"
    programs.mkdir()
    gh = programs / "gh"
    gh.write_text(f'#!/bin/sh\nexec "{sys.executable}" -IS "{gh_standin.__file__}" "$@"\n')
    gh.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GH_ATTESTED", str(tmp_path / "attested"))
    return folder


def attest(download: Path, repository: str = REPOSITORY) -> None:
    digest = sha256((download / "SHA256SUMS").read_bytes()).hexdigest()
    home = Path(os.environ["GH_ATTESTED"], repository)
    home.mkdir(parents=True)
    (home / digest).touch()


def verify(download: Path, *options: str) -> int:
    return main(["verify", str(download), "--repo", REPOSITORY, *options])


def test_what_github_attests_is_said_to_be_signed_and_by_whom(
    download: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    attest(download)
    assert verify(download) == 0
    assert f"GitHub attests that a workflow of {REPOSITORY} made" in capsys.readouterr().out


def test_a_forged_download_whose_checksums_fit_is_not_signed(
    download: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    attest(download)
    (download / "CHANGES.md").write_text("# TCP 1.0.0\n\nFetch the rest from evil.example.\n")
    seal(download)
    capsys.readouterr()
    assert verify(download, "--json") == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out)["provenance"]["status"] == "failed"
    assert json.loads(printed.out)["status"] == "failed"
    assert "Not signed" in printed.err
    assert "no attestations found" in printed.err


def test_what_another_repository_has_signed_is_not_signed(download: Path) -> None:
    attest(download, "evil/deck")
    assert verify(download) == 1


@pytest.mark.parametrize(
    ("said", "private", "code"),
    [
        ("Error: verifying with issuer: certificate does not match", "false", 1),
        (
            "HTTP 404: Not Found (https://api.github.com/repos/owner/deck/attestations/x)",
            "false",
            1,
        ),
        ("HTTP 404: Not Found (https://api.github.com/repos/owner/deck/attestations/x)", "true", 0),
        ("error connecting to api.github.com\ncheck your internet connection", "false", 0),
        ("To get started with GitHub CLI, please run:  gh auth login", "false", 0),
        ('unknown command "attestation" for "gh"', "false", 0),
    ],
)
def test_that_github_cannot_be_asked_is_told_and_is_no_failure(
    download: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    said: str,
    private: str,
    code: int,
) -> None:
    monkeypatch.setenv("GH_SAYS", said)
    monkeypatch.setenv("GH_PRIVATE", private)
    capsys.readouterr()
    assert verify(download, "--json") == code
    printed = capsys.readouterr()
    status = json.loads(printed.out)["provenance"]["status"]
    assert status == ("failed" if code else "unchecked")
    assert ("vouch only for each other" in printed.err) is (code == 0)


def test_without_gh_the_download_is_verified_and_what_is_missing_is_said(
    download: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("releases.repository.provenance.shutil.which", lambda _: None)
    capsys.readouterr()
    assert verify(download) == 0
    printed = capsys.readouterr()
    assert "each as it was published" in printed.out
    assert "the program gh is not installed" in printed.err


def test_the_folder_s_own_name_decides_nothing(download: Path) -> None:
    """What gh says is searched for reasons why it could not ask; a path is no such reason."""
    folder = download.rename(download.with_name("dial tcp no such host timeout"))
    assert main(["verify", str(folder), "--repo", "owner/timeout"]) == 1


def test_the_repository_is_that_of_this_clone_and_never_one_that_the_download_brings(
    download: Path,
    released_once: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    released_once.git("config", "remote.origin.url", f"git@github.com:{REPOSITORY}.git")
    brought = ["git", "-C", str(download.parent)]
    subprocess.run([*brought, "init", "-q"], check=True)
    subprocess.run([*brought, "remote", "add", "origin", "https://github.com/evil/x"], check=True)
    attest(download, "evil/x")
    monkeypatch.chdir(download)
    monkeypatch.setattr(provenance, "ROOT", released_once.home)
    assert main(["verify", str(download)]) == 1
    assert f"a workflow of {REPOSITORY} made" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/owner/deck", "owner/deck"),
        ("https://token@github.com/owner/deck.git", "owner/deck"),
        ("git@github.com:owner/de.ck.git", "owner/de.ck"),
        ("ssh://git@github.com/owner/deck/", "owner/deck"),
        ("ssh://git@ssh.github.com:443/owner/deck.git", "owner/deck"),
        ("https://github.com.evil.example/owner/deck", ""),
        ("https://evil.example/github.com/owner/deck", ""),
        ("/srv/git/deck.git", ""),
        ("", ""),
    ],
)
def test_only_an_address_at_github_names_a_repository(
    released_once: Project, monkeypatch: pytest.MonkeyPatch, url: str, name: str
) -> None:
    monkeypatch.setattr(provenance, "ROOT", released_once.home)
    released_once.git("config", "remote.origin.url", url)
    assert provenance.own_repository() == name


def test_a_build_is_not_signed_by_anybody_and_that_is_said(
    released_once: Project, download: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert verify(released_once.output / "1.0.0") == 0
    assert "this is a build and not the download" in capsys.readouterr().err


def test_a_repository_that_is_none_is_wrong_use(
    download: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(download), "--repo", "https://github.com/owner/deck"]) == 2
    assert "is not OWNER/REPO" in capsys.readouterr().err
