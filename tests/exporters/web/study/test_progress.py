"""Progress that is carried to another page: a new release, a file that is exported."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.exporters.browser import reload
from tests.exporters.web.pages import written
from tests.exporters.web.study.studying import (
    BASIC,
    CLOZE,
    DAYS,
    EVERY,
    NOON,
    ORDERED,
    RATED,
    asked,
    deck_of,
    kept,
    opened,
    progress,
    rate_first,
    study,
    tap,
)


def test_progress_outlives_a_new_release_of_the_page(chromium: Browser, file: Path) -> None:
    with opened(chromium, file) as page:
        rate_first(page)
        before = kept(page)["cards"]["basic"]
        edited = replace(BASIC, question=("Reworded?",), section="two")
        written(file, deck_of(replace(CLOZE, retired=True), edited, ORDERED))
        reload(page)
        assert kept(page)["cards"]["basic"] == before
        study(page)
        assert asked(page) == "In which order?"  # neither the known card nor the retired one
        page.keyboard.press("Escape")
        page.clock.set_fixed_time(NOON + timedelta(days=9))
        study(page)
        assert asked(page) in ("Reworded?", "In which order?")
        assert kept(page)["cards"]["basic"] == before


def test_the_progress_of_cards_that_all_vanished_is_kept(
    chromium: Browser, file: Path, tmp_path: Path
) -> None:
    with opened(chromium, file) as page:
        rate_first(page)
        before = kept(page)
        written(file, deck_of(*(replace(card, retired=True) for card in EVERY)))
        reload(page)
        study(page, begin=False)
        expect(page.get_by_role("button", name="Start studying")).to_be_disabled()
        expect(page.locator("#_due-now")).to_have_text("0")
        with page.expect_download() as waiting:
            tap(page, "Export")
        waiting.value.save_as(tmp_path / "saved.json")
        assert json.loads((tmp_path / "saved.json").read_text()) == before
        assert kept(page)["cards"] == before["cards"]


def test_another_decks_page_has_its_own_progress(chromium: Browser, file: Path) -> None:
    with opened(chromium, file) as page:
        rate_first(page)
        written(file, deck_of(key="other"))
        reload(page)
        study(page)
        assert asked(page) == "Basic?"


def test_progress_is_exported_and_taken_in_elsewhere(
    chromium: Browser, file: Path, tmp_path: Path
) -> None:
    with opened(chromium, file) as page:
        rate_first(page)
        page.keyboard.press("Escape")
        study(page, begin=False)
        with page.expect_download() as waiting:
            tap(page, "Export")
        saved = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(saved)
        mine = kept(page)
    assert re.fullmatch(r"sample-\d{4}-\d\d-\d\d\.json", saved.name)
    assert json.loads(saved.read_text()) == mine
    assert mine["format"] == 1
    with opened(chromium, file) as page:
        assert kept(page) == {}
        study(page, begin=False)
        page.locator("#_load").set_input_files(saved)
        expect(page.locator("#_file-said")).to_contain_text("1")
        assert kept(page)["cards"] == mine["cards"]


@pytest.fixture(scope="module")
def studied(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The overview of somebody who has rated one card."""
    file = written(tmp_path_factory.mktemp("studied") / "deck.html", deck_of())
    with opened(chromium, file) as page:
        rate_first(page)
        page.keyboard.press("Escape")
        study(page, begin=False)
        yield page


def take(page: Page, content: str) -> None:
    """Take in a file that says `content`. What was said of a file before is away then."""
    page.evaluate("document.querySelector('#_file-said').textContent = ''")
    file = {"name": "p.json", "mimeType": "application/json", "buffer": content.encode()}
    page.locator("#_load").set_input_files(file)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "This file is damaged"),
        ("[]", "This file is not the progress of this deck"),
        ('{"format": 1, "deck": "other", "limit": 1, "cards": {}, "days": {}}', "is not the"),
        ('{"format": 2, "deck": "sample"}', "from a newer page"),
        (
            '{"format": 1, "deck": "sample", "limit": 1, "cards": {"a": {"due": "x"}}, "days": {}}',
            "This file is damaged",
        ),
    ],
)
def test_a_strange_file_is_refused_and_nothing_is_lost(
    studied: Page, content: str, said: str
) -> None:
    before = kept(studied)
    assert list(before["cards"]) == ["basic"]
    take(studied, content)
    expect(studied.locator("#_file-said")).to_contain_text(said)
    assert kept(studied) == before


_IMPOSSIBLE: list[dict[str, Any]] = [
    {"step": 99},
    {"step": 0.5},
    {"phase": "learning", "step": 2},
    {"step": 1},
    {"difficulty": 0},
    {"difficulty": 99},
    {"stability": 1e300},
    {"stability": 0},
    {"due": 1e300},
    {"due": 0},
    {"last": 1e300, "due": 1e300},
    {
        "last": (NOON + timedelta(days=900)).timestamp() * 1000,
        "due": (NOON + timedelta(days=901)).timestamp() * 1000,
    },
    {"seen": 0.5},
    {"again": 4},
    {"phase": ["review"]},
]


@pytest.mark.parametrize(
    "content",
    [
        *(progress({"basic": RATED | change}) for change in _IMPOSSIBLE),
        progress(days={"no day": DAYS["2026-11-19"]}),
        progress(days={"2026-02-30": DAYS["2026-11-19"]}),
        progress(days={"2999-01-01": DAYS["2026-11-19"]}),
        progress(days={"2026-11-19": {"fresh": 1, "asked": 1, "kept": 2}}),
        progress(days=[]),
        progress(limit=1e9),
        progress(limit=2.5),
        progress(plan={"date": "2026-11-31", "from": "2026-11-24", "fresh": 5}),
        progress(exams=[{"at": 1, "right": 3, "count": 2, "missed": []}]),
        progress(exams="none", since=-1),
    ],
)
def test_a_file_that_no_page_can_have_written_is_refused(studied: Page, content: str) -> None:
    before = kept(studied)
    assert list(before["cards"]) == ["basic"]
    take(studied, content)
    expect(studied.locator("#_file-said")).to_contain_text("This file is damaged")
    assert kept(studied) == before


def test_the_daily_limit_is_taken_in_if_the_learner_wants_it(page: Page) -> None:
    study(page, begin=False)
    take(page, progress({"basic": RATED}))
    expect(page.locator("#_file-said")).to_contain_text("1")
    expect(page.get_by_label("New cards a day")).to_have_value("20")  # the question was denied
    page.evaluate("confirm = () => true; 0")
    take(page, progress({"basic": RATED}))
    expect(page.get_by_label("New cards a day")).to_have_value("7")
    assert kept(page)["cards"] == {"basic": RATED}
    assert kept(page)["days"] == DAYS


def test_a_file_that_is_too_large_for_progress_is_refused(studied: Page) -> None:
    before = kept(studied)
    said = studied.evaluate('load(new File([" ".repeat(5_000_001)], "p.json"))')
    assert "too large" in said
    assert kept(studied) == before
