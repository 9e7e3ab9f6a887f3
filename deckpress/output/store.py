"""The folder ``output/``: it has one folder for each version, written completely or not at all.

A version's files are written to a hidden folder beside it, synced, and renamed into place. Then the
link ``latest`` is replaced. So a failure, an interrupt or a kill leaves every published folder
unchanged, and two builds at the same time cannot mix their files.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from deckpress.output.filenames import folders, is_below
from deckpress.output.regular_files import read_regular, sha256_of

LATEST = "latest"
CHECKSUMS = "SHA256SUMS"
LARGEST_LIST = 32_000_000  # bytes of a manifest or of checksums: those of 10,000 cards take two
_DEVELOPMENT = re.compile(r"\d+\.\d+\.\d+-dev\+.+")
_VERSION = re.compile(r"\d+\.\d+\.\d+(-dev\+[^/\\]+)?")
_BUILDING = ".building-"
_REPLACED = ".replaced-"
_DRAFT = ".new"
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_LONGEST_NAME = 255  # bytes of a file's name, in most file systems


class StoreError(Exception):
    """A file or folder of the output that cannot be read or written.

    `reason` is a key in the table of messages, and `detail` says more.
    """

    def __init__(self, reason: str, path: Path, detail: str = "") -> None:
        super().__init__(f"{reason}: {path} {detail}".rstrip())
        self.reason = reason
        self.path = path
        self.detail = detail


class Outcome(StrEnum):
    """Whether `publish` has written a folder, or has found it there already."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"


def checksums(files: Mapping[str, bytes]) -> bytes:
    """The bytes of ``SHA256SUMS`` for these files, in the form that ``sha256sum --check`` reads."""
    return checksum_lines({name: sha256(data).hexdigest() for name, data in files.items()})


def checksum_lines(digests: Mapping[str, str]) -> bytes:
    """The bytes of ``SHA256SUMS`` for files with these checksums."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()


def is_intact(output: Path, version: str) -> bool:
    """Whether `version` is published in `output` and all its files still have their checksums."""
    folder = output / version
    try:
        sums = read_regular(folder / CHECKSUMS, LARGEST_LIST).decode()
        named = {name: digest for digest, _, name in (s.partition("  ") for s in sums.splitlines())}
        return (
            bool(named)
            and _names_below(folder) == {*named, CHECKSUMS, *folders(named)}
            and all(sha256_of(folder / name) == digest for name, digest in named.items())
        )
    except (OSError, ValueError):
        return False


def publish(
    output: Path, version: str, files: Mapping[str, bytes], *, immutable: bool = False
) -> Outcome:
    """Publish `files` (name -> bytes) and their checksums as `version`, and point `latest` at it.

    A name may begin with folders of the version, such as ``site/index.html``. A folder that already
    has the same bytes is left alone. A folder that differs, such as a damaged development build, is
    replaced, unless the version is `immutable`, as released ones are.

    Raises:
        StoreError: nothing was published; what was there before has not changed.
    """
    if astray := [name for name in files if not is_below(name)]:
        raise StoreError("store-astray", output / version, ", ".join(astray))
    whole = {**files, CHECKSUMS: checksums(files)}
    try:
        output.mkdir(parents=True, exist_ok=True)
        with _locked(output):
            _refuse_other_latest(output)
            _sweep(output)
            outcome = _install(output, output / version, whole, immutable)
            _point_latest(output, version)
    except OSError as error:
        raise StoreError("store-failed", output, error.strerror or str(error)) from error
    return outcome


def create_file(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet, completely or not at all.

    Raises:
        StoreError: it exists, or cannot be written.
    """
    fresh = _draft(path)
    try:
        path.parent.mkdir(exist_ok=True)
        try:
            _write(fresh, data)
            os.link(fresh, path)
        finally:
            fresh.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except FileExistsError as error:
        raise StoreError("store-exists", path) from error
    except OSError as error:
        with contextlib.suppress(OSError):
            path.parent.rmdir()  # if it was made for this file
        raise StoreError("store-failed", path, error.strerror or str(error)) from error


def replace_file(path: Path, data: bytes) -> None:
    """Write a file, completely or not at all; it may replace an older one.

    Raises:
        StoreError: it cannot be written; an older file has not changed.
    """
    fresh = _draft(path)
    try:
        try:
            _write(fresh, data)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise StoreError("store-failed", path, error.strerror or str(error)) from error


def remove_drafts(folder: Path) -> None:
    """Remove the drafts in `folder` that `create_file` or `replace_file` left when killed.

    Call it only while no other process writes there.
    """
    for path in folder.glob(f".*{_DRAFT}"):
        path.unlink(missing_ok=True)


def is_draft(name: str) -> bool:
    """Whether a file of this name is a draft, left by a killed `create_file` or `replace_file`."""
    return name.startswith(".") and name.endswith(_DRAFT)


def _draft(path: Path) -> Path:
    return path.with_name(f".{path.name}{_DRAFT}")


def point_latest(output: Path, version: str) -> None:
    """Point `latest` at `version`, which must be published.

    If the file system has no links, `latest` becomes a small file with the version's name.

    Raises:
        StoreError: it failed; `latest` has not changed.
    """
    try:
        with _locked(output):
            _point_latest(output, version)
    except OSError as error:
        raise StoreError("store-failed", output, error.strerror or str(error)) from error


def clean(output: Path, keep: int, among: Collection[str] | None = None) -> tuple[str, ...]:
    """Remove old development builds.

    The last `keep` of them stay, and so does the one that `latest` points at. With `among`, only
    builds with these names count, and all others stay. Releases stay, and so does everything that
    is not from a build.

    Returns the names of the removed builds, the oldest first.

    Raises:
        StoreError: some of them could not be removed.
    """
    try:
        if not output.is_dir():
            return ()
        with _locked(output):
            _sweep(output)
            latest = _latest(output)
            found = _development_builds(output)
            counted = (each for each in found if among is None or each.name in among)
            builds = sorted(counted, key=lambda path: (path.stat().st_mtime, path))
            old = [path for path in builds[: max(0, len(builds) - keep)] if path.name != latest]
            with _scratch(output) as scratch:
                for path in old:
                    path.rename(scratch / path.name)  # so a kill leaves no half a build behind
            return tuple(path.name for path in old)
    except OSError as error:
        raise StoreError("store-failed", output, error.strerror or str(error)) from error


def read_folder(folder: Path, inner: Iterable[str] = ()) -> dict[str, bytes]:
    """The bytes of the files of a folder, and of its folders `inner`, by name.

    Links and other folders are left out: people often download a release into a folder with other
    things in it.

    Raises:
        StoreError: the folder or a file cannot be read.
    """
    return dict(open_folder(folder, inner))


class FolderFiles(Mapping[str, bytes]):
    """The files of a folder by name. Each is read only when it is needed, because some are large.

    `strays` are the names of everything else: links, and folders without any of the files. Reading
    a file raises `StoreError` if that fails.
    """

    def __init__(self, folder: Path, names: Iterable[str], strays: Iterable[str]) -> None:
        self._folder = folder
        self._names = dict.fromkeys(names)
        self.strays = tuple(strays)

    def __getitem__(self, name: str) -> bytes:
        if name not in self._names:
            raise KeyError(name)
        with _reporting_errors(self._folder):
            return read_regular(self._folder / name)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def size(self, name: str) -> int:
        """How many bytes a file has.

        Raises:
            StoreError: the file cannot be read.
        """
        with _reporting_errors(self._folder):
            return (self._folder / name).lstat().st_size

    def sha256(self, name: str) -> str:
        """The hexadecimal checksum of a file, which may be larger than the memory.

        Raises:
            StoreError: the file cannot be read.
        """
        with _reporting_errors(self._folder):
            return sha256_of(self._folder / name)


def open_folder(folder: Path, inner: Iterable[str] = ()) -> FolderFiles:
    """The files of a folder and of its folders `inner`, as in `read_folder`, but not yet read.

    Raises:
        StoreError: the folder cannot be read.
    """
    with _reporting_errors(folder):
        paths = [*folder.iterdir()]
        for home in map(folder.joinpath, inner):
            if home.is_dir() and not home.is_symlink():
                paths += (home / name for name in _names_below(home))
        named = {path.relative_to(folder).as_posix(): path for path in sorted(paths)}
        own = [name for name, path in named.items() if path.is_file() and not path.is_symlink()]
        return FolderFiles(folder, own, named.keys() - {*own, *folders(own)})


@contextlib.contextmanager
def _reporting_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError("store-unreadable", folder, error.strerror or str(error)) from error


def _names_below(folder: Path) -> set[str]:
    """The names of all files, links and folders below a folder; links are not followed."""
    found: set[str] = set()
    for home, names, files in os.walk(folder):
        found.update(Path(home, name).relative_to(folder).as_posix() for name in (*names, *files))
    return found


def _development_builds(output: Path) -> Iterator[Path]:
    for path in output.iterdir():
        if _DEVELOPMENT.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            yield path


def _latest(output: Path) -> str:
    """The version that `latest` points at, whether as a link or as a file; empty if none."""
    latest = output / LATEST
    with contextlib.suppress(OSError):
        return latest.readlink().name
    with contextlib.suppress(OSError, ValueError):
        return read_regular(latest, _LONGEST_NAME).decode().strip()
    return ""


def _refuse_other_latest(output: Path) -> None:
    """Refuse a `latest` that no build has made: whatever it is, it is not replaced.

    Raises:
        StoreError: there is one.
    """
    latest = output / LATEST
    if os.path.lexists(latest) and not latest.is_symlink():
        name = _latest(output)
        if not (_VERSION.fullmatch(name) or (_is_name(name) and (output / name).is_dir())):
            raise StoreError("store-latest-is-folder", latest)


def _is_name(name: str) -> bool:
    """Whether this can be the name of a version's folder, in `output` itself."""
    return is_below(name) and "/" not in name and not name.startswith(".")


def _point_latest(output: Path, version: str) -> None:
    latest = output / LATEST
    with contextlib.suppress(OSError):
        if str(latest.readlink()) == version:
            return
    _refuse_other_latest(output)
    with _scratch(output) as scratch:
        link = scratch / LATEST
        try:
            link.symlink_to(version, target_is_directory=True)
        except (OSError, NotImplementedError):
            link.write_text(f"{version}\n", "utf-8")
        link.replace(latest)
    _sync_folder(output)


def _install(output: Path, folder: Path, files: Mapping[str, bytes], immutable: bool) -> Outcome:
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
            _sync_folder(fresh / home)
        try:
            fresh.rename(folder)
        except OSError:
            # The folder exists: from another build of the same version, or it is damaged.
            if not os.path.lexists(folder):
                raise
            if _same(folder, files):
                return Outcome.UNCHANGED
            if folder.is_symlink() or not folder.is_dir():
                raise StoreError("store-no-folder", folder) from None
            if immutable:
                raise StoreError("store-version-differs", folder) from None
            folder.rename(scratch / f"{_REPLACED}{folder.name}")
            fresh.rename(folder)
    _sync_folder(output)
    return Outcome.PUBLISHED


def _same(folder: Path, files: Mapping[str, bytes]) -> bool:
    try:
        return _names_below(folder) == {*files, *folders(files)} and all(
            (folder / name).lstat().st_size == len(data) and read_regular(folder / name) == data
            for name, data in files.items()
        )
    except OSError:
        return False


def _write(path: Path, data: bytes) -> None:
    # A link that stands where a draft goes is not written through.
    with open(
        path, "wb", opener=lambda name, flags: os.open(name, flags | _NO_LINK, 0o666)
    ) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make a folder's entries survive a power cut, if the system can open folders."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _scratch(output: Path) -> Iterator[Path]:
    """A hidden folder in `output` that is removed afterwards; only a kill leaves it behind."""
    folder = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=output))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(output: Path) -> None:
    """Clean up after builds that were killed. The caller must hold the lock on `output`."""
    for scratch in output.glob(f"{_BUILDING}*"):
        if scratch.is_symlink() or not scratch.is_dir():
            continue  # no build makes such a thing: what it leads to is somebody else's
        for replaced in scratch.glob(f"{_REPLACED}*"):
            # The kill came after the old folder was moved away and before the new one was moved in.
            name = replaced.name.removeprefix(_REPLACED)
            if _is_name(name) and not os.path.lexists(output / name):
                with contextlib.suppress(OSError):
                    replaced.rename(output / name)
        shutil.rmtree(scratch, ignore_errors=True)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock `folder` for this process while others wait. The system unlocks it after a kill."""
    with lock_folder(folder, wait=True):
        yield


@contextlib.contextmanager
def lock_folder(folder: Path, *, wait: bool = False) -> Iterator[None]:
    """Lock `folder` for this process; with `wait`, wait until no other process has locked it.

    Raises:
        BlockingIOError: another process has locked it, and `wait` is false.
    """
    try:
        import fcntl
    except ImportError:  # Windows: there only the renames keep two builds apart
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
