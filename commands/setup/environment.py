"""The virtual environment: where it lies, and the stamp that says what it is ready for."""

from __future__ import annotations

import os
import sys

from commands.setup.requirements import DEBIAN, HOMEBREW, LOCKS

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))
STAMP = os.path.join(VENV, "deckpress-ready")


def expected(job: str) -> str:
    """The stamp's line that says that all that `job` needs is there, in this place."""
    import zlib

    system = repr((DEBIAN[job], HOMEBREW[job])).encode()
    with open(os.path.join(ROOT, LOCKS[job]), "rb") as lock:
        checksum = zlib.crc32(lock.read(), zlib.crc32(system))
    return f"{job} {checksum:08x} {VENV}"


def python() -> str:
    """The stamp's line about the interpreter."""
    return "python {}.{}".format(*sys.version_info[:2])
