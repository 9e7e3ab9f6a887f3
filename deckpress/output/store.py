"""output/: one folder a version, written whole or not at all.

A version's files are written to a hidden folder beside it, synced, and renamed into place; then the
link ``latest`` is swapped. A failure, an interrupt or a kill therefore leaves every published
folder as it was, and two builds at once cannot mix their files.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from hashlib import file_digest, sha256
from pathlib import Path

from deckpress.output.filenames import folders, is_below

LATEST = "latest"
CHECKSUMS = "SHA256SUMS"
_DEVELOPMENT = re.compile(r"\d+\.\d+\.\d+-dev\+.+")
_BUILDING = ".building-"
_REPLACED = ".replaced-"
_DRAFT = ".new"


class StoreError(Exception):
    """The output folder cannot take this build. `reason` is a key of the author's messages."""

    def __init__(self, reason: str, path: Path, detail: str = "") -> None:
        super().__init__(f"{reason}: {path} {detail}".rstrip())
        self.reason = reason
        self.path = path
        self.detail = detail


class Outcome(StrEnum):
    PUBLISHED = "published"
    UNCHANGED = "unchanged"


def checksums(files: Mapping[str, bytes]) -> bytes:
    """The text of SHA256SUMS for these files, in the form that ``sha256sum --check`` reads."""
    return "".join(
        f"{sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)
    ).encode()


def intact(output: Path, version: str) -> bool:
    """Whether `version` is published and each of its files still has its checksum."""
    folder = output / version
    try:
        sums = (folder / CHECKSUMS).read_text("utf-8")
        named = {name: digest for digest, _, name in (s.partition("  ") for s in sums.splitlines())}
        return (
            bool(named)
            and _entries(folder) == {*named, CHECKSUMS, *folders(named)}
            and all(
                sha256((folder / name).read_bytes()).hexdigest() == digest
                for name, digest in named.items()
            )
        )
    except (OSError, ValueError):
        return False


def publish(
    output: Path, version: str, files: Mapping[str, bytes], *, immutable: bool = False
) -> Outcome:
    """Publish `files` (name -> bytes) and their checksums as `version`, and point `latest` at it.

    A name may lead into folders of the version, such as ``site/index.html``. What is already there
    byte for byte is left alone. A folder that differs is replaced, as for a development build whose
    files were damaged, unless it is `immutable`: a released version.

    Raises:
        StoreError: nothing was published; what was there before is still there.
    """
    if astray := [name for name in files if not is_below(name)]:
        raise StoreError("store-astray", output / version, ", ".join(astray))
    whole = {**files, CHECKSUMS: checksums(files)}
    try:
        output.mkdir(parents=True, exist_ok=True)
        with _alone(output):
            _sweep(output)
            outcome = _place(output, output / version, whole, immutable)
            _point(output, version)
    except OSError as error:
        raise StoreError("store-failed", output, error.strerror or str(error)) from error
    return outcome


def create(path: Path, data: bytes) -> None:
    """Write a file that must not be there yet: the whole of it, or nothing.

    Raises:
        StoreError: it is there, or cannot be written.
    """
    fresh = _draft(path)
    try:
        path.parent.mkdir(exist_ok=True)
        try:
            _write(fresh, data)
            os.link(fresh, path)
        finally:
            fresh.unlink(missing_ok=True)
        _sync(path.parent)
    except FileExistsError as error:
        raise StoreError("store-exists", path) from error
    except OSError as error:
        with contextlib.suppress(OSError):
            path.parent.rmdir()  # if it was made for this file
        raise StoreError("store-failed", path, error.strerror or str(error)) from error


def replace(path: Path, data: bytes) -> None:
    """Write a file in the place of what is there, at once.

    Raises:
        StoreError: it cannot be written, and is as it was.
    """
    fresh = _draft(path)
    try:
        try:
            _write(fresh, data)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
        _sync(path.parent)
    except OSError as error:
        raise StoreError("store-failed", path, error.strerror or str(error)) from error


def sweep(folder: Path) -> None:
    """Remove what kills left of `create` and `replace`; only while no other is at work there."""
    for path in folder.glob(f".*{_DRAFT}"):
        path.unlink(missing_ok=True)


def is_draft(name: str) -> bool:
    """Whether a file of that name is what a kill left of `create` or `replace`."""
    return name.startswith(".") and name.endswith(_DRAFT)


def _draft(path: Path) -> Path:
    return path.with_name(f".{path.name}{_DRAFT}")


def point(output: Path, version: str) -> None:
    """Make `latest` lead to `version`, a published one, if it does not yet.

    Where the file system has no links, `latest` becomes a small file that holds the version's name.

    Raises:
        StoreError: `latest` is as it was.
    """
    try:
        with _alone(output):
            _point(output, version)
    except OSError as error:
        raise StoreError("store-failed", output, error.strerror or str(error)) from error


def clean(output: Path, keep: int, among: Collection[str] | None = None) -> tuple[str, ...]:
    """Remove the development builds but the last `keep`, and but the one that `latest` leads to.

    With `among`, only builds of these names count, and all others stay.

    Releases stay, and so does whatever no build has written. Returns the names of what was removed,
    the oldest first.

    Raises:
        StoreError: some of them are still there.
    """
    try:
        if not output.is_dir():
            return ()
        with _alone(output):
            _sweep(output)
            latest = _latest(output)
            there = (each for each in _development(output) if among is None or each.name in among)
            builds = sorted(there, key=lambda path: (path.stat().st_mtime, path))
            old = [path for path in builds[: max(0, len(builds) - keep)] if path.name != latest]
            with _scratch(output) as scratch:
                for path in old:
                    path.rename(scratch / path.name)  # a kill leaves no half of a build in sight
            return tuple(path.name for path in old)
    except OSError as error:
        raise StoreError("store-failed", output, error.strerror or str(error)) from error


def contents(folder: Path, inner: Iterable[str] = ()) -> dict[str, bytes]:
    """The files of a folder, and of the folders `inner` in it, by name.

    What it links to elsewhere is left out, and so are other folders: a release is often downloaded
    into a folder that holds more than that.

    Raises:
        StoreError: it cannot be read.
    """
    return dict(opened(folder, inner))


class Files(Mapping[str, bytes]):
    """The files of a folder by name, which are read when they are asked for: some are large.

    `strays` are what else is there: links, and folders that hold none of the files.
    """

    def __init__(self, folder: Path, names: Iterable[str], strays: Iterable[str]) -> None:
        self._folder = folder
        self._names = dict.fromkeys(names)
        self.strays = tuple(strays)

    def __getitem__(self, name: str) -> bytes:
        if name not in self._names:
            raise KeyError(name)
        with _reading(self._folder):
            return (self._folder / name).read_bytes()

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def sha256(self, name: str) -> str:
        """The checksum of a file, which may be larger than the memory."""
        with _reading(self._folder), (self._folder / name).open("rb") as file:
            return file_digest(file, "sha256").hexdigest()


def opened(folder: Path, inner: Iterable[str] = ()) -> Files:
    """The files of a folder and of the folders `inner` in it, as for `contents`; nothing is read.

    Raises:
        StoreError: the folder cannot be read.
    """
    with _reading(folder):
        paths = [*folder.iterdir()]
        for home in map(folder.joinpath, inner):
            if home.is_dir() and not home.is_symlink():
                paths += (home / name for name in _entries(home))
        named = {path.relative_to(folder).as_posix(): path for path in sorted(paths)}
        own = [name for name, path in named.items() if path.is_file() and not path.is_symlink()]
        return Files(folder, own, named.keys() - {*own, *folders(own), *inner})


@contextlib.contextmanager
def _reading(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError("store-unreadable", folder, error.strerror or str(error)) from error


def _entries(folder: Path) -> set[str]:
    """The names of all files, links and folders below a folder; links are not followed."""
    found: set[str] = set()
    for home, names, files in os.walk(folder):
        found.update(Path(home, name).relative_to(folder).as_posix() for name in (*names, *files))
    return found


def _development(output: Path) -> Iterator[Path]:
    for path in output.iterdir():
        if _DEVELOPMENT.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            yield path


def _latest(output: Path) -> str:
    """The version that `latest` leads to, by a link or by a file that says it."""
    latest = output / LATEST
    with contextlib.suppress(OSError):
        return latest.readlink().name
    with contextlib.suppress(OSError, ValueError):
        return latest.read_text("utf-8").strip()
    return ""


def _point(output: Path, version: str) -> None:
    latest = output / LATEST
    with contextlib.suppress(OSError):
        if str(latest.readlink()) == version:
            return
    if latest.is_dir() and not latest.is_symlink():
        raise StoreError("store-latest-is-folder", latest)
    with _scratch(output) as scratch:
        link = scratch / LATEST
        try:
            link.symlink_to(version, target_is_directory=True)
        except (OSError, NotImplementedError):
            link.write_text(f"{version}\n", "utf-8")
        link.replace(latest)
    _sync(output)


def _place(output: Path, folder: Path, files: Mapping[str, bytes], immutable: bool) -> Outcome:
    if _same(folder, files):
        return Outcome.UNCHANGED
    with _scratch(output) as scratch:
        fresh = scratch / folder.name
        fresh.mkdir()
        homes = sorted(folders(files))
        for home in homes:
            (fresh / home).mkdir()
        for name, data in files.items():
            _write(fresh / name, data)
        for home in (*homes, ""):
            _sync(fresh / home)
        try:
            fresh.rename(folder)
        except OSError:
            # Somebody was here before: another build of the same version, or a damaged folder.
            if not folder.exists():
                raise
            if _same(folder, files):
                return Outcome.UNCHANGED
            if immutable or not folder.is_dir():
                raise StoreError("store-version-differs", folder) from None
            folder.rename(scratch / f"{_REPLACED}{folder.name}")
            fresh.rename(folder)
    _sync(output)
    return Outcome.PUBLISHED


def _same(folder: Path, files: Mapping[str, bytes]) -> bool:
    try:
        return _entries(folder) == {*files, *folders(files)} and all(
            (folder / name).read_bytes() == data for name, data in files.items()
        )
    except OSError:
        return False


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Make a folder's entries survive a power cut, where the system lets a folder be opened."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _scratch(output: Path) -> Iterator[Path]:
    """A hidden folder in `output` that is gone afterwards, whatever happens but a kill."""
    folder = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=output))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(output: Path) -> None:
    """Clear up after builds that were killed. Call it with the lock held: no other is at work."""
    for scratch in output.glob(f"{_BUILDING}*"):
        for replaced in scratch.glob(f"{_REPLACED}*"):
            # The kill came between moving the old folder away and the new one in.
            with contextlib.suppress(OSError):
                replaced.rename(output / replaced.name.removeprefix(_REPLACED))
        shutil.rmtree(scratch, ignore_errors=True)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold `folder` for this process; others wait. A kill lets go, for the system owns the lock."""
    with holding(folder, wait=True):
        yield


@contextlib.contextmanager
def holding(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold `folder` for this process; with `wait`, first wait for another that does.

    Raises:
        BlockingIOError: another process holds it.
    """
    try:
        import fcntl
    except ImportError:  # Windows: two builds at once are kept apart by the renames alone
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise
        except OSError:  # a network file system without locks
            pass
        yield
    finally:
        os.close(descriptor)
