"""Prints in worker processes, several at once.

A worker is the module `worker`, run by the same Python. So no code of the main program runs a
second time, whatever that program is. And a worker whose layout hangs can be ended.
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
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self

from deckpress.program import ROOT
from exporters.pdf.book.worker import Task, run, send

# Seconds for one task (most take a few), and the extra seconds for a worker to report its end.
TIME_LIMIT = 120.0
_GRACE = 15.0

_WORKER = f"{__package__}.worker"

# In one process, one task at a time: the documents of a process share their fonts, and Pango's
# fonts are not made for several threads.
_ONE_AT_A_TIME = threading.Lock()


class Workers:
    """A pool of up to `count` worker processes; with a count of 1, tasks run in this process.

    Use it as a context manager. A task may take `limit` seconds. With `stay`, the processes stay
    for the next ``with`` block, until `close` is called or a block ends with an exception.
    """

    def __init__(self, count: int, limit: float = TIME_LIMIT, *, stay: bool = False) -> None:
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
                # They load their libraries while the main process still makes the HTML.
                for _ in range(self._count):
                    self._free.put(self._start_process())
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
        """End all processes. Tasks that are not finished are lost."""
        if self._threads is None:
            return
        for process in self._processes:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            process.communicate()
        self._threads, self._processes, self._free = None, [], SimpleQueue()

    def submit(self, function: Callable[..., bytes], *arguments: Any) -> Future[bytes]:
        """Call `function` with `arguments` in a worker; both must be picklable.

        The future gives the result. It raises what `function` raises, `LayoutError` if the call
        takes too long, and `ChildProcessError` if the worker dies.
        """
        task = Task(function, arguments, self._limit)
        if self._count > 1:
            assert self._threads, "the workers were not entered"
            return self._threads.submit(self._run_in_process, task)
        future: Future[bytes] = Future()
        with _ONE_AT_A_TIME:
            try:
                future.set_result(run(task))
            except Exception as error:
                future.set_exception(error)
            gc.collect()  # the layout ran without garbage collection
        return future

    def _run_in_process(self, task: Task) -> bytes:
        # There are as many threads as processes, so one process is free unless it has died.
        try:
            process = self._free.get_nowait()
        except Empty:
            process = self._start_process()
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

    def _start_process(self) -> subprocess.Popen[bytes]:
        path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
        process = subprocess.Popen(
            [sys.executable, "-m", _WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,  # so that Ctrl-C in a terminal reaches only the main process
            env={**os.environ, "PYTHONPATH": path},
        )
        self._processes.append(process)
        return process
