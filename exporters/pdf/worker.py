"""Prints parts of a book within a time limit; as a program, those that it reads from its input."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
from typing import IO, Any

from .press import Sheet, printed_part
from .watch import limited


def printed(sheet: Sheet, limit: float) -> bytes:
    """The sheet as a part of a book.

    Raises:
        LayoutError: that takes more than `limit` seconds.
    """
    try:
        with limited(limit):
            return printed_part(sheet)
    finally:
        gc.collect()  # which the layout went without


def send(stream: IO[bytes] | None, value: object) -> None:
    assert stream is not None
    pickle.dump(value, stream, pickle.HIGHEST_PROTOCOL)
    stream.flush()


def _work() -> None:
    """Answers each sheet and limit with a PDF or an error, until there is no more to read."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # for whatever a library prints
    printed_part(Sheet("<html lang=en><title>-</title>"))  # loads the libraries in the meantime
    while True:
        try:
            sheet, limit = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        answer: Any
        try:
            answer = printed(sheet, limit)
        except Exception as error:
            answer = error
        send(answers, answer)
        del sheet, answer


if __name__ == "__main__":
    _work()
