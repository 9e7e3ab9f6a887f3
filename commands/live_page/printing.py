"""The cheat sheet, printed while its author goes on writing."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from commands.terminal.failures import EXPECTED
from releases.preview import Preview, cheat_sheet

# Takes a preview whose cheat sheet is to be printed; of several, only the last one is.
Print = Callable[[Preview], None]


@contextmanager
def printing(
    printed: Callable[[bytes], None], failed: Callable[[Exception], None]
) -> Iterator[Print]:
    """Print beside the main thread. Each sheet goes to `printed`, an error to `failed`."""
    from exporters.pdf import standing

    queue: SimpleQueue[Preview | None] = SimpleQueue()
    closing = threading.Event()
    with contextlib.closing(standing()) as pool:

        def work() -> None:
            while (wanted := _last(queue)) is not None:
                try:
                    printed(cheat_sheet(wanted, pool))
                except (*EXPECTED, ChildProcessError) as error:
                    if not closing.is_set():  # then the workers were ended
                        failed(error)

        threading.Thread(target=work, daemon=True).start()
        try:
            yield queue.put
        finally:
            closing.set()
            queue.put(None)


def _last(queue: SimpleQueue[Preview | None]) -> Preview | None:
    """The last preview that waits, or the next one; None if there is nothing more to print."""
    wanted = queue.get()
    with contextlib.suppress(Empty):
        while True:
            wanted = queue.get_nowait()
    return wanted
