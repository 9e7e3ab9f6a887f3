"""Whether a release's files say which version they are, read back from the files themselves."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing

from deckpress.output.manifest import MANIFEST
from releases.errors import ReleaseError


def insist(files: Mapping[str, bytes], version: str) -> None:
    """Refuse the files of a release that do not all say that they are `version`.

    Raises:
        ReleaseError: some say nothing, or another version; they are named.
    """
    stated = {name: data for name, data in files.items() if name != MANIFEST}
    if wrong := silent(stated, version):
        raise ReleaseError("release-silent", files=", ".join(wrong), version=version)


def silent(files: Mapping[str, bytes], version: str) -> list[str]:
    """The names of the files that do not state `version` within."""
    stated = re.compile(rf"(?<![\w.-]){re.escape(version)}(?![\w+-]|\.\d)")
    return [
        name
        for name, data in files.items()
        if not any(stated.search(text) for text in _texts(name, data))
    ]


def _texts(name: str, data: bytes) -> Iterator[str]:
    match name.rpartition(".")[2]:
        case "apkg":
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                collection = packed.read("collection.anki2")
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
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                yield from (
                    name.rpartition("/")[2].removesuffix(".json") for name in packed.namelist()
                )
        case _:
            yield data.decode("utf-8", "replace")
