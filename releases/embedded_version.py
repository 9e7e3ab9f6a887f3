"""Checks that each file of a release states its version, read back from the finished files."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing

from deckpress.output.manifest import FIGURES, MANIFEST, SITE
from releases.errors import ReleaseError


def require_version(files: Mapping[str, bytes], version: str) -> None:
    """Refuse the files of a release, by name, unless each states `version`.

    The manifest is not looked at, nor are the site's pictures: they are the author's own bytes.

    Raises:
        ReleaseError: some files state no version or another one; the message names them.
    """
    pictures = f"{SITE}/{FIGURES}/"
    artifacts = {
        name: data
        for name, data in files.items()
        if name != MANIFEST and not name.startswith(pictures)
    }
    if wrong := without_version(artifacts, version):
        raise ReleaseError("release-silent", files=", ".join(wrong), version=version)


def without_version(files: Mapping[str, bytes], version: str) -> list[str]:
    """The names of the files that do not state `version` in their content."""
    pattern = re.compile(rf"(?<![\w.-]){re.escape(version)}(?![\w+-]|\.\d)")
    return [
        name
        for name, data in files.items()
        if not any(pattern.search(text) for text in _texts(name, data))
    ]


def _texts(name: str, data: bytes) -> Iterator[str]:
    """The texts of a file in which its version may stand; where they are depends on its type."""
    match name.rpartition(".")[2]:
        case "apkg":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                collection = archive.read("collection.anki2")
            with closing(sqlite3.connect(":memory:")) as database:
                database.deserialize(collection)
                (decks,) = database.execute("SELECT decks FROM col").fetchone()
            yield from (
                re.sub(r"<[^>]*>", " ", deck["desc"]) for deck in json.loads(decks).values()
            )
        case "pdf":
            import pikepdf

            with pikepdf.open(io.BytesIO(data)) as pdf:
                yield from (str(value) for value in pdf.docinfo.values())
        case "png":
            from PIL import Image

            with Image.open(io.BytesIO(data)) as image:
                yield from map(str, image.info.values())
        case "zip":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                yield from (
                    name.rpartition("/")[2].removesuffix(".json") for name in archive.namelist()
                )
        case _:
            yield data.decode("utf-8", "replace")
