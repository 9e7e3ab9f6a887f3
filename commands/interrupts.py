"""Ctrl-C while modules are loaded: heard afterwards, as some libraries abort if cut short there."""

from __future__ import annotations

import signal
import threading
from types import FrameType

_AGAIN = 0.02  # seconds


def delay_while_importing() -> None:
    """From now on, Ctrl-C raises KeyboardInterrupt, but not in the middle of an import."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # it may be ignored
        signal.signal(signal.SIGINT, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> None:
    while frame:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            later = threading.Timer(_AGAIN, signal.raise_signal, [number])
            later.daemon = True
            later.start()
            return
        frame = frame.f_back
    raise KeyboardInterrupt
