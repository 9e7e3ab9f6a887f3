"""Building a version again from the source that it was made of, in another folder."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from deckpress.foreign_text import quoted
from deckpress.history import ledger
from deckpress.model import Release
from deckpress.output import manifest, store
from deckpress.reading.files import RELEASES
from releases import assets
from releases.errors import Message, ReleaseError, message
from releases.git import GitError, NoRepositoryError, Repository

ROOT = Path(__file__).resolve().parent.parent
_LEFT = (".git", ".venv", ".cache", "output", "__pycache__", ".*_cache", ".hypothesis")


def package(release: Release, repository: Repository, output: Path, folder: Path) -> Path:
    """The Anki package of a release: as it lies in `output`, or built again below `folder`.

    Raises:
        ReleaseError: it is in neither place.
    """
    home = output / release.version
    if store.intact(output, release.version):
        stated = json.loads((home / manifest.MANIFEST).read_text("utf-8"))
        if stated["deck"]["key"] == release.key:
            return next(home.glob("*.apkg"))
    tag = f"v{release.version}"
    if not repository.tagged(tag):
        raise ReleaseError("rebuild-no-tag", version=release.version, tag=tag)
    tree = folder / "tree"
    repository.unpack(f"refs/tags/{tag}", tree)
    if (source := source_of(release, tree)) is None:
        raise ReleaseError("rebuild-no-source", name=f"{release.name}.md", place=tag)
    return next(_build(tree, source, folder / "built", again=True).glob("*.apkg"))


def source_of(release: Release, tree: Path) -> Path | None:
    """The source of a release in a tree that has both, wherever the deck's folder is there."""
    for path in sorted(tree.rglob(f"{RELEASES}/{release.version}.json")):
        source = path.parent.parent / f"{release.name}.md"
        with contextlib.suppress(OSError, ledger.LedgerError):
            found = ledger.parse(path.name, path.read_bytes())
            if (found.name, found.key) == (release.name, release.key) and source.exists():
                return source
    return None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a version is that was built again: a sentence for each file that differs, and one for
    each tool. `unmade` names the files that only the release itself can make.
    """

    different: tuple[Message, ...]
    tools: tuple[Message, ...] = ()
    unmade: tuple[str, ...] = ()


def compared(files: Mapping[str, bytes], folder: Path) -> Comparison:
    """Build the version of these files again in `folder`, and hold every file against its like.

    `files` are all those of a verified version, by name, as a build or as a download has them.
    Nothing that they say of themselves is believed but which source and which tools made them.

    Raises:
        ReleaseError: it cannot be built again.
    """
    stated = json.loads(files[manifest.MANIFEST])
    source, version = stated["source"], stated["version"]
    built = rebuilt(version, source["name"], source["sha256"], folder, again=stated["release"])
    fresh = store.contents(built, (manifest.SITE,))
    now = json.loads(fresh[manifest.MANIFEST])
    if now["version"] != version:
        other = message("verify-other-version", version=version, other=now["version"])
        return Comparison((other,))
    fresh[manifest.MANIFEST] = manifest.written({**now, "tools": stated["tools"]})
    expected, unmade = _expected(fresh, version, files)
    return Comparison(
        tuple(_differing(files, expected)), tuple(_others(stated["tools"], now["tools"])), unmade
    )


def _expected(
    fresh: Mapping[str, bytes], version: str, files: Mapping[str, bytes]
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The files of a version as a build has them or as a release offers them, whichever `files`
    are; and the names of those that are taken from `files` unseen.
    """
    built = {name: data for name, data in fresh.items() if name != store.CHECKSUMS}
    built[store.CHECKSUMS] = store.checksums(built)
    offered = assets.offered(built, version, files.get(assets.UPGRADE, b""))
    if len(offered.keys() & files.keys()) > len(built.keys() & files.keys()):
        return offered, (assets.UPGRADE,)
    return built, ()


def _differing(files: Mapping[str, bytes], expected: Mapping[str, bytes]) -> Iterator[Message]:
    for name in sorted({*files, *expected}):
        if name not in expected:
            yield message("verify-rebuilt-more", name=quoted(name))
        elif name not in files:
            yield message("verify-rebuilt-less", name=quoted(name))
        elif files[name] != expected[name]:
            what = _difference(files[name], expected[name])
            yield message("verify-rebuilt-differs", name=quoted(name), what=what)


def _others(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Message]:
    for name in sorted({*then, *now}):
        if then.get(name) != now.get(name):
            both = {"then": quoted(then.get(name, "-")), "now": quoted(now.get(name, "-"))}
            yield message("verify-tool", name=quoted(name), **both)


def _difference(then: bytes, now: bytes) -> str | Message:
    """Where two files differ: the members of an archive, or the first byte."""
    with contextlib.suppress(zipfile.BadZipFile):
        crcs = []
        for data in (then, now):
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                crcs.append({entry.filename: entry.CRC for entry in packed.infolist()})
        names = sorted({*crcs[0], *crcs[1]})
        if members := [name for name in names if crcs[0].get(name) != crcs[1].get(name)]:
            return ", ".join(map(quoted, members))
    pairs = enumerate(zip(then, now, strict=False))
    at = next((place for place, (a, b) in pairs if a != b), min(len(then), len(now)))
    return message("verify-byte", at=at, then=len(then), now=len(now))


def rebuilt(version: str, name: str, digest: str, folder: Path, *, again: bool) -> Path:
    """The folder of `version`, built anew below `folder`.

    A release is built from its tag, or from this tree where there is no Git; a development build
    from this tree. Its source is the file `name` with that SHA-256.

    Raises:
        ReleaseError: there is no such source, or it cannot be built.
    """
    trees = _released(f"v{version}", version, folder) if again else _this_one(folder)
    for tree in trees:
        for path in sorted(tree.rglob("*.md")):
            if path.name != name or not path.is_file():
                continue
            if sha256(path.read_bytes()).hexdigest() == digest:
                return _build(tree, path, folder / "built", again=again)
    place = f"v{version}" if again else ROOT
    raise ReleaseError("rebuild-no-source", name=quoted(name), place=place)


def _this_one(folder: Path) -> Iterator[Path]:
    """A copy of the tree that this program lies in."""
    tree, left = folder / "tree", shutil.ignore_patterns(*_LEFT)
    shutil.copytree(ROOT, tree, ignore=left, ignore_dangling_symlinks=True)
    yield tree


def _repositories() -> Iterator[Repository]:
    """The repository that the user is in, and the program's own; none in an unpacked archive.

    Raises:
        ReleaseError: there is one, and Git is not there or refuses.
    """
    for place in dict.fromkeys((Path.cwd(), ROOT)):
        try:
            yield Repository.of(place)
        except NoRepositoryError:
            continue
        except GitError as error:
            raise ReleaseError("git-refuses", folder=place, reason=error) from error
        except OSError as error:
            if (place / ".git").exists():
                raise ReleaseError("git-missing") from error


def _released(tag: str, version: str, folder: Path) -> Iterator[Path]:
    """What a tag holds: in the repository that the user is in, and then in the program's own."""
    there = list(_repositories())
    if not there:
        yield from _this_one(folder)
        return
    tagged = [repository for repository in there if repository.tagged(tag)]
    if not tagged:
        raise ReleaseError("rebuild-no-tag", version=version, tag=tag)
    for number, repository in enumerate(tagged):
        tree = folder / f"tree-{number}"
        repository.unpack(f"refs/tags/{tag}", tree)
        yield tree


def _build(tree: Path, source: Path, output: Path, *, again: bool) -> Path:
    """Build with the program of that tree; with this one where the tree has none."""
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
    # The packages here serve if they are those that the tree is locked to.
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
