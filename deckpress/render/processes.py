"""Shares work among the processors, in copies of this process."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Generic, Self, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_MOST = 4  # processes: each needs memory of its own
# Neighbours may differ in what they cost, so whoever is ready takes the next few items.
_AT_ONCE = 16
_NUMBER_BYTES = 4
_PIPE_BYTES = 4096  # a pipe holds that much everywhere, with nobody reading


class SharedWork(Generic[_Item, _Result]):
    """Work on items that copies of this process begin at once, while this one does something else.

    `results` does what is left of it. A result must be picklable. Where a process cannot be copied,
    or a copy fails, this process does the work itself. Leaving the context ends the copies.
    """

    def __init__(self, work: Callable[[_Item], _Result], items: Sequence[_Item]) -> None:
        self._work = work
        self._items = items
        self._copies: list[tuple[int, int]] = []  # the id of each, and where it writes to
        self._queue = -1

    def __enter__(self) -> Self:
        count = min(_processors(), _MOST, len(self._items) // _AT_ONCE)
        if count > 1:
            self._queue = _queue(range(-(-len(self._items) // self._size)))
            self._copies = [self._start() for _ in range(count - 1)]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for child, pipe in self._copies:
            os.close(pipe)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        self._copies.clear()
        if self._queue >= 0:
            os.close(self._queue)
        self._queue = -1

    def results(self) -> list[_Result]:
        """The result of the work for each item, in order; an exception of it is raised here."""
        if not self._copies:
            return [self._work(item) for item in self._items]
        done = self._taken()
        while self._copies:
            done |= _answer(*self._copies.pop())
        results: list[_Result] = []
        for number in range(-(-len(self._items) // self._size)):
            results += done[number] if number in done else self._part(number)
        return results

    @property
    def _size(self) -> int:
        """How many items are taken at once; all numbers of such parts fit into the pipe."""
        return max(_AT_ONCE, -(-len(self._items) * _NUMBER_BYTES // _PIPE_BYTES))

    def _part(self, number: int) -> list[_Result]:
        start = number * self._size
        return [self._work(item) for item in self._items[start : start + self._size]]

    def _taken(self) -> dict[int, list[_Result]]:
        """The results of the parts that this process could take, by their number."""
        done = {}
        while taken := os.read(self._queue, _NUMBER_BYTES):
            number = int.from_bytes(taken, "big")
            done[number] = self._part(number)
        return done

    def _start(self) -> tuple[int, int]:
        reading, writing = os.pipe()
        child = os.fork()
        if child:
            os.close(writing)
            return child, reading
        status = 1
        try:
            os.close(reading)
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(self._taken(), pipe, pickle.HIGHEST_PROTOCOL)
            status = 0
        finally:
            os._exit(status)  # without what the first process does at its end


def _processors() -> int:
    """How many processes may run side by side; 1 if this one cannot be copied."""
    if not sys.platform.startswith("linux") or threading.active_count() > 1:
        return 1  # a copy has one thread only, and would wait for the others' locks
    return len(os.sched_getaffinity(0))


def _queue(numbers: Sequence[int]) -> int:
    """A pipe from which each number can be read once, by whoever comes first."""
    reading, writing = os.pipe()
    os.write(writing, b"".join(number.to_bytes(_NUMBER_BYTES, "big") for number in numbers))
    os.close(writing)
    return reading


def _answer(child: int, pipe: int) -> dict[int, list[_Result]]:
    """What a copy has made; nothing if it failed."""
    with os.fdopen(pipe, "rb") as file:
        data = file.read()
    _, status = os.waitpid(child, 0)
    answer: dict[int, list[_Result]] = {} if status else pickle.loads(data)
    return answer
