"""What, besides the source, decides the bytes of an artefact: this program and its libraries."""

from __future__ import annotations

import json
import platform
import sqlite3
import zlib
from hashlib import blake2b
from pathlib import Path

from deckpress import __version__
from deckpress.installed import versions

_ROOT = Path(__file__).resolve().parent.parent
_LOCK = _ROOT / "exporters" / "anki" / "schema.lock.json"
# What the program is made of. Beside it lie what editors and systems leave, and texts for readers.
_PARTS = ("conf", "css", "html", "jinja", "js", "json", "py", "svg", "toml", "ttf", "txt")
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
    return {"deckpress": __version__, **versions(_LIBRARIES)}


def tools() -> dict[str, str]:
    """The libraries, and what of the machine can change a byte without changing a card."""
    return {
        **libraries(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
    }


def note_types() -> str:
    """A hash of what makes the note types the same ones in every learner's collection."""
    identity = json.loads(_LOCK.read_text("utf-8"))["identity"]
    return blake2b(json.dumps(identity, sort_keys=True).encode(), digest_size=6).hexdigest()


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
