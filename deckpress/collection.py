"""Cyclic garbage collection, which costs time where nothing can be collected."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """Pause it: a build or a layout makes millions of objects, and drops few until its end.

    Pauses may stand in one another; the outermost ends them all.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
