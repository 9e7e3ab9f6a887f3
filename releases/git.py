"""Git, as far as releases need it: what has changed, what was released where, commits and tags."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Iterable, Sequence
from pathlib import Path

# The line ends that a machine prefers are not those of a release.
_ANYWHERE = ("-c", "core.autocrlf=false", "-c", "core.eol=lf")
# What a user may have set, and what would change an answer that is read here.
_PLAIN = ("-c", "log.follow=false", "-c", "log.showSignature=false")
# Git sets these for what its hooks call, and they name its repository and not that of the source.
_OTHERS = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
)
# What is being done while one of these files is there lets no part of the changes be committed.
_HALFWAY = ("MERGE_HEAD", "CHERRY_PICK_HEAD")


class GitError(Exception):
    """Git refuses; the message is its own."""


class NoRepositoryError(GitError):
    """There is none around a folder."""


class Repository:
    """The repository around a folder. Paths are relative to its root, with ``/``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def of(cls, folder: Path) -> Repository:
        """The repository that `folder` is in.

        Raises:
            NoRepositoryError: there is none.
            GitError: there is one, and Git does not trust it.
            OSError: Git is not installed.
        """
        try:
            return cls(Path(_git(folder, "rev-parse", "--show-toplevel").strip()))
        except GitError as error:
            if "not a git repository" in str(error):
                raise NoRepositoryError(str(error)) from error
            raise

    @classmethod
    def around(cls, folder: Path) -> Repository | None:
        """The repository that `folder` is in, if there is one, and Git."""
        try:
            return cls.of(folder)
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
        """Of each file that any branch or tag ever added to `folder`: the blobs it was added as.

        What was put aside with `git stash` is on none of them.
        """
        if not self.commit("HEAD"):
            return {}
        log = ("log", "--branches", "--tags", "--remotes", "HEAD", "-m", "--no-renames")
        told = ("--diff-filter=A", "--raw", "--no-abbrev", "--format=", "-z")
        entries = self._run(*log, *told, "--", folder).split("\0")
        found: dict[str, set[str]] = {}
        for facts, name in zip(entries[::2], entries[1::2], strict=False):
            found.setdefault(name, set()).add(facts.split()[3])
        return found

    def blob(self, path: str) -> str:
        """What Git calls the content of a file."""
        return self._run("hash-object", "--", path).strip()

    def content(self, blob: str) -> bytes:
        return _raw(self.root, "cat-file", "blob", blob)

    def files(self, revision: str) -> dict[str, str]:
        """The files of a revision, and what Git calls their contents."""
        listed = self._run("ls-tree", "-r", "-z", "--full-tree", revision).split("\0")
        entries = (line.partition("\t") for line in listed if line)
        return {name: facts.split()[2] for facts, _, name in entries}

    def commit(self, revision: str) -> str:
        """The commit of a revision; nothing if there is none."""
        try:
            return self._run("rev-parse", "-q", "--verify", f"{revision}^{{commit}}").strip()
        except GitError:
            return ""

    def tagged(self, tag: str) -> str:
        return self.commit(f"refs/tags/{tag}")

    def tags_below(self, tag: str) -> list[str]:
        """The tags such as ``v1.0.0/x``, beside which Git makes no ``v1.0.0``."""
        asked = ("for-each-ref", "--format=%(refname:strip=2)", f"refs/tags/{tag}/")
        return self._run(*asked).splitlines()

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
        return self._own("index.lock")

    def halfway(self) -> bool:
        """Whether a merge or a cherry-pick waits for its commit."""
        return any(self._own(name).exists() for name in _HALFWAY)

    def record(self, paths: Sequence[str], message: str) -> None:
        """Commit these files and nothing else."""
        self._run("add", "--", *paths)
        self._run("commit", "-q", "-m", message, "--", *paths)

    def take_back(self, commit: str) -> None:
        """Make `commit` the last one of the branch again; the files stay as they are."""
        self._run("reset", "-q", "--soft", commit)

    def tag(self, tag: str, message: str) -> None:
        self._run("tag", "-a", tag, "-m", message)

    def shared(self) -> Path:
        """The folder that all work trees of the repository share."""
        return (self.root / self._run("rev-parse", "--git-common-dir").strip()).resolve()

    def unpack(self, revision: str, folder: Path) -> None:
        """Put all files of a revision into `folder`, but for links that lead out of it."""
        with self._archive(revision) as packed:
            packed.extractall(folder, filter=_inside)

    def exported(self, revision: str, paths: Iterable[str]) -> dict[str, bytes]:
        """Those of these files that a revision has, as anybody gets them who takes it from Git."""
        there = self.files(revision)
        if not (asked := [f":(literal){path}" for path in paths if path in there]):
            return {}
        with self._archive(revision, "--", *asked) as packed:
            members = (member for member in packed.getmembers() if member.isfile())
            found = ((member.name, packed.extractfile(member)) for member in members)
            return {name: file.read() for name, file in found if file is not None}

    def _archive(self, *arguments: str) -> tarfile.TarFile:
        data = _raw(self.root, *_ANYWHERE, "archive", "--format=tar", *arguments)
        try:
            return tarfile.open(fileobj=io.BytesIO(data))
        except tarfile.ReadError:  # of a commit without files there is a head alone
            return tarfile.open(fileobj=io.BytesIO(bytes(tarfile.RECORDSIZE)))

    def _own(self, name: str) -> Path:
        """The place of a file that Git keeps for itself."""
        return self.root / self._run("rev-parse", "--git-path", name).strip()

    def _run(self, *arguments: str) -> str:
        return _git(self.root, *arguments)


def _git(folder: Path, *arguments: str) -> str:
    return _raw(folder, *arguments).decode("utf-8", "surrogateescape")


def _inside(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    """A member of an archive, if it and what it links to stay in the folder it is put into."""
    try:
        return tarfile.data_filter(member, folder)
    except tarfile.FilterError:
        return None


def _raw(folder: Path, *arguments: str) -> bytes:
    environment = {name: value for name, value in os.environ.items() if name not in _OTHERS}
    environment |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    command = ["git", "-C", str(folder), *_PLAIN, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    if done.returncode:
        raise GitError((done.stderr or done.stdout).decode("utf-8", "replace").strip())
    return done.stdout
