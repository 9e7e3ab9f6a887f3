"""A limit for the time that a layout may take, and the place at which it did not end."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from exporters.job import LayoutError

_AGAIN = 0.5  # seconds


class _Late(BaseException):
    """Raised in the thread that lays out, wherever it is."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Ends what takes longer than that.

    Raises:
        LayoutError: with the id of the element that was being laid out.
    """
    thread = threading.get_ident()
    places: list[str] = []
    done = threading.Event()
    lock = threading.Lock()

    def interrupt() -> None:
        if done.wait(seconds):
            return
        while True:
            with lock:
                if done.is_set():
                    return
                places.append(_place(sys._current_frames().get(thread)))
                _raise_in(thread, _Late)
            # Whoever caught it had no right to: it is raised until the layout ends.
            if done.wait(_AGAIN):
                return

    watcher = threading.Thread(target=interrupt, daemon=True)
    watcher.start()
    try:
        yield
    except _Late:
        pass
    finally:
        with lock:
            done.set()
            if places:
                _raise_in(thread, None)  # it may not have come yet
    if places:
        raise LayoutError(places[0])


def _raise_in(thread: int, kind: type[BaseException] | None) -> None:
    raised = ctypes.py_object(kind) if kind else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)


def _place(frame: FrameType | None) -> str:
    """The id in or around the innermost element that a function on the stack is about."""
    while frame is not None:
        for name in ("box", "element"):
            found = _id(frame.f_locals.get(name))
            if found:
                return found
        frame = frame.f_back
    return ""


def _id(value: Any) -> str:
    element = getattr(value, "element", value)
    try:
        return next((each.get("id") for each in element.iter() if each.get("id")), "")
    except (AttributeError, TypeError):
        return ""
