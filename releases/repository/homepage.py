"""Where a deck lives on GitHub, as the remotes of its Git repository say."""

from __future__ import annotations

import re
from pathlib import Path

from releases.repository.git import GitError, Repository

# The forms that Git takes: git@github.com:OWNER/REPO.git, ssh://git@github.com:22/OWNER/REPO,
# https://USER:TOKEN@github.com/OWNER/REPO.git. Only the owner and the name are kept.
_REMOTE = re.compile(
    r"(?:(?:https?|ssh|git|git\+ssh)://)?(?:[^@/\s]*@)?"
    r"(?:www\.|ssh\.)?github\.com(?::\d+(?=/))?[:/]+"
    r"(?P<owner>[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)/(?P<name>[\w.-]+?)(?:\.git)?/*",
    re.IGNORECASE,
)


def homepage_of(folder: Path) -> str:
    """The address of the repository on GitHub that `folder` belongs to; empty if there is none.

    Of several remotes the one counts that the branch follows, then ``origin``, then the first.
    """
    repository = Repository.find_or_none(folder)
    if repository is None:
        return ""
    try:
        remotes = repository.remotes()
    except GitError:
        return ""
    first = [repository.followed_remote(), "origin"]
    names = [*(name for name in first if name in remotes), *remotes]
    return next((address for name in names if (address := github_address(remotes[name]))), "")


def github_address(remote: str) -> str:
    """The address of the repository that the URL of a Git remote names; empty if not on GitHub."""
    found = _REMOTE.fullmatch(remote.strip())
    if found is None or found["name"] in (".", ".."):
        return ""
    return f"https://github.com/{found['owner']}/{found['name']}"
