"""The source of a release as one archive: all that it takes to build the release again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from deckpress.model import RawDeck

_TIME = (1980, 1, 1, 0, 0, 0)  # the first that an archive can state


def archive(deck: RawDeck, releases: Mapping[str, bytes]) -> bytes:
    """The source, the files that it shows and the files of its releases; the same every time."""
    files = {f"{deck.name}.md": deck.source, **deck.files}
    files |= {f"releases/{name}": data for name, data in releases.items()}
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            packed.writestr(entry, content)
    return data.getvalue()
