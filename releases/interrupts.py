"""Ctrl-C at a bad moment: while modules are loaded, where it is heard afterwards, as some libraries
abort if cut short there; and while an object is cleared away, where Python loses the exception.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType

_AGAIN = 0.02  # seconds
_heard = False


def delay_while_importing() -> None:
    """From now on, Ctrl-C raises KeyboardInterrupt, but not in the middle of an import."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # it may be ignored
        signal.signal(signal.SIGINT, _interrupt)


def heed() -> None:
    """Call it before what cannot be undone.

    Raises:
        KeyboardInterrupt: Ctrl-C was heard, whatever became of it.
    """
    global _heard
    if _heard:
        _heard = False
        raise KeyboardInterrupt


def _interrupt(number: int, frame: FrameType | None) -> None:
    global _heard
    _heard = True
    while frame:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            later = threading.Timer(_AGAIN, signal.raise_signal, [number])
            later.daemon = True
            later.start()
            return
        frame = frame.f_back
    raise KeyboardInterrupt
