"""Reads inputs from disk, and the files beside them that they show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deckpress.importing.formats import Input
from deckpress.importing.note import refusal

LARGEST = 2_000_000_000  # bytes of an input
_LARGEST_SHOWN = 50_000_000
_MARKDOWN = (".md", ".markdown")


def read_files(path: Path, output: Path) -> Iterator[Input]:
    """The input at `path`. A folder is that of CrowdAnki's ``deck.json``, or its Markdown files.

    The file `output`, which is to be written, is no input, and neither is what is hidden.

    Raises:
        RefusedError: there is nothing to read, or it cannot be read.
    """
    if path.is_dir():
        crowd = sorted(path.glob("*.json"))
        found = crowd or [p for p in sorted(path.rglob("*")) if _is_note(p, path, output)]
        if not found:
            raise refusal("unknown-format", str(path))
        for each in found:
            yield _read(each, path)
    else:
        yield _read(path, path.parent)


def _is_note(path: Path, folder: Path, output: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    is_output = output.exists() and path.samefile(output)
    return path.suffix.lower() in _MARKDOWN and path.is_file() and not hidden and not is_output


def _read(path: Path, folder: Path) -> Input:
    try:
        if path.stat().st_size > LARGEST:
            raise refusal("too-large", str(path), f"> {LARGEST // 1_000_000} MB")
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise refusal("unreadable", str(path), getattr(error, "strerror", None) or error) from error
    home = folder.resolve()

    def find(name: str) -> bytes | None:
        """The bytes of a file in the folder; None if it is not there, or leads out of it."""
        try:
            real = (path.parent / name).resolve(strict=True)
            if not real.is_relative_to(home) or not real.is_file():
                return None
            return real.read_bytes() if real.stat().st_size <= _LARGEST_SHOWN else None
        except (OSError, ValueError):
            return None

    return Input(path.name, data, find)
