"""Parts of a book, printed by processes of their own, as many at once as there are cores.

A worker is the module `worker`, run by the same Python. So nothing of the program that builds is
run a second time, whatever it is, and a worker whose layout hangs can be ended.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType

from .press import Sheet
from .worker import printed, send

# Seconds for one part, which takes two or three, and what a worker gets to say that they passed.
LIMIT = 120.0
_GRACE = 15.0

_WORKER = f"{__package__}.worker"
_ROOT = Path(__file__).resolve().parents[2]


class Workers:
    """Prints parts while it is entered. With fewer than two workers, in this process."""

    def __init__(self, count: int, limit: float = LIMIT) -> None:
        self._limit = limit
        self._count = count
        self._threads = ThreadPoolExecutor(max(1, count))
        self._processes: list[subprocess.Popen[bytes]] = []
        self._free: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()

    def __enter__(self) -> Workers:
        if self._count > 1:
            for _ in range(self._count):
                self._free.put(self._started())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self._processes:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            process.communicate()

    def printed(self, sheet: Sheet) -> Future[bytes]:
        """The sheet as a part of a book.

        The future raises `LayoutError` if that takes too long.
        """
        if self._count > 1:
            return self._threads.submit(self._ask, sheet)
        done: Future[bytes] = Future()
        try:
            done.set_result(printed(sheet, self._limit))
        except Exception as error:
            done.set_exception(error)
        return done

    def _ask(self, sheet: Sheet) -> bytes:
        process = self._free.get()
        hung = threading.Timer(self._limit + _GRACE, process.kill)
        hung.start()
        try:
            send(process.stdin, (sheet, self._limit))
            answer = pickle.load(process.stdout)  # type: ignore[arg-type]
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            code = process.wait()
            self._free.put(self._started())
            raise ChildProcessError(f"a printing process ended with code {code}") from error
        finally:
            hung.cancel()
        self._free.put(process)
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, bytes)
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        path = os.pathsep.join([str(_ROOT), *filter(None, sys.path)])
        process = subprocess.Popen(
            [sys.executable, "-m", _WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        self._processes.append(process)
        return process
