"""Git, as far as releases need it: what has changed, what was released where, commits and tags."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

# The line ends that a machine prefers are not those of a release.
_ANYWHERE = ("-c", "core.autocrlf=false", "-c", "core.eol=lf")


class GitError(Exception):
    """Git refuses; the message is its own."""


class Repository:
    """The repository around a folder. Paths are relative to its root, with ``/``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def around(cls, folder: Path) -> Repository | None:
        """The repository that `folder` is in, if there is one, and Git."""
        try:
            return cls(Path(_git(folder, "rev-parse", "--show-toplevel").strip()))
        except (GitError, OSError):
            return None

    def path(self, path: Path) -> str:
        """The name of a file from the root.

        Raises:
            ValueError: it is outside.
        """
        return path.resolve().relative_to(self.root.resolve()).as_posix()

    def changed(self) -> list[str]:
        """The files that differ from the last commit or are not known to Git, but not ignored."""
        found, entries = [], iter(self._run("status", "--porcelain", "-z", "-uall").split("\0"))
        for entry in entries:
            if entry:
                found.append(entry[3:])
                if "R" in entry[:2]:
                    next(entries)  # the name that it had
        return sorted(found)

    def added(self, folder: str) -> dict[str, set[str]]:
        """Of each file that any branch or tag ever added to `folder`: the blobs it was added as."""
        if not self.commit("HEAD"):
            return {}
        log = ("log", "--all", "HEAD", "-m", "--no-renames", "--diff-filter=A", "--raw")
        entries = self._run(*log, "--no-abbrev", "--format=", "-z", "--", folder).split("\0")
        found: dict[str, set[str]] = {}
        for facts, name in zip(entries[::2], entries[1::2], strict=False):
            found.setdefault(name, set()).add(facts.split()[3])
        return found

    def blob(self, path: str) -> str:
        """What Git calls the content of a file."""
        return self._run("hash-object", "--no-filters", "--", path).strip()

    def commit(self, revision: str) -> str:
        """The commit of a revision; nothing if there is none."""
        try:
            return self._run("rev-parse", "-q", "--verify", f"{revision}^{{commit}}").strip()
        except GitError:
            return ""

    def tagged(self, tag: str) -> str:
        return self.commit(f"refs/tags/{tag}")

    def holds(self, revision: str, path: str) -> bool:
        """Whether a revision has this file."""
        try:
            self._run("cat-file", "-e", f"{revision}:{path}")
        except GitError:
            return False
        return True

    def brought(self, path: str) -> str:
        """The commit of this branch that brought a file."""
        return self._run("log", "-1", "--diff-filter=A", "--format=%H", "HEAD", "--", path).strip()

    def shallow(self) -> bool:
        """Whether this clone lacks earlier commits."""
        return self._run("rev-parse", "--is-shallow-repository").strip() == "true"

    def branch(self) -> str:
        """The branch that is checked out; nothing if none is."""
        try:
            return self._run("symbolic-ref", "-q", "--short", "HEAD").strip()
        except GitError:
            return ""

    def ignored(self, paths: Sequence[str]) -> list[str]:
        """Those of these files that Git would not add, because it is told to ignore them."""
        try:
            asked = ("-c", "core.quotePath=false", "check-ignore", "--", *paths)
            return self._run(*asked).splitlines()
        except GitError:  # none
            return []

    def author(self) -> str:
        """Who commits and tags.

        Raises:
            GitError: Git does not know.
        """
        self._run("var", "GIT_AUTHOR_IDENT")
        return self._run("var", "GIT_COMMITTER_IDENT")

    def lock(self) -> Path:
        """The file that is there while a Git writes what the next commit will hold."""
        return self.root / self._run("rev-parse", "--git-path", "index.lock").strip()

    def record(self, paths: Sequence[str], message: str) -> None:
        """Commit these files and nothing else."""
        self._run("add", "--", *paths)
        self._run("commit", "-q", "-m", message, "--", *paths)

    def tag(self, tag: str, message: str) -> None:
        self._run("tag", "-a", tag, "-m", message)

    def shared(self) -> Path:
        """The folder that all work trees of the repository share."""
        return (self.root / self._run("rev-parse", "--git-common-dir").strip()).resolve()

    def unpack(self, revision: str, folder: Path) -> None:
        """Put all files of a revision into `folder`."""
        data = _raw(self.root, *_ANYWHERE, "archive", "--format=tar", revision)
        with tarfile.open(fileobj=io.BytesIO(data)) as packed:
            packed.extractall(folder, filter="data")

    def checkout(self, revision: str, path: str) -> bytes | None:
        """A file of a revision as a clone with no settings of its own would have it."""
        try:
            return _raw(self.root, *_ANYWHERE, "cat-file", "--filters", f"{revision}:{path}")
        except GitError:
            return None

    def _run(self, *arguments: str) -> str:
        return _git(self.root, *arguments)


def _git(folder: Path, *arguments: str) -> str:
    return _raw(folder, *arguments).decode("utf-8", "surrogateescape")


def _raw(folder: Path, *arguments: str) -> bytes:
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    done = subprocess.run(
        ["git", "-C", folder, *arguments], env=environment, capture_output=True, check=False
    )
    if done.returncode:
        raise GitError((done.stderr or done.stdout).decode("utf-8", "replace").strip())
    return done.stdout
