"""Work that copies of the process share: nothing is lost, whatever becomes of the copies."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deckpress.render import processes
from deckpress.render.processes import SharedWork

ITEMS = range(1000)
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no copies are made elsewhere")


@pytest.fixture(autouse=True)
def _two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_processors", lambda: 2)


def _only_in_copies(act: Callable[[], object]) -> Callable[[int], int]:
    first = os.getpid()

    def work(item: int) -> int:
        if os.getpid() != first:
            act()
        return item * item

    return work


def _children() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii")


def test_results_come_in_the_order_of_the_items_and_some_from_a_copy() -> None:
    reading, writing = os.pipe()
    first = os.getpid()

    def work(item: int) -> tuple[int, int]:
        if os.getpid() != first:
            os.write(writing, b".")
        return item, os.getpid()

    with SharedWork(work, ITEMS) as shared:
        assert os.read(reading, 1)  # the copy has begun
        results = shared.results()
    os.close(reading)
    os.close(writing)
    assert [item for item, _ in results] == list(ITEMS)
    assert {process for _, process in results} - {os.getpid()}


def test_what_a_copy_took_and_did_not_do_is_done_here() -> None:
    with SharedWork(_only_in_copies(lambda: os._exit(1)), ITEMS) as shared:
        assert shared.results() == [item * item for item in ITEMS]


def test_an_exception_of_the_work_is_raised_here() -> None:
    before = _children()
    with pytest.raises(ZeroDivisionError), SharedWork(lambda item: 1 // item, ITEMS) as shared:
        shared.results()
    assert _children() == before


def test_leaving_ends_the_copies_in_the_middle_of_their_work() -> None:
    before = _children()
    with SharedWork(_only_in_copies(lambda: time.sleep(60)), ITEMS):
        assert _children() != before
    assert _children() == before
