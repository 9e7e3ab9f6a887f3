"""What, besides the source, decides the bytes of an artefact: this program and its libraries."""

from __future__ import annotations

import platform
import sqlite3
import sys
import zlib
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

from deckpress import __version__

_ROOT = Path(__file__).resolve().parent.parent
# What the program is made of. Beside it lie what editors and systems leave, and texts for readers.
_PARTS = ("conf", "css", "html", "jinja", "js", "json", "py", "svg", "toml", "ttf", "txt")
_FOLDERS = (".dist-info", ".egg-info")
_LIBRARIES = (
    "genanki",
    "jinja2",
    "markdown",
    "mermaidx",
    "nh3",
    "pikepdf",
    "pillow",
    "pydyf",
    "pygments",
    "segno",
    "mmdr",
    "uharfbuzz",
    "weasyprint",
    "ziafont",
    "ziamath",
)


def libraries() -> dict[str, str]:
    """The libraries that make the artefacts, and their versions."""
    return {"deckpress": __version__, **installed_versions(_LIBRARIES)}


def tools() -> dict[str, str]:
    """The libraries, and what of the machine can change a byte without changing a card."""
    return {
        **libraries(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
    }


def fingerprint() -> str:
    """A hash of the libraries' versions and of every file of the renderer and the exporters.

    With it in a development version's name, a changed template makes a new version, as a changed
    card does.
    """
    digest = blake2b(repr(sorted(libraries().items())).encode(), digest_size=16)
    for package in ("deckpress", "exporters"):
        for path in sorted((_ROOT / package).rglob("*")):
            name = path.relative_to(_ROOT).as_posix()
            if path.suffix[1:] in _PARTS and "/." not in name and path.is_file():
                digest.update(name.encode() + b"\0")
                digest.update(blake2b(path.read_bytes()).digest())
    return digest.hexdigest()


def installed_versions(names: Iterable[str]) -> dict[str, str]:
    """The version of each of these distributions (normalised names), "missing" where none is.

    It is read from the names of their metadata folders: `importlib.metadata` opens and parses the
    files in them, which takes a tenth of a second at every start.
    """
    there: dict[str, str] = {}
    for folder in sys.path:
        try:
            entries = [path.name for path in Path(folder).iterdir()]
        except OSError:
            continue
        for entry in entries:
            if entry.endswith(_FOLDERS):
                # {name}-{version}.dist-info, with no "-" inside either (PyPA, binary distributions)
                name, _, rest = entry.rpartition(".")[0].partition("-")
                there.setdefault(name.lower().replace("_", "-"), rest)
    return {name: there.get(name, "missing") for name in names}
