"""The names of a version's files, which may be in folders of it: ``site/index.html``."""

from __future__ import annotations

import re
from collections.abc import Iterable

_DRIVE = re.compile(r"[A-Za-z]:")
_STRANGE = re.compile(r"[\\\x00-\x1f\x7f]")


def is_below(name: str) -> bool:
    """Whether a file with this name stays in the folder that it is written to, on any system."""
    steps = f"/{name}/"
    leads_out = "//" in steps or "/./" in steps or "/../" in steps
    return not (leads_out or _STRANGE.search(name) or _DRIVE.match(name))


def folders(names: Iterable[str]) -> set[str]:
    """All folders that these files are in, with the folders around those."""
    found: set[str] = set()
    for name in names:
        steps = name.split("/")
        found.update("/".join(steps[:count]) for count in range(1, len(steps)))
    return found
