"""A task with its time limit. As a program, this module runs the tasks that it reads from stdin."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from exporters.job import PrinterError
from exporters.pdf.book.time_limit import limit_time
from exporters.pdf.sheet import Sheet
from exporters.pdf.weasy.press import print_part


@dataclass(frozen=True, slots=True)
class Task:
    """A call of `function` with `arguments` that may take at most `limit` seconds."""

    function: Callable[..., bytes]
    arguments: tuple[Any, ...]
    limit: float


def run(task: Task) -> bytes:
    """The result of `task`.

    Raises:
        LayoutError: the task takes too long.
    """
    with limit_time(task.limit):
        return task.function(*task.arguments)


def send(stream: IO[bytes] | None, value: object) -> None:
    """Write `value` to `stream`, as `pickle` does it."""
    assert stream is not None
    pickle.dump(value, stream, pickle.HIGHEST_PROTOCOL)
    stream.flush()


def _serve() -> None:
    """Answer each task with a PDF or an exception, until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process ends this one
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # for libraries that print
    with contextlib.suppress(PrinterError):  # each task will raise it again
        print_part(Sheet("<html lang=en><title>-</title>"))  # loads the libraries meanwhile
    gc.collect()
    gc.freeze()  # keeps what was loaded out of later collections
    gc.disable()
    while True:
        try:
            task = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        answer: Any
        try:
            answer = run(task)
        except Exception as error:
            answer = error
        send(answers, answer)
        del task, answer
        gc.collect()  # while the parent process reads the answer


if __name__ == "__main__":
    _serve()
