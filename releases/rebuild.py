"""Building a version again, in another folder, from the source that it was made of."""

from __future__ import annotations

import contextlib
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
from deckpress.reading.paths import RELEASES_FOLDER
from releases import assets
from releases.errors import ReleaseError
from releases.git import GitError, NoRepositoryError, Repository
from releases.messages import Message, message

ROOT = Path(__file__).resolve().parent.parent
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
    home = output / release.version
    if store.is_intact(output, release.version):
        stated = json.loads((home / manifest.MANIFEST).read_text("utf-8"))
        if stated["deck"]["key"] == release.key:
            return next(home.glob("*.apkg"))
    tag = f"v{release.version}"
    if not repository.tagged_commit(tag):
        raise ReleaseError("rebuild-no-tag", version=release.version, tag=tag)
    tree = folder / "tree"
    repository.unpack(f"refs/tags/{tag}", tree)
    if (source := find_released_source(release, tree)) is None:
        raise ReleaseError("rebuild-no-source", name=f"{release.name}.md", place=tag)
    return next(_build(tree, source, folder / "built", again=True).glob("*.apkg"))


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


def rebuild_and_compare(files: Mapping[str, bytes], folder: Path) -> Comparison:
    """Build the version of these files again in `folder`, and compare every file.

    `files` are all files of a verified version by name, from a build or from a download. What they
    say of themselves is not trusted, except which source and which tools made them.

    Raises:
        ReleaseError: the version cannot be built again.
    """
    stated = json.loads(files[manifest.MANIFEST])
    source, version = stated["source"], stated["version"]
    built = _rebuild(version, source["name"], source["sha256"], folder, again=stated["release"])
    fresh = store.read_folder(built, (manifest.SITE,))
    now = json.loads(fresh[manifest.MANIFEST])
    if now["version"] != version:
        other = message("verify-other-version", version=version, other=now["version"])
        return Comparison((other,))
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
    before, after = unpack(then), unpack(now)
    members = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    if before and after and members:
        return ", ".join(map(quoted, members))
    pairs = enumerate(zip(then, now, strict=False))
    at = next((place for place, (a, b) in pairs if a != b), min(len(then), len(now)))
    return message("verify-byte", at=at, then=len(then), now=len(now))


def _rebuild(version: str, name: str, digest: str, folder: Path, *, again: bool) -> Path:
    """Build `version` again below `folder`, and return the folder of its files.

    A release (`again`) is built from its tag, or from the program's own tree where there is no Git;
    a development build from the program's own tree. Its source is the file `name` with the SHA-256
    `digest`.

    Raises:
        ReleaseError: there is no such source, or it cannot be built.
    """
    trees = _tagged_trees(f"v{version}", version, folder) if again else _own_tree(folder)
    for tree in trees:
        for path in sorted(tree.rglob("*.md")):
            if path.name != name or not path.is_file():
                continue
            if sha256(path.read_bytes()).hexdigest() == digest:
                return _build(tree, path, folder / "built", again=again)
    place = f"v{version}" if again else ROOT
    raise ReleaseError("rebuild-no-source", name=quoted(name), place=place)


def _own_tree(folder: Path) -> Iterator[Path]:
    """A copy of the tree that this program is in."""

    def ignore(place: str, names: list[str]) -> set[str]:
        top = _NOT_COPIED_TOP if Path(place) == ROOT else set()
        return _NOT_COPIED(place, names) | (top & set(names))

    tree = folder / "tree"
    shutil.copytree(ROOT, tree, ignore=ignore, ignore_dangling_symlinks=True)
    yield tree


def _repositories() -> Iterator[Repository]:
    """The repository of the current folder and the program's own; none in an unpacked archive.

    Raises:
        ReleaseError: there is a repository, but Git is not installed or refuses.
    """
    for place in dict.fromkeys((Path.cwd(), ROOT)):
        try:
            yield Repository.find(place)
        except NoRepositoryError:
            continue
        except GitError as error:
            raise ReleaseError("git-refuses", folder=place, reason=error) from error
        except OSError as error:
            if (place / ".git").exists():
                raise ReleaseError("git-missing") from error


def _tagged_trees(tag: str, version: str, folder: Path) -> Iterator[Path]:
    """The tree of a tag, from the current folder's repository and then from the program's own."""
    repositories = list(_repositories())
    if not repositories:
        yield from _own_tree(folder)
        return
    tagged = [repository for repository in repositories if repository.tagged_commit(tag)]
    if not tagged:
        raise ReleaseError("rebuild-no-tag", version=version, tag=tag)
    for number, repository in enumerate(tagged):
        tree = folder / f"tree-{number}"
        repository.unpack(f"refs/tags/{tag}", tree)
        yield tree


def _build(tree: Path, source: Path, output: Path, *, again: bool) -> Path:
    """Build a source with the program of its tree, or with this one if the tree has none.

    With `again`, its last release is built. Returns the folder of the version in `output`.
    """
    home = tree if (tree / "build.py").exists() else ROOT
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
    if locks[0].read_bytes() == locks[1].read_bytes():
        command.append("--no-setup")
    environment = {**os.environ, "PYTHONHASHSEED": "random", "TZ": "Asia/Kathmandu"}
    done = subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ReleaseError("rebuild-failed", reason=done.stderr.strip())
    return (output / store.LATEST).resolve()
