"""A tab that is used again is as good as a new one."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.exporters.browser import visit

_PAGE = "<!doctype html><title>Page</title><p>Text</p>"
_STATE = """async () => ({
  left: [{ ...localStorage }, { ...sessionStorage }, document.cookie, typeof mine],
  allowed: (await navigator.permissions.query({ name: "clipboard-read" })).state,
  seen: ["print", "(prefers-color-scheme: dark)", "(forced-colors: active)", "(width: 1280px)"].map(
    (query) => matchMedia(query).matches),
  place: [scrollY, location.hash, location.search],
})"""
_LEAVE = """async () => {
  localStorage.mine = sessionStorage.mine = "left";
  console.error("said");
  await fetch("https://example.org/").catch(() => {});
}"""

pytestmark = pytest.mark.slow  # what they look at, every test of the page uses


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(_PAGE)
    return path


def _state(page: Page) -> object:
    return page.evaluate(_STATE)


def test_a_visit_finds_nothing_of_the_one_before(chromium: Browser, file: Path) -> None:
    fresh = chromium.new_context(viewport={"width": 1280, "height": 844})
    page = fresh.new_page()
    page.goto(file.as_uri())
    expected = _state(page)
    fresh.close()

    with visit(
        chromium,
        file,
        "there",
        query="q=1",
        width=390,
        color_scheme="dark",
        forced_colors="active",
        allow=["clipboard-read"],
    ) as seen:
        first = seen.page
        assert _state(first) != expected
        first.evaluate("window.mine = 1")
        first.evaluate(_LEAVE)
        first.emulate_media(media="print")
        first.context.new_page()
        record = seen.record
    assert len(record.requests) == 1
    assert "said" in record.complaints
    with visit(chromium, file) as seen:
        assert seen.page is first
        assert _state(first) == expected
        assert seen.page.context.pages == [first]
        assert (seen.record.requests, seen.record.complaints, seen.record.dialogs) == ([], [], [])


def test_a_clock_that_was_set_goes_again(chromium: Browser, file: Path) -> None:
    year_of = "new Date().getUTCFullYear()"
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    with visit(chromium, file) as seen:
        seen.page.clock.set_fixed_time(long_ago)
        assert seen.page.evaluate(year_of) == 2001
    with visit(chromium, file) as seen:
        assert seen.page.evaluate(year_of) == datetime.now(UTC).year
    for year in (2002, 2003):
        with visit(chromium, file, now=datetime(year, 1, 1, tzinfo=UTC)) as seen:
            assert seen.page.evaluate(year_of) == year
            seen.page.clock.set_fixed_time(long_ago)


def test_a_visit_that_failed_leaves_no_tab(chromium: Browser, file: Path) -> None:
    with suppress(ZeroDivisionError), visit(chromium, file) as seen:
        raise ZeroDivisionError
    assert seen.page.is_closed()
    with visit(chromium, file) as another:
        assert another.page is not seen.page
