"""The page of the small deck, and the file that it is in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.exporters.browser import visit
from tests.exporters.web.study.studying import NOON, deck_of, written


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "deck.html", deck_of())


@pytest.fixture
def page(chromium: Browser, file: Path) -> Iterator[Page]:
    with visit(chromium, file, timezone_id="UTC", locale="en") as visited:
        visited.page.clock.set_fixed_time(NOON)
        yield visited.page
        assert visited.record.requests == []
        assert visited.record.complaints == []
