"""Where this program lies, what it is called, and where it keeps its caches.

It runs in a clone (or an unpacked archive) of its repository, or as it was installed.
"""

from __future__ import annotations

from pathlib import Path

# The folder that the program's packages lie in.
ROOT = Path(__file__).resolve().parent.parent
# Only a clone has this file beside the packages.
IS_INSTALLED = not (ROOT / "pyproject.toml").is_file()
# The command that the author types.
NAME = "deckpress" if IS_INSTALLED else "build.py"


def cache_folder() -> Path:
    """The folder of the caches: the clone's own, or in the user's cache folder if installed.

    It need not be there, and it may be that it cannot be made.
    """
    if not IS_INSTALLED:
        return ROOT / ".cache"
    from platformdirs import user_cache_path

    # A user without a home has "~/.cache", which is no folder to make in the current one.
    return Path("/") / user_cache_path("deckpress", appauthor=False)
