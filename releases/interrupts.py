"""Ctrl-C at a bad moment.

While modules are imported it is put off, because some libraries abort if they are cut short there.
While an object is finalised Python drops the exception, so it is remembered that Ctrl-C came.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType

_RETRY = 0.02  # seconds until Ctrl-C is raised again
_interrupted = False


def delay_while_importing() -> None:
    """From now on, Ctrl-C raises KeyboardInterrupt, but not in the middle of an import."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # it may be ignored
        signal.signal(signal.SIGINT, _handle)


def raise_if_interrupted() -> None:
    """Stop here if Ctrl-C came earlier. Call it before a step that cannot be undone.

    Raises:
        KeyboardInterrupt: Ctrl-C came, even if its exception was lost.
    """
    global _interrupted
    if _interrupted:
        _interrupted = False
        raise KeyboardInterrupt


def _handle(number: int, frame: FrameType | None) -> None:
    global _interrupted
    _interrupted = True
    while frame:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            later = threading.Timer(_RETRY, signal.raise_signal, [number])
            later.daemon = True
            later.start()
            return
        frame = frame.f_back
    raise KeyboardInterrupt
