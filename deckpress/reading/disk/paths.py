"""How files around a source are named."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

RELEASES_FOLDER = "releases"  # the folder of the ledger, beside the source


def shown_path(path: Path) -> str:
    """How messages name a file: from the current folder if it is below that, with ``/``."""
    with contextlib.suppress(ValueError, OSError):
        # Not `resolve`: a source behind a link keeps the name that its author knows.
        return Path(os.path.abspath(path)).relative_to(Path.cwd()).as_posix()  # noqa: PTH100
    return path.as_posix()
