"""What was rendered before, by the hash of what it was made from. It can be deleted any time."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType

_AT_ONCE = 500
_KEEP = 4


class Cache:
    """Texts by key, in one file. A file that is damaged or cannot be written counts as empty."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database: sqlite3.Connection | None = None
        self._seen: set[bytes] = set()

    def __enter__(self) -> Cache:
        self._database = self._open() or self._fresh()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._database is not None:
            with contextlib.suppress(sqlite3.Error):
                self._database.close()
        self._database = None

    def get_many(self, keys: Iterable[bytes]) -> dict[bytes, str]:
        """The texts of those keys that are there."""
        wanted = list(dict.fromkeys(keys))
        self._seen.update(wanted)
        found: dict[bytes, str] = {}
        if self._database is None:
            return found
        try:
            for start in range(0, len(wanted), _AT_ONCE):
                some = wanted[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                rows = self._database.execute(
                    f"SELECT key, value FROM rendered WHERE key IN ({marks})", some
                )
                found.update((key, value) for key, value in rows if isinstance(value, str))
        except sqlite3.Error:
            self._database = self._fresh()
            return {}
        return found

    def put_many(self, texts: Mapping[bytes, str]) -> None:
        """Keep these texts. A file that holds many times what this build asked for is thinned."""
        if self._database is None or not texts:
            return
        try:
            with self._database:
                self._database.executemany(
                    "INSERT OR REPLACE INTO rendered VALUES (?, ?)", texts.items()
                )
                (count,) = self._database.execute("SELECT count(*) FROM rendered").fetchone()
                if count > _KEEP * len(self._seen) + 10_000:
                    self._database.execute("CREATE TEMP TABLE used (key BLOB PRIMARY KEY)")
                    self._database.executemany(
                        "INSERT OR IGNORE INTO used VALUES (?)", ((key,) for key in self._seen)
                    )
                    self._database.execute(
                        "DELETE FROM rendered WHERE key NOT IN (SELECT key FROM used)"
                    )
        except sqlite3.Error:
            self._database = self._fresh()

    def _open(self) -> sqlite3.Connection | None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(self._path, timeout=2)
            # It can be made again, so speed comes before safety from a power cut.
            database.execute("PRAGMA synchronous = OFF")
            database.execute(
                "CREATE TABLE IF NOT EXISTS rendered (key BLOB PRIMARY KEY, value TEXT) "
                "WITHOUT ROWID"
            )
            return database
        except (sqlite3.Error, OSError):
            return None

    def _fresh(self) -> sqlite3.Connection | None:
        """An empty file in the place of one that cannot be used; None if that fails too."""
        if self._database is not None:
            with contextlib.suppress(sqlite3.Error):
                self._database.close()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
        return self._open()
