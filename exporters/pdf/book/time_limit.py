"""Limits the time of a layout, and finds the element at which it hung."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from exporters.job import LayoutError

_RETRY_AFTER = 0.5  # seconds until the exception is raised again


class _TimeIsUp(BaseException):
    """Raised in the thread that lays out, wherever it is at that moment."""


@contextmanager
def limit_time(seconds: float) -> Iterator[None]:
    """End the block of the ``with`` statement if it takes longer than `seconds`.

    Raises:
        LayoutError: it was ended; the error has the id of the element that was being laid out.
    """
    thread = threading.get_ident()
    found_ids: list[str] = []
    done = threading.Event()
    lock = threading.Lock()

    def interrupt() -> None:
        if done.wait(seconds):
            return
        while True:
            with lock:
                if done.is_set():
                    return
                found_ids.append(_element_id(sys._current_frames().get(thread)))
                _raise_in(thread, _TimeIsUp)
            # Some code may have caught it by mistake. So it is raised until the layout ends.
            if done.wait(_RETRY_AFTER):
                return

    watcher = threading.Thread(target=interrupt, daemon=True)
    watcher.start()
    try:
        yield
    except _TimeIsUp:
        pass
    finally:
        with lock:
            done.set()
            if found_ids:
                _raise_in(thread, None)  # cancels an exception that has not been raised yet
    if found_ids:
        raise LayoutError(found_ids[0])


def _raise_in(thread: int, kind: type[BaseException] | None) -> None:
    """Raise an exception in another thread; None cancels one that is pending."""
    raised = ctypes.py_object(kind) if kind else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)


def _element_id(frame: FrameType | None) -> str:
    """The id in or around the element that the innermost function on the stack lays out."""
    while frame is not None:
        for name in ("box", "element"):
            found = _id_near(frame.f_locals.get(name))
            if found:
                return found
        frame = frame.f_back
    return ""


def _id_near(value: Any) -> str:
    element = getattr(value, "element", value)
    try:
        return next((each.get("id") for each in element.iter() if each.get("id")), "")
    except (AttributeError, TypeError):
        return ""
