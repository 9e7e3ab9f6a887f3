"""Building a version again, in another folder, from the source that it was made of."""

from __future__ import annotations

import contextlib
import filecmp
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from deckpress.foreign_text import quoted
from deckpress.history import ledger
from deckpress.model import Release
from deckpress.output import manifest, store
from deckpress.output.archive import unpack
from deckpress.output.regular_files import read_regular
from deckpress.program import IS_INSTALLED, ROOT
from deckpress.reading.disk.paths import RELEASES_FOLDER
from releases import assets
from releases.errors import ReleaseError
from releases.messages import Message, Step, message, silent
from releases.repository.git import GitError, NoRepositoryError, Repository

_MORE = 10_000_000  # bytes by which an archive may be larger than it should, to be looked into
# What a copy of the tree does without: at its top, where builds go; and anywhere.
_NOT_COPIED_TOP = {".git", ".venv", ".cache", "output", ".hypothesis"}
_NOT_COPIED = shutil.ignore_patterns("__pycache__", ".*_cache")


def find_or_build_package(
    release: Release, repository: Repository, output: Path, folder: Path
) -> Path:
    """The Anki package of a release: the one in `output`, or one built again below `folder`.

    Raises:
        ReleaseError: it is not in `output` and cannot be built.
    """
    if (package := _published_package(release, output)) is not None:
        return package
    tag = f"v{release.version}"
    if not repository.tagged_commit(tag):
        facts = {"version": release.version, "tag": tag, "folder": repository.root}
        raise ReleaseError("rebuild-no-tag", **facts)
    tree = folder / "tree"
    repository.unpack(f"refs/tags/{tag}", tree)
    if (source := find_released_source(release, tree)) is None:
        raise ReleaseError("rebuild-no-source", name=f"{release.name}.md", place=tag)
    home = _program(tree, named=False)
    return next(_build(home, source, folder / "built", again=True).glob("*.apkg"))


def _published_package(release: Release, output: Path) -> Path | None:
    """The Anki package of a release in `output`; None if the folder there is not that release."""
    home = output / release.version
    if not store.is_intact(output, release.version):
        return None
    try:
        stated = json.loads(read_regular(home / manifest.MANIFEST, store.LARGEST_LIST))
        if stated["deck"]["key"] != release.key:
            return None
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return None
    return next((path for path in home.glob("*.apkg") if path.is_file()), None)


def find_released_source(release: Release, tree: Path) -> Path | None:
    """The source of a release in a folder tree; None if the tree lacks it.

    It is found by the release's file in its ledger, wherever the deck's folder is in the tree.
    """
    for path in sorted(tree.rglob(f"{RELEASES_FOLDER}/{release.version}.json")):
        source = path.parent.parent / f"{release.name}.md"
        with contextlib.suppress(OSError, ledger.LedgerError):
            found = ledger.parse(path.name, path.read_bytes())
            if (found.name, found.key) == (release.name, release.key) and source.exists():
                return source
    return None


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a version differs from itself when it is built again.

    There is a sentence for each file and for each tool that differs. `not_rebuilt` names the files
    that only the release itself could make.
    """

    different: tuple[Message, ...]
    tools: tuple[Message, ...] = ()
    not_rebuilt: tuple[str, ...] = ()


def rebuild_and_compare(
    files: Mapping[str, bytes], folder: Path, program: Path | None = None, step: Step = silent
) -> Comparison:
    """Build the version of these files again in `folder`, and compare every file.

    `files` are all files of a verified version by name, from a build or from a download. What they
    say of themselves is not trusted, except which source and which tools made them. The source and
    the program come from the repository at `program`, or else from the one that this program is in,
    and from no other: a download may bring a repository of its own, with a program. An installed
    program is in none: it builds with itself, from the source in the current folder's repository.
    `step` is told which repository it is, and which commit, before anything of it runs.

    Raises:
        ReleaseError: the version cannot be built again.
    """
    stated = json.loads(files[manifest.MANIFEST])
    version = stated["version"]
    place = program or (_current_repository() if IS_INSTALLED else ROOT)
    trees = _tagged_tree(version, place, folder, step) if stated["release"] else None
    tree = trees or _copied_tree(version, place, folder, step)
    source = _source_in(tree, stated["source"]["name"], stated["source"]["sha256"])
    if source is None:
        where = f"v{version}" if trees else place
        raise ReleaseError("rebuild-no-source", name=quoted(stated["source"]["name"]), place=where)
    home = _program(tree, named=program is not None)
    built = _build(home, source, folder / "built", again=stated["release"])
    fresh = store.read_folder(built, (manifest.SITE,))
    now = json.loads(fresh[manifest.MANIFEST])
    if now["version"] != version:
        other = message("verify-other-version", version=version, other=now["version"])
        return Comparison((other,), tuple(_different_tools(stated["tools"], now["tools"])))
    fresh[manifest.MANIFEST] = manifest.serialise({**now, "tools": stated["tools"]})
    expected, not_rebuilt = _expected(fresh, version, files)
    return Comparison(
        tuple(_different_files(files, expected)),
        tuple(_different_tools(stated["tools"], now["tools"])),
        not_rebuilt,
    )


def _expected(
    fresh: Mapping[str, bytes], version: str, files: Mapping[str, bytes]
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The files that were just built, as a build or as a release has them, whichever `files` are.

    Also the names of those that are taken from `files` as they are.
    """
    built = {name: data for name, data in fresh.items() if name != store.CHECKSUMS}
    built[store.CHECKSUMS] = store.checksums(built)
    offered = assets.release_assets(built, version, files.get(assets.UPGRADE, b""))
    if len(offered.keys() & files.keys()) > len(built.keys() & files.keys()):
        return offered, (assets.UPGRADE,)
    return built, ()


def _different_files(
    files: Mapping[str, bytes], expected: Mapping[str, bytes]
) -> Iterator[Message]:
    for name in sorted({*files, *expected}):
        if name not in expected:
            yield message("verify-rebuilt-more", name=quoted(name))
        elif name not in files:
            yield message("verify-rebuilt-less", name=quoted(name))
        elif files[name] != expected[name]:
            what = _difference(files[name], expected[name])
            yield message("verify-rebuilt-differs", name=quoted(name), what=what)


def _different_tools(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Message]:
    for name in sorted({*then, *now}):
        if then.get(name) != now.get(name):
            both = {"then": quoted(then.get(name, "-")), "now": quoted(now.get(name, "-"))}
            yield message("verify-tool", name=quoted(name), **both)


def _difference(then: bytes, now: bytes) -> str | Message:
    """Where two files differ: the names of an archive's members, or else the first byte."""
    after = unpack(now)
    before = unpack(then, sum(map(len, after.values())) + _MORE)
    members = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    if before and after and members:
        return ", ".join(map(quoted, members))
    pairs = enumerate(zip(then, now, strict=False))
    at = next((place for place, (a, b) in pairs if a != b), min(len(then), len(now)))
    return message("verify-byte", at=at, then=len(then), now=len(now))


def _source_in(tree: Path, name: str, digest: str) -> Path | None:
    """The file of a tree with this name and this SHA-256; None if there is none."""
    paths = (path for path in sorted(tree.rglob("*.md")) if path.name == name and path.is_file())
    return next((one for one in paths if sha256(one.read_bytes()).hexdigest() == digest), None)


def _copied_tree(version: str, place: Path, folder: Path, step: Step) -> Path:
    """A copy of the tree at `place` as it is now."""

    def ignore(home: str, names: list[str]) -> set[str]:
        top = _NOT_COPIED_TOP if Path(home) == place else set()
        return _NOT_COPIED(home, names) | (top & set(names))

    step(message("rebuild-from-tree", version=version, folder=str(place)))
    tree = folder / "tree"
    shutil.copytree(place, tree, ignore=ignore, ignore_dangling_symlinks=True)
    return tree


def _tagged_tree(version: str, place: Path, folder: Path, step: Step) -> Path | None:
    """The tree of a version's tag in the repository at `place`; None if that is in no repository.

    Raises:
        ReleaseError: the repository has no such tag, or Git is not installed or refuses.
    """
    tag = f"v{version}"
    try:
        repository = Repository.find(place)
        if not (commit := repository.tagged_commit(tag)):
            raise ReleaseError("rebuild-no-tag", version=version, tag=tag, folder=place)
        facts = {"tag": tag, "commit": commit[:12], "folder": str(repository.root)}
        step(message("rebuild-from-tag", version=version, **facts))
        tree = folder / "tree"
        repository.unpack(commit, tree)
        return tree
    except NoRepositoryError:
        return None
    except GitError as error:
        raise ReleaseError("git-refuses", folder=place, reason=error) from error
    except OSError as error:
        if not (place / ".git").exists():
            return None
        raise ReleaseError("git-missing") from error


def _current_repository() -> Path:
    """The top of the repository that the current folder is in.

    Raises:
        ReleaseError: it is in none, or Git cannot tell.
    """
    repository = Repository.find_or_none(Path.cwd())
    if repository is None:
        raise ReleaseError("rebuild-no-program")
    return repository.root


def _program(tree: Path, *, named: bool) -> Path:
    """The folder of the program that builds a tree: the tree's, or this one if it has none.

    An installed program runs no other, unless its repository was `named`.
    """
    own = (tree / "build.py").exists() and (named or not IS_INSTALLED)
    return tree if own else ROOT


def _build(home: Path, source: Path, output: Path, *, again: bool) -> Path:
    """Build a source with the program in the folder `home`.

    With `again`, its last release is built. Returns the folder of the version in `output`.
    """
    command = [
        sys.executable,
        str(home / "build.py"),
        "build",
        str(source),
        "--output",
        str(output),
    ]
    command += ["--release"] if again else []
    # The packages installed here will do if they are the ones that the tree locks.
    locks = [folder / "requirements.lock" for folder in (home, ROOT)]
    if home == ROOT or (
        all(lock.exists() for lock in locks) and filecmp.cmp(locks[0], locks[1], shallow=False)
    ):
        command.append("--no-setup")
    environment = {**os.environ, "PYTHONHASHSEED": "random", "TZ": "Asia/Kathmandu"}
    done = subprocess.run(
        command, cwd=source.parent, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ReleaseError("rebuild-failed", reason=done.stderr.strip())
    return (output / store.LATEST).resolve()
