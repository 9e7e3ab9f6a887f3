"""Zip archives, such as the source of a release or its site. Equal files give equal bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from deckpress.model import RawDeck
from deckpress.output.filenames import is_below

LARGEST = 500_000_000  # bytes of what an archive may hold

_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that an archive can hold


def source_archive(deck: RawDeck, releases: Mapping[str, bytes]) -> bytes:
    """An archive of all that is needed to build a release again.

    That is the source, the files that it shows, and the files of `releases`, by name.
    """
    files = {f"{deck.name}.md": deck.source, **deck.files}
    return pack(files | {f"releases/{name}": data for name, data in releases.items()})


def pack(files: Mapping[str, bytes]) -> bytes:
    """The bytes of an archive of these files, which are by name."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as opened:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            opened.writestr(entry, content)
    return data.getvalue()


def unpack(data: bytes, most: int = LARGEST) -> dict[str, bytes]:
    """The files in an archive, by name, of at most `most` bytes together.

    There are none if the archive is damaged, larger than that, has a name twice, or has one that
    leads out of its folder. It may come from anybody.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            names = {entry.filename for entry in entries}
            if len(names) < len(entries) or not all(map(is_below, names)):
                return {}
            if any(entry.compress_type not in _COMPRESSIONS for entry in entries):
                return {}
            found: dict[str, bytes] = {}
            for entry in entries:
                with opened.open(entry) as file:
                    # What the entry says of its size is not believed.
                    found[entry.filename] = file.read(most + 1)
                most -= len(found[entry.filename])
                if most < 0:
                    return {}
            return found
    except Exception:  # zipfile promises no kinds of errors: IndexError and struct.error are some
        return {}
