"""Shares work among the processors, in copies of this process."""

from __future__ import annotations

import os
import pickle
import sys
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_MOST = 4  # processes: each needs memory of its own


def shared(work: Callable[[_Item], _Result], items: Sequence[_Item]) -> list[_Result]:
    """The result of `work` for each of `items`, in order, made by as many processes as can run.

    A result must be picklable. Where a process cannot be copied, or a copy fails, this process does
    the work itself; so an exception of `work` is raised here.
    """
    count = min(_processors(), _MOST, len(items))
    if count < 2:
        return [work(item) for item in items]
    # Neighbours may differ in what they cost, so each process takes every n-th.
    parts = [items[number::count] for number in range(count)]
    copies = [_start(work, part) for part in parts[1:]]
    try:
        done = [[work(item) for item in parts[0]]]
        for number, (child, pipe) in enumerate(copies, 1):
            answer: list[_Result] | None = _answer(child, pipe)
            done.append([work(i) for i in parts[number]] if answer is None else answer)
    finally:
        for _, pipe in copies:
            os.close(pipe)  # a copy that is still writing ends by that
    results: list[_Result] = []
    for number in range(len(items)):
        results.append(done[number % count][number // count])
    return results


def _processors() -> int:
    """How many processes may run side by side; 1 if this one cannot be copied."""
    if not sys.platform.startswith("linux") or threading.active_count() > 1:
        return 1  # a copy has one thread only, and would wait for the others' locks
    return len(os.sched_getaffinity(0))


def _start(work: Callable[[_Item], object], part: Sequence[_Item]) -> tuple[int, int]:
    """The id of a copy of this process that does a part of the work, and where it writes to."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    status = 1
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump([work(item) for item in part], pipe, pickle.HIGHEST_PROTOCOL)
        status = 0
    finally:
        os._exit(status)  # without what the first process does at its end


def _answer(child: int, pipe: int) -> list[_Result] | None:
    """What a copy has made; None if it failed."""
    with os.fdopen(os.dup(pipe), "rb") as file:
        data = file.read()
    _, status = os.waitpid(child, 0)
    if status:
        return None
    answer: list[_Result] = pickle.loads(data)
    return answer
