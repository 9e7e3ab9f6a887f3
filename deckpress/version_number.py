"""Version numbers such as ``1.2.0``, and the names of ledger files, such as ``1.2.0.json``."""

from __future__ import annotations

import re

_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", re.ASCII)

# The name of a release's file in the ledger; its group `version` is the number.
LEDGER_FILE = re.compile(rf"(?P<version>{_VERSION.pattern})\.json", re.ASCII)


def later_major(version: str, than: str) -> bool:
    """Whether `version` has a larger first number: only then may learners lose progress."""
    return version_tuple(version)[0] > version_tuple(than)[0]


def version_tuple(version: str) -> tuple[int, int, int]:
    """The three numbers of a version, for comparing.

    Raises:
        ValueError: `version` does not have the form of a released version, such as ``1.2.0``.
    """
    match = _VERSION.fullmatch(version)
    if match is None:
        raise ValueError(version)
    major, minor, patch = map(int, match.groups())
    return major, minor, patch
