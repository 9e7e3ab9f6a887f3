"""Reads files from a folder that anybody may have filled: only regular ones, and without waiting.

A pipe would keep its reader waiting for ever, a device never ends, and a link leads elsewhere.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path

# Windows has neither of these flags, and no such files.
_FLAGS = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)


@contextlib.contextmanager
def open_regular(path: Path) -> Iterator[BufferedReader]:
    """A file that is open for reading.

    Raises:
        OSError: it is no regular file, or cannot be read.
    """
    _require_regular(path.lstat(), path)  # to open some devices does something already
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | _FLAGS)) as file:
        _require_regular(os.fstat(file.fileno()), path)
        yield file


def read_regular(path: Path, most: int | None = None) -> bytes:
    """The bytes of a file, of at most `most` bytes.

    Raises:
        OSError: it is no regular file, is larger, or cannot be read.
    """
    with open_regular(path) as file:
        if most is None:
            return file.read()
        # A file of holes alone can be larger than any memory: its size is asked first.
        if os.fstat(file.fileno()).st_size > most or len(data := file.read(most + 1)) > most:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
        return data


def sha256_of(path: Path) -> str:
    """The hexadecimal checksum of a file, which may be larger than the memory.

    Raises:
        OSError: it is no regular file, or cannot be read.
    """
    with open_regular(path) as file:
        return file_digest(file, "sha256").hexdigest()


def _require_regular(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(path))
