"""The page of the small deck, and the file that it is in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.exporters.web.pages import written
from tests.exporters.web.study.studying import deck_of, opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "deck.html", deck_of())


@pytest.fixture
def page(chromium: Browser, file: Path) -> Iterator[Page]:
    with opened(chromium, file) as page:
        yield page
