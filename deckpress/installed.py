"""Versions of installed libraries, read from the names of their metadata folders.

`importlib.metadata` opens and parses those folders' files: a tenth of a second at every start.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

_FOLDERS = (".dist-info", ".egg-info")


def versions(names: Iterable[str]) -> dict[str, str]:
    """The version of each of these distributions (normalised names), "missing" where none is."""
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
