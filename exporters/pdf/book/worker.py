"""A task and its time limit; as a program, does the tasks that it reads from its input."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from exporters.pdf.book.time_limit import limited
from exporters.pdf.sheet import Sheet
from exporters.pdf.weasy.press import printed_part


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done to which values, in at most `limit` seconds."""

    work: Callable[..., bytes]
    values: tuple[Any, ...]
    limit: float


def done(task: Task) -> bytes:
    """What comes of the task.

    Raises:
        LayoutError: it takes too long.
    """
    with limited(task.limit):
        return task.work(*task.values)


def send(stream: IO[bytes] | None, value: object) -> None:
    assert stream is not None
    pickle.dump(value, stream, pickle.HIGHEST_PROTOCOL)
    stream.flush()


def _work() -> None:
    """Answers each task with a PDF or an error, until there is no more to read."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # for whatever a library prints
    printed_part(Sheet("<html lang=en><title>-</title>"))  # loads the libraries in the meantime
    gc.collect()
    gc.freeze()  # what was loaded stays
    gc.disable()
    while True:
        try:
            task = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        answer: Any
        try:
            answer = done(task)
        except Exception as error:
            answer = error
        send(answers, answer)
        del task, answer
        gc.collect()  # while the answer is read


if __name__ == "__main__":
    _work()
