"""Files as one archive: the source of a release, its site. The same files give the same bytes."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping

from deckpress.output.filenames import is_below
from deckpress.model import RawDeck

_TIME = (1980, 1, 1, 0, 0, 0)  # the first that an archive can state


def archive(deck: RawDeck, releases: Mapping[str, bytes]) -> bytes:
    """The source, the files that it shows and the files of its releases: all that it takes to build
    a release again.
    """
    files = {f"{deck.name}.md": deck.source, **deck.files}
    return packed(files | {f"releases/{name}": data for name, data in releases.items()})


def packed(files: Mapping[str, bytes]) -> bytes:
    """These files by name as an archive."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as opened:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            opened.writestr(entry, content)
    return data.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """The files of an archive by name; none of one that is damaged, or leads out of its folder."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            names = [entry.filename for entry in opened.infolist() if not entry.is_dir()]
            if all(map(is_below, names)):
                return {name: opened.read(name) for name in names}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        pass
    return {}
