"""Where a downloaded release comes from, as GitHub attests it; asked through the program `gh`.

The checksums and the manifest of a download vouch only for each other: whoever changes a file can
make both fit. An attestation is signed by GitHub for a workflow of one repository.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from deckpress.foreign_text import quoted
from deckpress.output.regular_files import read_regular
from deckpress.output.store import CHECKSUMS, LARGEST_LIST
from deckpress.program import ROOT
from releases.messages import Message, message
from releases.repository.git import GitError, Repository

_SECONDS = 120
_GITHUB = re.compile(
    r"(?:https://(?:[^@/]+@)?github\.com/|(?:ssh://)?git@(?:ssh\.)?github\.com(?::\d+/|[:/]))"
    r"([\w.-]+/[\w.-]+?)(?:\.git)?/?"
)
NAME = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
# What gh says when it could not ask, or could not be asked. Everything else is a verdict.
_NO_VERDICT = re.compile(
    r"unknown command|unknown flag|gh auth login|not logged in|HTTP 40[13]|HTTP 429|HTTP 5\d\d"
    r"|rate limit|error connecting|dial tcp|no such host|connection re|network is unreachable"
    r"|timeout|timed out|TLS handshake|TUF|trusted root",
    re.IGNORECASE,
)
_NOTHING_THERE = re.compile(r"no attestations?\b|HTTP 404|not found", re.IGNORECASE)
_AUTHENTICATION = 4  # the exit code of gh for "log in first"


class Status(StrEnum):
    """Whether GitHub attests the files, or does not, or could not be asked."""

    VERIFIED = "verified"
    FAILED = "failed"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Provenance:
    """What is known about where files come from.

    `repository` is the one that they were checked against, ``OWNER/REPO``; empty if none was known.
    `message` is the sentence about it.
    """

    status: Status
    repository: str
    message: Message


def own_repository() -> str:
    """The GitHub repository that this program was cloned from, ``OWNER/REPO``; empty if unknown."""
    try:
        url = Repository.find(ROOT).remote_url("origin")
    except (GitError, OSError):
        return ""
    match = _GITHUB.fullmatch(url)
    return match[1] if match else ""


def check_provenance(folder: Path, repository: str) -> Provenance:
    """Ask GitHub whether a workflow of `repository` made the verified download in `folder`.

    The attestation of its checksums is asked for, because they name all other files. `repository`
    must be known from elsewhere than from the download.
    """
    if not repository:
        return _unchecked("", message("provenance-no-repository"))
    if (gh := shutil.which("gh")) is None:
        return _unchecked(repository, message("gh-missing"))
    # As a copy, because gh repeats the path, and what it says is searched: nothing in that may come
    # from whoever named the folder.
    with tempfile.TemporaryDirectory() as scratch:
        sums = Path(scratch, CHECKSUMS)
        sums.write_bytes(read_regular(folder / CHECKSUMS, LARGEST_LIST))
        code, whole = _run(gh, "attestation", "verify", str(sums), "--repo", repository)
    if code == 0:
        return Provenance(
            Status.VERIFIED, repository, message("provenance-verified", repository=repository)
        )
    reason = quoted(whole.splitlines()[-1].strip() if whole else f"exit code {code}")
    said = whole.replace(repository, "")
    if code == _AUTHENTICATION or code < 0 or _NO_VERDICT.search(said):
        return _unchecked(repository, message("provenance-gh", reason=reason))
    if _NOTHING_THERE.search(said) and _is_private(gh, repository):
        return _unchecked(repository, message("provenance-private", repository=repository))
    facts = {"repository": repository, "reason": reason}
    return Provenance(Status.FAILED, repository, message("provenance-failed", **facts))


def unsigned(reason: str) -> Provenance:
    """For files that GitHub signs nowhere; `reason` is the key of the sentence that says why."""
    return _unchecked("", message(reason))


def _unchecked(repository: str, reason: Message) -> Provenance:
    return Provenance(Status.UNCHECKED, repository, message("provenance-unchecked", reason=reason))


def _is_private(gh: str, repository: str) -> bool:
    """Whether GitHub says that a repository is private: many of those can sign nothing."""
    return _run(gh, "api", f"repos/{repository}", "--jq", ".private") == (0, "true")


def _run(gh: str, *arguments: str) -> tuple[int, str]:
    """The exit code of gh, negative if it gave none, and what it printed."""
    quiet = {"GH_PROMPT_DISABLED": "1", "GH_NO_UPDATE_NOTIFIER": "1", "NO_COLOR": "1"}
    try:
        done = subprocess.run(
            [gh, *arguments],
            env={**os.environ, **quiet},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except OSError as error:
        return -1, error.strerror or str(error)
    except subprocess.TimeoutExpired:
        return -1, f"no answer within {_SECONDS} s"
    return done.returncode, done.stderr.strip() or done.stdout.strip()
