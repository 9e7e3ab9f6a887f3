"""Git, as far as releases need it: uncommitted changes, past releases, commits and tags."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

# A release has the same line ends on every machine, whatever its user has set.
_UNIX_LINE_ENDS = ("-c", "core.autocrlf=false", "-c", "core.eol=lf")
# A user may have set these otherwise, and the output that is parsed here would be another one.
_PLAIN_OUTPUT = ("-c", "log.follow=false", "-c", "log.showSignature=false")
# Git sets these variables for its hooks. They name the hook's repository, not that of the source.
_HOOK_VARIABLES = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
)
# One of these files is there during a merge or a cherry-pick, in which Git commits only everything.
_MERGE_FILES = ("MERGE_HEAD", "CHERRY_PICK_HEAD")


class GitError(Exception):
    """A Git command failed; the message is Git's own."""


class NoRepositoryError(GitError):
    """A folder is in no Git repository."""


class Repository:
    """A Git repository with its work tree.

    Paths are relative to its root, with ``/``. A revision is whatever Git takes for one, such as
    ``HEAD``; a blob is the object id under which Git keeps the content of a file. Every method that
    runs Git raises `GitError` if the command fails, unless it says otherwise.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def find(cls, folder: Path) -> Repository:
        """The repository that `folder` is in.

        Raises:
            NoRepositoryError: there is none.
            GitError: there is one, but Git does not trust it.
            OSError: Git is not installed.
        """
        try:
            return cls(Path(_git(folder, "rev-parse", "--show-toplevel").strip()))
        except GitError as error:
            if "not a git repository" in str(error):
                raise NoRepositoryError(str(error)) from error
            raise

    @classmethod
    def find_or_none(cls, folder: Path) -> Repository | None:
        """The repository that `folder` is in; None without a repository or without Git."""
        try:
            return cls.find(folder)
        except (GitError, OSError):
            return None

    def relative(self, path: Path) -> str:
        """The path of a file relative to the root.

        Raises:
            ValueError: the file is outside the repository.
        """
        return path.resolve().relative_to(self.root.resolve()).as_posix()

    def uncommitted(self) -> list[str]:
        """The files that differ from the last commit or are new, sorted; ignored files are left
        out.
        """
        found, entries = [], iter(self._run("status", "--porcelain", "-z", "-uall").split("\0"))
        for entry in entries:
            if entry:
                found.append(entry[3:])
                if "R" in entry[:2]:
                    next(entries)  # a renamed file's old name
        return sorted(found)

    def added_blobs(self, folder: str) -> dict[str, set[str]]:
        """The files that any branch or tag ever added to `folder`, each with the blobs it was added
        as.

        What was put aside with `git stash` does not count: it is on no branch.
        """
        if not self.commit_of("HEAD"):
            return {}
        everywhere = ("--branches", "--tags", "--remotes", "HEAD", "-m", "--diff-filter=A")
        found: dict[str, set[str]] = {}
        for name, _, _, blob in self._changes(folder, *everywhere):
            found.setdefault(name, set()).add(blob)
        return found

    def withdrawn_blobs(self, folder: str) -> dict[str, set[str]]:
        """The files that a commit of this branch deleted from `folder` for good, each with the
        blobs that it deleted.

        A file that a merge lost does not count, nor one that the tip of a branch or a tag still
        has, in whatever folder: others may have it.
        """
        last: dict[tuple[str, str], str] = {}  # of each file: what was done to it last
        branch = ("--topo-order", "--diff-filter=AD", "HEAD")
        for name, change, before, after in self._changes(folder, *branch):
            last.setdefault((name, before if change == "D" else after), change)
        deleted = {file for file, change in last.items() if change == "D"}
        kept = self._blobs_at_tips() if deleted else set()
        found: dict[str, set[str]] = {}
        for name, blob in deleted:
            if blob not in kept:
                found.setdefault(name, set()).add(blob)
        return found

    def _changes(self, folder: str, *commits: str) -> Iterator[tuple[str, str, str, str]]:
        """What these commits did to the files of `folder`, the latest first: the name, A or D as in
        ``--diff-filter``, and the blobs before and after.
        """
        form = ("--no-renames", "--raw", "--no-abbrev", "--format=", "-z")
        entries = self._run("log", *commits, *form, "--", folder).split("\0")
        for facts, name in zip(entries[::2], entries[1::2], strict=False):
            _, _, before, after, change = facts.split()
            yield name, change, before, after

    def _blobs_at_tips(self) -> set[str]:
        """The blobs of all files at the tips of branches and at tags, other people's too."""
        form = "--format=%(objecttype)%(*objecttype) %(refname)"
        listed = self._run("for-each-ref", form, "refs/heads", "refs/remotes", "refs/tags")
        refs = (line.partition(" ") for line in listed.splitlines())
        trees = [ref for kind, _, ref in refs if kind.endswith(("commit", "tree"))]
        return {blob for ref in trees for blob in self.files(ref).values()}

    def blob_of(self, path: str) -> str:
        """The blob that a file in the work tree has, or would have."""
        return self._run("hash-object", "--", path).strip()

    def read_blob(self, blob: str) -> bytes:
        """The content of a blob."""
        return _raw(self.root, "cat-file", "blob", blob)

    def files(self, revision: str) -> dict[str, str]:
        """The files of a revision, each with its blob."""
        listed = self._run("ls-tree", "-r", "-z", "--full-tree", revision).split("\0")
        entries = (line.partition("\t") for line in listed if line)
        return {name: facts.split()[2] for facts, _, name in entries}

    def commit_of(self, revision: str) -> str:
        """The hash of the commit that a revision names; empty if there is none."""
        try:
            return self._run("rev-parse", "-q", "--verify", f"{revision}^{{commit}}").strip()
        except GitError:
            return ""

    def tagged_commit(self, tag: str) -> str:
        """The hash of the commit that a tag names; empty if there is no such tag."""
        return self.commit_of(f"refs/tags/{tag}")

    def tags_below(self, tag: str) -> list[str]:
        """The tags such as ``v1.0.0/x``: while there is one, Git cannot make a tag ``v1.0.0``."""
        listing = ("for-each-ref", "--format=%(refname:strip=2)", f"refs/tags/{tag}/")
        return self._run(*listing).splitlines()

    def has_file(self, revision: str, path: str) -> bool:
        """Whether a revision has this file."""
        try:
            self._run("cat-file", "-e", f"{revision}:{path}")
        except GitError:
            return False
        return True

    def commit_adding(self, path: str) -> str:
        """The hash of the latest commit of this branch that added a file; empty if none did."""
        return self._run("log", "-1", "--diff-filter=A", "--format=%H", "HEAD", "--", path).strip()

    def remote_url(self, name: str) -> str:
        """The address that this repository fetches from a remote; empty if it has no such remote.

        It is as it was written, without what a user's settings make of it.
        """
        try:
            return self._run("config", "--local", "--get", f"remote.{name}.url").strip()
        except GitError:
            return ""

    def is_shallow(self) -> bool:
        """Whether this clone lacks earlier commits."""
        return self._run("rev-parse", "--is-shallow-repository").strip() == "true"

    def branch(self) -> str:
        """The branch that is checked out; empty if none is."""
        try:
            return self._run("symbolic-ref", "-q", "--short", "HEAD").strip()
        except GitError:
            return ""

    def remotes(self) -> dict[str, str]:
        """The remotes by name, in Git's order, each with the URL from which it is fetched."""
        names = self._run("remote").splitlines()
        return {name: self._run("remote", "get-url", name).strip() for name in names}

    def followed_remote(self) -> str:
        """The remote that the branch follows; empty if there is none."""
        try:
            return self._run("config", "--get", f"branch.{self.branch()}.remote").strip()
        except GitError:
            return ""

    def ignored(self, paths: Sequence[str]) -> list[str]:
        """Those of these files that Git would not add, because it is told to ignore them."""
        try:
            command = ("-c", "core.quotePath=false", "check-ignore", "--", *paths)
            return self._run(*command).splitlines()
        except GitError:  # none
            return []

    def require_identity(self) -> None:
        """Refuse to go on if Git knows no name and address to commit and tag with.

        Raises:
            GitError: it knows none.
        """
        self._run("var", "GIT_AUTHOR_IDENT")
        self._run("var", "GIT_COMMITTER_IDENT")

    def index_lock(self) -> Path:
        """The file that is there while some Git changes the index: what the next commit holds."""
        return self._git_file("index.lock")

    def is_merging(self) -> bool:
        """Whether a merge or a cherry-pick waits for its commit."""
        return any(self._git_file(name).exists() for name in _MERGE_FILES)

    def commit(self, paths: Sequence[str], message: str) -> None:
        """Commit these files and nothing else."""
        self._run("add", "--", *paths)
        self._run("commit", "-q", "-m", message, "--", *paths)

    def soft_reset(self, commit: str) -> None:
        """Make `commit` the last one of the branch again; the files stay as they are."""
        self._run("reset", "-q", "--soft", commit)

    def tag(self, tag: str, message: str) -> None:
        """Tag the last commit, with a message."""
        self._run("tag", "-a", tag, "-m", message)

    def common_folder(self) -> Path:
        """Git's own folder, which all work trees of the repository share."""
        return (self.root / self._run("rev-parse", "--git-common-dir").strip()).resolve()

    def unpack(self, revision: str, folder: Path) -> None:
        """Write all files of a revision into `folder`, except links that lead out of it."""
        with self._archive(revision) as archive:
            archive.extractall(folder, filter=_inside)

    def exported(self, revision: str, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of these files in a revision, as anybody gets it who takes it from Git.

        Files that the revision lacks, or that its attributes keep out of archives, are left out.
        """
        there = self.files(revision)
        if not (asked := [f":(literal){path}" for path in paths if path in there]):
            return {}
        with self._archive(revision, "--", *asked) as archive:
            members = (member for member in archive.getmembers() if member.isfile())
            found = ((member.name, archive.extractfile(member)) for member in members)
            return {name: file.read() for name, file in found if file is not None}

    def _archive(self, *arguments: str) -> tarfile.TarFile:
        data = _raw(self.root, *_UNIX_LINE_ENDS, "archive", "--format=tar", *arguments)
        try:
            return tarfile.open(fileobj=io.BytesIO(data))
        except tarfile.ReadError:  # a commit without files gives a header alone
            return tarfile.open(fileobj=io.BytesIO(bytes(tarfile.RECORDSIZE)))

    def _git_file(self, name: str) -> Path:
        """The path of a file in Git's own folder."""
        return self.root / self._run("rev-parse", "--git-path", name).strip()

    def _run(self, *arguments: str) -> str:
        return _git(self.root, *arguments)


def _git(folder: Path, *arguments: str) -> str:
    return _raw(folder, *arguments).decode("utf-8", "surrogateescape")


def _inside(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    """The member of an archive; None if it, or what it links to, lies outside `folder`."""
    try:
        return tarfile.data_filter(member, folder)
    except tarfile.FilterError:
        return None


def _raw(folder: Path, *arguments: str) -> bytes:
    """What a Git command in `folder` prints."""
    environment = {k: value for k, value in os.environ.items() if k not in _HOOK_VARIABLES}
    environment |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    command = ["git", "-C", str(folder), *_PLAIN_OUTPUT, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    if done.returncode:
        raise GitError((done.stderr or done.stdout).decode("utf-8", "replace").strip())
    return done.stdout
