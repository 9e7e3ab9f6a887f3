"""Temporary folders in memory: Git, Anki and builds wait for the disk at every step."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")
_NAME = "deckpress-"
_ROOM = 3 * 2**30


def use(config: pytest.Config) -> None:
    """Let this run and all that it starts make their temporary folders in memory, if it serves.

    They are gone when the run ends. `--basetemp` keeps those of the tests elsewhere.
    """
    if "PYTEST_XDIST_WORKER" in os.environ or "TMPDIR" in os.environ or not _serves():
        return
    for left in MEMORY.glob(f"{_NAME}*"):
        if not Path("/proc", left.name.removeprefix(_NAME)).exists():  # its run was killed
            shutil.rmtree(left, ignore_errors=True)
    folder = MEMORY / f"{_NAME}{os.getpid()}"
    folder.mkdir(0o700)
    before = tempfile.tempdir
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    config.option.basetemp = config.option.basetemp or str(folder / "t")

    def leave() -> None:
        del os.environ["TMPDIR"]
        tempfile.tempdir = before
        shutil.rmtree(folder, ignore_errors=True)

    config.add_cleanup(leave)


def _serves() -> bool:
    """Whether it has room, and programs can be run from there."""
    try:
        there = os.statvfs(MEMORY)
    except (OSError, AttributeError):  # another system
        return False
    free, runs = there.f_bavail * there.f_frsize, not there.f_flag & os.ST_NOEXEC
    return free >= _ROOM and runs and os.access(MEMORY, os.W_OK)
