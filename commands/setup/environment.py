"""The virtual environment: where it is, and the stamp, a file that says what it is ready for."""

from __future__ import annotations

import os
import sys

from commands.setup.requirements import DEBIAN, HOMEBREW, LOCKS, SYSTEM

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))
STAMP = os.path.join(VENV, "deckpress-ready")


def job_line(job: str) -> str:
    """The stamp's line that says that everything for `job` was installed, in this folder.

    It changes with the folder and with what the job needs.
    """
    import zlib

    system = repr([(DEBIAN[name], HOMEBREW[name]) for name in SYSTEM[job]]).encode()
    with open(os.path.join(ROOT, LOCKS[job]), "rb") as lock:
        checksum = zlib.crc32(lock.read(), zlib.crc32(system))
    return f"{job} {checksum:08x} {VENV}"


def python_line() -> str:
    """The stamp's line about the running interpreter, such as ``python 3.11``."""
    return "python {}.{}".format(*sys.version_info[:2])
