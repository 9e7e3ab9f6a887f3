"""What is shown at this moment, for whoever waits for the next."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown: the published `page`, and above it the HTML of a `panel`.

    `card` is the id of what was edited last, where the page is to open. `sheet` is the cheat sheet,
    a PDF, once it is printed. When it is `closed`, nothing will follow.
    """

    page: str = ""
    card: str = ""
    panel: str = ""
    sheet: bytes = b""
    closed: bool = False


class Screen:
    """Where one thing is shown after another. Any thread may change it, or wait for a change."""

    def __init__(self) -> None:
        self._shown = Shown()
        self._changed = threading.Condition()

    @property
    def shown(self) -> Shown:
        """What is shown now."""
        return self._shown

    def change(self, **values: Any) -> None:
        """Show other values for these fields of `Shown`; the other fields stay."""
        with self._changed:
            self._shown = replace(self._shown, **values)
            self._changed.notify_all()

    def wait(self, known: Shown, seconds: float) -> Shown:
        """What is shown, as soon as it is another one than `known`, or when the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._shown is not known, seconds)
            return self._shown
