"""What was printed before can be used again, can be lost, and is never returned damaged."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from deckpress.render.cache import FileCache


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "printed.sqlite"


def test_what_was_kept_is_there_in_the_next_build(file: Path) -> None:
    with FileCache(file) as memo:
        assert memo.get(b"a") is None
        memo.put(b"a", b"first")
        memo.put(b"a", b"second")
    with FileCache(file) as memo:
        assert memo.get(b"a") == b"second"


def test_what_no_build_wanted_for_longest_is_forgotten_first(file: Path) -> None:
    for key in (b"a", b"b", b"c"):
        with FileCache(file) as memo:
            memo.put(key, bytes(1000))
    with FileCache(file) as memo:
        memo.get(b"a")
    with FileCache(file, max_bytes=3000) as memo:
        memo.put(b"d", bytes(1000))
        assert [memo.get(key) is None for key in (b"a", b"b", b"c", b"d")] == [0, 1, 0, 0]


def test_something_larger_than_the_limit_is_kept_alone(file: Path) -> None:
    with FileCache(file, max_bytes=10) as memo:
        memo.put(b"a", bytes(5))
        memo.put(b"b", bytes(50))
        assert memo.get(b"a") is None
        assert memo.get(b"b") == bytes(50)


def test_a_damaged_value_is_not_returned(file: Path) -> None:
    with FileCache(file) as memo:
        memo.put(b"a", b"%PDF-1.7 whole")
    with sqlite3.connect(file) as database:
        database.execute("UPDATE printed SET value = ?", (b"%PDF-1.7 wh0le",))
    database.close()
    with FileCache(file) as memo:
        assert memo.get(b"a") is None
        memo.put(b"a", b"again")
        assert memo.get(b"a") == b"again"


@pytest.mark.parametrize("content", [b"", b"not a database" * 500], ids=["empty", "garbage"])
def test_a_damaged_file_is_replaced(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    with FileCache(file) as memo:
        assert memo.get(b"a") is None
        memo.put(b"a", b"kept")
    with FileCache(file) as memo:
        assert memo.get(b"a") == b"kept"


def test_without_a_place_to_write_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, not a folder")
    with FileCache(tmp_path / "cache" / "printed.sqlite") as memo:
        memo.put(b"a", b"lost")
        assert memo.get(b"a") is None
