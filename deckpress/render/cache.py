"""What was made before, by the hash of what it was made from. It can be deleted any time."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Self

_AT_ONCE = 500
_KEEP = 4


class _Database:
    """One file. If it is damaged or cannot be written, it counts as empty."""

    _SCHEMA: str

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
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

    def _open(self) -> sqlite3.Connection | None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(self._path, timeout=2, check_same_thread=False)
            # It can be made again, so speed comes before safety from a power cut.
            database.execute("PRAGMA synchronous = OFF")
            database.execute(self._SCHEMA)
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


class Cache(_Database):
    """Texts by key."""

    _SCHEMA = "CREATE TABLE IF NOT EXISTS rendered (key BLOB PRIMARY KEY, value TEXT) WITHOUT ROWID"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._seen: set[bytes] = set()

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


class Memo(_Database):
    """Files by key: at most `most` bytes of them, those that were wanted last.

    It may be asked by several threads at once.
    """

    # The digest comes with the bytes: damage in the middle of a file goes unnoticed otherwise.
    _SCHEMA = (
        "CREATE TABLE IF NOT EXISTS printed "
        "(key BLOB PRIMARY KEY, used INTEGER, size INTEGER, digest BLOB, value BLOB)"
    )

    def __init__(self, path: Path, most: int = 200_000_000) -> None:
        super().__init__(path)
        self._most = most
        self._now: int | None = None
        self._lock = threading.Lock()

    def get(self, key: bytes) -> bytes | None:
        """What was kept under `key`, or None."""
        found: list[bytes] = []

        def read(database: sqlite3.Connection) -> None:
            query = "SELECT digest, value FROM printed WHERE key = ?"
            for digest, value in database.execute(query, (key,)):
                if isinstance(value, bytes) and _digest(value) == digest:
                    found.append(value)
            if found:
                used = (self._build(database), key)
                database.execute("UPDATE printed SET used = ? WHERE key = ?", used)

        self._try(read)
        return found[0] if found else None

    def put(self, key: bytes, value: bytes) -> None:
        """Keep `value`, and forget what no build has wanted for longest if there is too much."""

        def write(database: sqlite3.Connection) -> None:
            row = (key, self._build(database), len(value), _digest(value), value)
            database.execute("INSERT OR REPLACE INTO printed VALUES (?, ?, ?, ?, ?)", row)
            (size,) = database.execute("SELECT sum(size) FROM printed").fetchone()
            for old, its_size in database.execute(
                "SELECT key, size FROM printed WHERE key != ? ORDER BY used, key", (key,)
            ).fetchall():
                if size <= self._most:
                    break
                database.execute("DELETE FROM printed WHERE key = ?", (old,))
                size -= its_size

        self._try(write)

    def _build(self, database: sqlite3.Connection) -> int:
        """The number of this build among those that used the file."""
        if self._now is None:
            (last,) = database.execute("SELECT max(used) FROM printed").fetchone()
            self._now = (last or 0) + 1
        return self._now

    def _try(self, work: Callable[[sqlite3.Connection], None]) -> None:
        with self._lock:
            if self._database is None:
                return
            try:
                with self._database:
                    work(self._database)
            except sqlite3.OperationalError:
                pass  # another build writes to it, or the disk is full
            except (sqlite3.Error, TypeError):
                self._database = self._fresh()


def _digest(value: bytes) -> bytes:
    return blake2b(value, digest_size=16).digest()
