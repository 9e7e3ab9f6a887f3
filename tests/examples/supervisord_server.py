"""A real supervisord on a unix socket, and what it says of its processes."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from xmlrpc.client import ServerProxy

from supervisor.xmlrpc import SupervisorTransport  # type: ignore[import-untyped]

from tests.examples.loopback import wait_for
from tests.examples.programs import program

_T = TypeVar("_T")
_MARK = "DECKPRESS_SUPERVISED"  # in the environment of everything that one server starts
FRAME = """\
[supervisord]
logfile=%(here)s/run/supervisord.log
pidfile=%(here)s/run/supervisord.pid
childlogdir=%(here)s/run
[unix_http_server]
file=%(here)s/run/s.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://%(here)s/run/s.sock
"""


def waited(ask: Callable[[], _T], seconds: float = 30) -> _T:
    """What `ask` says as soon as it is true; fails if that takes longer than `seconds`."""
    return wait_for(ask, "such state", seconds)


def alive(pid: int) -> bool:
    """Whether a process runs: one that has ended and waits for its parent does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def children(pid: int) -> list[int]:
    """The processes that this one started and that still run."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [child for child in map(int, listed.stdout.split()) if alive(child)]


@dataclass(slots=True)
class Supervisord:
    """A server in `folder`, whose ``supervisord.conf`` may be rewritten while it runs."""

    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def socket(self) -> str:
        return f"unix://{self.folder}/run/s.sock"

    def info(self, name: str) -> Mapping[str, Any]:
        """What the server says of a process: its state by name, its pid, why it did not start."""
        proxy = ServerProxy(
            "http://localhost", transport=SupervisorTransport(None, None, self.socket)
        )
        found = proxy.supervisor.getProcessInfo(name)
        assert isinstance(found, dict)
        return found

    def state(self, name: str) -> str:
        return str(self.info(name)["statename"])

    def reaches(self, name: str, state: str) -> Mapping[str, Any]:
        """Wait until a process is in that state."""
        waited(lambda: self.state(name) == state)
        return self.info(name)

    def control(self, *words: str) -> str:
        """What supervisorctl prints."""
        done = subprocess.run(
            [program("supervisorctl"), *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.stdout + done.stderr

    def log(self, name: str) -> str:
        return (self.folder / "run" / name).read_text()


@contextlib.contextmanager
def supervised(config: str, **environment: str) -> Iterator[Supervisord]:
    """A supervisord with this ``supervisord.conf``, in a folder with a short name.

    At the end everything that it has started is killed, orphans too.
    """
    folder = Path(tempfile.mkdtemp(prefix="sv", dir="/tmp"))  # a socket's path is short
    (folder / "run").mkdir()
    (folder / "supervisord.conf").write_text(config)
    process = subprocess.Popen(
        [program("supervisord"), "-n", "-c", str(folder / "supervisord.conf")],
        cwd=folder,
        env={**os.environ, **environment, _MARK: str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = Supervisord(folder, process)
    try:
        waited(lambda: _listens(folder / "run" / "s.sock"))
        yield server
    finally:
        for pid in _started(folder):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(10)
        shutil.rmtree(folder)


def _listens(path: Path) -> bool:
    """Whether the socket takes connections: its file is there a moment earlier."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def _started(folder: Path) -> Iterator[int]:
    mark = f"{_MARK}={folder}".encode()
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark in path.read_bytes().split(b"\0"):
                yield int(path.parent.name)
