"""What decides the bytes of an artefact besides the source: one truth for versions and caches.

That is this program's own files, every library that it requires, directly or through another one,
and for printed artefacts the libraries of the system that decide lines and glyphs.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path

from deckpress import __version__
from deckpress.program import ROOT, cache_folder

_PACKAGES = ("deckpress", "exporters", "releases")
# The endings of the program's own files. Editors and systems leave other files in its folders, and
# some texts there are only for readers.
_FILE_TYPES = ("conf", "css", "html", "jinja", "js", "json", "py", "svg", "toml", "ttf", "txt")
_METADATA_FOLDERS = (".dist-info", ".egg-info")
_KEPT_HASH = re.compile("([0-9a-f]{32}) ([0-9a-f]{32})")
_TICK = 2_000_000_000  # nanoseconds; the coarsest clock of a file system, that of FAT
# A requirement as a package's metadata has it: name, extras, and a marker that may ask for an extra
# (https://packaging.python.org/en/latest/specifications/dependency-specifiers/).
_REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?[^;]*(?:;(.*))?")
_EXTRA = re.compile(r"""extra\s*==\s*["']([^"']+)["']""")
# Libraries of the system that decide how text is set, their file names, and what tells the version.
_SYSTEM_LIBRARIES = {
    "pango": (("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0.dll"), "pango"),
    "harfbuzz": (("libharfbuzz.so.0", "libharfbuzz.dylib", "libharfbuzz-0.dll"), "hb"),
    "fontconfig": (("libfontconfig.so.1", "libfontconfig.dylib", "libfontconfig-1.dll"), "Fc"),
}


@cache
def fingerprint(*, printing: bool) -> str:
    """A hash of everything but the source that decides the bytes of artefacts.

    It is 32 hexadecimal digits long, and part of the name of a development version and of every
    key in a cache. The libraries of the system count if anything is printed.
    """
    told = repr(sorted(tools(printing=printing).items())).encode()
    return blake2b(told, digest_size=16).hexdigest()


@cache
def tools(*, printing: bool) -> dict[str, str]:
    """The versions of everything that can change a byte of an artefact, by name.

    These are this program, with a hash of its files, the libraries that it requires, and what the
    machine brings: Python, SQLite and zlib, and for printed artefacts Pango, HarfBuzz and
    FontConfig.
    """
    return {
        "deckpress": __version__,
        "deckpress-files": _own_hash(),
        **required_libraries(),
        "python": "{}.{}.{}".format(*sys.version_info[:3]),
        "sqlite": _sqlite_version(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        **(system_libraries() if printing else {}),
    }


@cache
def _own_hash() -> str:
    """A hash of the program's own files, 32 hexadecimal digits long.

    It is kept, with what the system says of each file: reading all of them takes a fifth of a run
    in which nothing has changed.
    """
    files = {name: (ROOT / name).stat() for name in _own_files()}
    told = [
        (name, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        for name, status in files.items()
    ]
    state = blake2b(repr((str(ROOT), told)).encode(), digest_size=16).hexdigest()
    newest = max((max(each.st_mtime_ns, each.st_ctime_ns) for each in files.values()), default=0)
    kept = cache_folder() / "program.txt"
    if found := _kept_hash(kept, state, newest):
        return found
    digest = blake2b(digest_size=16)
    for name in files:
        digest.update(name.encode() + b"\0")
        digest.update(blake2b((ROOT / name).read_bytes()).digest())
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(f"{state} {digest.hexdigest()}", "ascii")
    return digest.hexdigest()


def _kept_hash(kept: Path, state: str, newest: int) -> str:
    """The hash that was kept for this state of the files; empty if there is none.

    It counts only if it was kept well after the `newest` change, in nanoseconds: another one within
    the same tick of the file system's clock would not show in the state.
    """
    try:
        if kept.stat().st_mtime_ns < newest + _TICK:
            return ""
        match = _KEPT_HASH.fullmatch(kept.read_text("ascii"))
    except (OSError, ValueError):
        return ""
    return match[2] if match and match[1] == state else ""


def required_libraries() -> dict[str, str]:
    """The installed version of each library that the program requires, directly or not, by name.

    A direct requirement that is not installed is "missing". What only another system or another
    Python requires is not installed, and left out.
    """
    installed = _metadata_folders()
    direct = list(_requirements(_own_requirements()))
    queue = list(direct)
    seen = set(queue)
    while queue:
        name, extras = queue.pop()
        folder = installed.get(name)
        for requirement in _requirements(_required_by(folder), extras) if folder else ():
            if requirement not in seen:
                seen.add(requirement)
                queue.append(requirement)
    names = {name for name, _ in seen if name in installed} | {name for name, _ in direct}
    return installed_versions(sorted(names))


def system_libraries() -> dict[str, str]:
    """The versions of Pango, HarfBuzz and FontConfig, as they say themselves, or "missing"."""
    return {name: _library_version(*about) for name, about in _SYSTEM_LIBRARIES.items()}


def installed_versions(names: Iterable[str]) -> dict[str, str]:
    """The version of each of these distributions, or "missing" if it is not installed.

    `names` are normalised: lower case, with ``-``.
    """
    installed = _metadata_folders()
    return {name: _version(installed[name]) if name in installed else "missing" for name in names}


def _own_files(folder: str = "") -> Iterator[str]:
    """The program's own files in the order of their paths, which begin at its folder."""
    if not folder:
        for package in _PACKAGES:
            yield from _own_files(package)
        return
    with os.scandir(os.path.join(ROOT, folder)) as entries:  # noqa: PTH118 - quicker
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.name.startswith("."):
            continue
        path = f"{folder}/{entry.name}"
        if entry.is_dir():
            yield from _own_files(path)
        elif entry.name.rpartition(".")[2] in _FILE_TYPES and entry.is_file():
            yield path


@cache
def _metadata_folders() -> dict[str, Path]:
    """The metadata folder of each installed distribution, by its normalised name.

    Names and versions come from the names of these folders, and requirements from one file in
    each. `importlib.metadata` would parse all of that file, which takes a tenth of a second at
    every start.
    """
    found: dict[str, Path] = {}
    for place in sys.path:
        try:
            names = sorted(os.listdir(place or "."))  # noqa: PTH208 - quicker
        except OSError:
            continue
        for name in names:
            if name.endswith(_METADATA_FOLDERS):
                # {name}-{version}.dist-info, with no "-" inside either (PyPA, binary distributions)
                found.setdefault(_normalised(name.partition("-")[0]), Path(place, name))
    return found


def _version(folder: Path) -> str:
    return folder.name.rpartition(".")[0].partition("-")[2]


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _own_requirements() -> list[str]:
    """The direct requirements of this program: of the source tree, or as it was installed."""
    import tomllib

    try:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    except FileNotFoundError:
        folder = _metadata_folders().get("deckpress")
        return _required_by(folder) if folder else []
    found: list[str] = project["dependencies"]
    return found


def _required_by(folder: Path) -> list[str]:
    """The requirements in the metadata of a distribution."""
    for name in ("METADATA", "PKG-INFO"):
        try:
            head = (folder / name).read_text("utf-8", "replace").partition("\n\n")[0]
        except OSError:
            continue
        lines = head.splitlines()
        return [
            line.partition(":")[2].strip() for line in lines if line.startswith("Requires-Dist:")
        ]
    return []


def _requirements(
    lines: Iterable[str], wanted: frozenset[str] = frozenset()
) -> Iterator[tuple[str, frozenset[str]]]:
    """The name and the extras of each requirement; those for extras only if they are `wanted`."""
    for line in lines:
        match = _REQUIREMENT.match(line)
        if match is None:
            continue
        name, extras, marker = match.groups(default="")
        extra = _EXTRA.search(marker)
        if extra is None or extra[1] in wanted:
            named = (each.strip() for each in extras.split(","))
            yield _normalised(name), frozenset(each for each in named if each)


def _sqlite_version() -> str:
    import sqlite3

    return sqlite3.sqlite_version


def _library_version(files: Iterable[str], prefix: str) -> str:
    import ctypes

    for file in files:
        try:
            library = ctypes.CDLL(file)
        except OSError:
            continue
        if prefix == "Fc":
            number = library.FcGetVersion()
            return f"{number // 10_000}.{number // 100 % 100}.{number % 100}"
        tell = getattr(library, f"{prefix}_version_string")
        tell.restype = ctypes.c_char_p
        return str(tell().decode("ascii"))
    return "missing"
