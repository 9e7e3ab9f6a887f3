"""Paths as they are told: relative to the current folder where that is shorter."""

from __future__ import annotations

import os
from pathlib import Path


def short_path(path: str | Path) -> str:
    """`path` as it is, or relative to the current folder if that is shorter."""
    try:
        relative = os.path.relpath(path)
    except (OSError, ValueError):  # no current folder, or on another drive
        return str(path)
    return min(str(path), relative, key=len)
