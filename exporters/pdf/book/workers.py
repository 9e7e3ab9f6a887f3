"""Printing done by processes of their own, as many at once as there are cores.

A worker is the module `worker`, run by the same Python. So nothing of the program that builds is
run a second time, whatever it is, and a worker whose layout hangs can be ended.
"""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self

from exporters.pdf.book.worker import Task, done, send

# Seconds for one task, which takes a few, and what a worker gets to say that they passed.
LIMIT = 120.0
_GRACE = 15.0

_WORKER = f"{__package__}.worker"
_ROOT = Path(__file__).resolve().parents[3]


class Workers:
    """Does work while it is entered: in up to `count` processes, or in this one if that is 1.

    Those that `stay` are there for whoever enters next, until they are closed or something fails.
    """

    def __init__(self, count: int, limit: float = LIMIT, *, stay: bool = False) -> None:
        self._limit = limit
        self._count = count
        self._stay = stay
        self._threads: ThreadPoolExecutor | None = None
        self._processes: list[subprocess.Popen[bytes]] = []
        self._free: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()

    def __enter__(self) -> Self:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._count)
            if self._count > 1:
                # They load their libraries while what they are to print is still being written.
                for _ in range(self._count):
                    self._free.put(self._started())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind or not self._stay:
            self.close()

    def close(self) -> None:
        """End all processes, and with them the work that is not done."""
        if self._threads is None:
            return
        for process in self._processes:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            process.communicate()
        self._threads, self._processes, self._free = None, [], SimpleQueue()

    def submit(self, work: Callable[..., bytes], *values: Any) -> Future[bytes]:
        """What `work` makes of the values; both are sent to a worker as `pickle` does it.

        The future raises what `work` raises, and `LayoutError` if it takes too long.
        """
        task = Task(work, values, self._limit)
        if self._count > 1:
            assert self._threads, "the workers were not entered"
            return self._threads.submit(self._ask, task)
        future: Future[bytes] = Future()
        try:
            future.set_result(done(task))
        except Exception as error:
            future.set_exception(error)
        gc.collect()  # which the layout went without
        return future

    def _ask(self, task: Task) -> bytes:
        # No more threads than processes ask at once: one is free, unless it has died.
        try:
            process = self._free.get_nowait()
        except Empty:
            process = self._started()
        hung = threading.Timer(task.limit + _GRACE, process.kill)
        hung.start()
        try:
            send(process.stdin, task)
            answer = pickle.load(process.stdout)  # type: ignore[arg-type]
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            code = process.wait()
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
            process_group=0,  # so that Ctrl-C in a terminal reaches this process alone
            env={**os.environ, "PYTHONPATH": path},
        )
        self._processes.append(process)
        return process
