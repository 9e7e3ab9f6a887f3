"""Whether the real Anki is here, with which an upgrade is proven."""

from __future__ import annotations

from importlib.util import find_spec

from releases.errors import ReleaseError


def require_anki() -> None:
    """Make sure that the ``anki`` library is installed, without loading it.

    Raises:
        ReleaseError: it is not.
    """
    if find_spec("anki") is None:
        raise ReleaseError("anki-missing")
