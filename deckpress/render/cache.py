"""Caches of what was made before, by a hash of what it was made from.

Their files can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Self

_BATCH = 500  # keys in one query
_KEEP_FACTOR = 4  # how many times the texts of one build may be kept


class _Database:
    """An SQLite file. If it is damaged or cannot be written, it counts as empty.

    `problem` says why nothing can be kept in it; it is empty if there is no problem.
    """

    _SCHEMA: str

    def __init__(self, path: Path) -> None:
        self.problem = ""
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
            self.problem = _read_only(database)
            return database
        except (sqlite3.Error, OSError) as error:
            self.problem = getattr(error, "strerror", None) or str(error)
            return None

    def _fresh(self) -> sqlite3.Connection | None:
        """An empty file in the place of one that cannot be used; None if that fails too."""
        if self._database is not None:
            with contextlib.suppress(sqlite3.Error):
                self._database.close()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
        return self._open()


class TextCache(_Database):
    """Texts by key, such as the rendered fields of a deck."""

    _SCHEMA = "CREATE TABLE IF NOT EXISTS rendered (key BLOB PRIMARY KEY, value TEXT) WITHOUT ROWID"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._seen: set[bytes] = set()

    def get_many(self, keys: Iterable[bytes]) -> dict[bytes, str]:
        """The cached texts of these keys; keys without a text are left out."""
        wanted = list(dict.fromkeys(keys))
        self._seen.update(wanted)
        found: dict[bytes, str] = {}
        if self._database is None:
            return found
        try:
            for start in range(0, len(wanted), _BATCH):
                some = wanted[start : start + _BATCH]
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
        """Keep these texts.

        If the file holds many times what this build has used, the unused texts are deleted.
        """
        if self._database is None or not texts:
            return
        try:
            with self._database:
                self._database.executemany(
                    "INSERT OR REPLACE INTO rendered VALUES (?, ?)", texts.items()
                )
                (count,) = self._database.execute("SELECT count(*) FROM rendered").fetchone()
                if count > _KEEP_FACTOR * len(self._seen) + 10_000:
                    self._database.execute("CREATE TEMP TABLE used (key BLOB PRIMARY KEY)")
                    self._database.executemany(
                        "INSERT OR IGNORE INTO used VALUES (?)", ((key,) for key in self._seen)
                    )
                    self._database.execute(
                        "DELETE FROM rendered WHERE key NOT IN (SELECT key FROM used)"
                    )
        except sqlite3.Error:
            self._database = self._fresh()


class FileCache(_Database):
    """Contents of files by key, such as printed pages: the last used, up to `max_bytes` bytes.

    Several threads may use it at the same time.
    """

    # The digest is stored with the bytes, as SQLite does not notice damage in the middle of a file.
    _SCHEMA = (
        "CREATE TABLE IF NOT EXISTS printed "
        "(key BLOB PRIMARY KEY, used INTEGER, size INTEGER, digest BLOB, value BLOB)"
    )

    def __init__(self, path: Path, max_bytes: int = 200_000_000) -> None:
        super().__init__(path)
        self._max_bytes = max_bytes
        self._now: int | None = None
        self._lock = threading.Lock()

    def get(self, key: bytes) -> bytes | None:
        """The bytes that were kept under `key`, or None."""
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
        """Keep `value` under `key`; if there is too much, delete what was not used for longest."""

        def write(database: sqlite3.Connection) -> None:
            row = (key, self._build(database), len(value), _digest(value), value)
            database.execute("INSERT OR REPLACE INTO printed VALUES (?, ?, ?, ?, ?)", row)
            (size,) = database.execute("SELECT sum(size) FROM printed").fetchone()
            for old, its_size in database.execute(
                "SELECT key, size FROM printed WHERE key != ? ORDER BY used, key", (key,)
            ).fetchall():
                if size <= self._max_bytes:
                    break
                database.execute("DELETE FROM printed WHERE key = ?", (old,))
                size -= its_size

        self._try(write)

    def _build(self, database: sqlite3.Connection) -> int:
        """The number of this build: one more than that of the last build that used the file."""
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


def _read_only(database: sqlite3.Connection) -> str:
    """Why a database is read-only; empty if it is not, or if another build is writing to it."""
    try:
        database.execute("BEGIN IMMEDIATE")  # which a read-only database takes for a reading one
        database.execute("PRAGMA user_version = 1")
        database.rollback()
    except sqlite3.OperationalError as error:
        busy = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        return "" if error.sqlite_errorcode & 0xFF in busy else str(error)
    return ""


def _digest(value: bytes) -> bytes:
    return blake2b(value, digest_size=16).digest()
