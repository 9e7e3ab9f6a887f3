"""What is stored: damaged, of another page, of another tab, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.exporters.browser import reload, visit
from tests.exporters.web.study.studying import (
    KEY,
    RATED,
    asked,
    kept,
    progress,
    rate_first,
    study,
    tap,
)


def storing(text: str) -> str:
    """A script that leaves `text` where the page looks for its progress, the first time."""
    return f"localStorage.getItem('{KEY}') ?? localStorage.setItem('{KEY}', {json.dumps(text)})"


def test_one_entry_that_is_damaged_leaves_the_others(chromium: Browser, file: Path) -> None:
    text = progress({"basic": RATED, "choice": RATED | {"difficulty": 0}})
    with visit(chromium, file, before=storing(text)) as visited:
        page = visited.page
        study(page, begin=False)
        expect(page.locator("#_trouble")).to_contain_text("the rest goes on")
        assert kept(page)["cards"] == {"basic": RATED}
        assert kept(page)["limit"] == 7
        assert page.evaluate(f"localStorage.getItem('{KEY}:damaged')") == text
        reload(page)
        study(page, begin=False)
        expect(page.locator("#_trouble")).to_be_empty()
        assert kept(page)["cards"] == {"basic": RATED}


def test_a_card_from_before_the_clock_was_set_back_can_be_rated(
    chromium: Browser, file: Path
) -> None:
    later = datetime.now(UTC) + timedelta(minutes=5)
    times = {"last": later.timestamp() * 1000, "due": later.timestamp() * 1000 + 1}
    text = progress({"basic": RATED | times | {"phase": "learning"}})
    with visit(chromium, file, before=storing(text)) as visited:
        page = visited.page
        study(page, begin=False)
        page.get_by_label("New cards a day").fill("0")
        page.get_by_label("New cards a day").press("Tab")
        tap(page, "Start studying")
        assert asked(page) == "Basic?"
        page.keyboard.press("Space")
        page.keyboard.press("4")
        expect(page.locator("#_said")).to_have_text("All done for today")
        assert kept(page)["cards"]["basic"]["seen"] == 4


@pytest.mark.parametrize("text", ["5", "null", '{"deck": "other"}', progress(format=0)])
def test_something_else_that_is_stored_is_put_aside(
    chromium: Browser, file: Path, text: str
) -> None:
    with visit(chromium, file, before=storing(text)) as visited:
        page = visited.page
        rate_first(page)
        assert list(kept(page)["cards"]) == ["basic"]
        page.keyboard.press("Escape")
        study(page, begin=False)
        expect(page.locator("#_trouble")).to_contain_text("put aside")
        assert page.evaluate(f"localStorage.getItem('{KEY}:damaged')") == text


def test_what_was_put_aside_stays_when_it_happens_again(chromium: Browser, file: Path) -> None:
    with visit(chromium, file) as visited:
        page = visited.page
        for text in ("{first", "{second", "{second", "{third"):
            page.evaluate(f"localStorage.setItem('{KEY}', '{text}')")
            reload(page)
        aside = page.evaluate("Object.values(localStorage).filter((text) => /^{\\w/.test(text))")
        assert sorted(aside) == ["{first", "{second", "{third"]


def test_what_is_stored_and_damaged_is_put_aside(chromium: Browser, file: Path) -> None:
    damage = f"localStorage.getItem('{KEY}') ?? localStorage.setItem('{KEY}', '{{oops')"
    with visit(chromium, file, before=damage) as visited:
        study(visited.page, begin=False)
        expect(visited.page.locator("#_trouble")).to_contain_text("put aside")
        aside = visited.page.evaluate(f"localStorage.getItem('{KEY}:damaged')")
        assert aside == "{oops"


def test_what_a_newer_page_stored_is_left_alone(chromium: Browser, file: Path) -> None:
    newer = '{"format":2,"deck":"sample"}'
    before = f"localStorage.setItem('{KEY}', '{newer}')"
    with visit(chromium, file, before=before) as visited:
        rate_first(visited.page)
        assert visited.page.evaluate(f"localStorage.getItem('{KEY}')") == newer


def test_without_storage_it_works_and_says_so(chromium: Browser, file: Path) -> None:
    refuse = """Object.defineProperty(window, "localStorage", {
      get() { throw new DOMException("refused", "SecurityError"); } })"""
    with visit(chromium, file, before=refuse) as visited:
        study(visited.page, begin=False)
        expect(visited.page.locator("#_trouble")).to_contain_text("keeps nothing")
        tap(visited.page, "Start studying")
        visited.page.keyboard.press("Space")
        visited.page.keyboard.press("4")
        assert asked(visited.page) == "Filled in?"
        assert visited.record.complaints == []


def test_a_storage_that_is_full_is_said_while_somebody_studies(page: Page) -> None:
    study(page)
    page.evaluate(
        "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }; 0"
    )
    page.keyboard.press("Space")
    page.keyboard.press("4")
    assert asked(page) == "Filled in?"
    expect(page.locator("#_trouble")).to_be_visible()
    expect(page.locator("#_trouble")).to_contain_text("keeps nothing")
    page.keyboard.press("Escape")
    study(page, begin=False)
    expect(page.locator("#_trouble")).to_be_visible()


def test_a_card_that_another_tab_rated_is_not_rated_twice(chromium: Browser, file: Path) -> None:
    def rate(first: Page, second: Page) -> None:
        for page in (first, second):
            study(page)
            page.keyboard.press("Space")
        first.keyboard.press("4")
        _until_same(first, second)
        expect(second.locator("#_said")).to_have_text("This card was just rated in another tab")
        assert asked(second) == "Filled in?"
        while second.locator("#_reveal").is_visible():
            second.keyboard.press("Space")
        second.keyboard.press("1")
        _until_same(first, second)
        assert sorted(kept(first)["cards"]) == ["basic", "cloze"]
        assert [card["seen"] for card in kept(first)["cards"].values()] == [1, 1]

    _in_two_tabs(chromium, file, rate)


def test_what_another_tab_rated_since_is_not_undone(chromium: Browser, file: Path) -> None:
    def rate(first: Page, second: Page) -> None:
        study(first)
        first.keyboard.press("Space")
        first.keyboard.press("1")
        _until_same(first, second)
        second.evaluate("Progress.look(); Progress.rate('basic', 4, Date.now()); 0")
        _until_same(first, second)
        _until_it_has_read(first)
        first.keyboard.press("u")
        expect(first.locator("#_said")).to_have_text(
            "Not undone: the card was rated again elsewhere"
        )
        expect(first.locator("#_undo")).to_be_disabled()
        assert asked(first) == "Filled in?"
        assert kept(first)["cards"]["basic"]["seen"] == 2

    _in_two_tabs(chromium, file, rate)


class _ApartError(Exception):
    """Two tabs do not share what they keep."""


def _in_two_tabs(chromium: Browser, file: Path, act: Callable[[Page, Page], None]) -> None:
    """Have `act` done with a file in two tabs.

    Chromium forgets of some pairs in a hundred that they share a storage; then it is done with
    another pair.
    """
    for _ in range(8):
        with suppress(_ApartError), visit(chromium, file) as visited:
            second = visited.page.context.new_page()
            second.goto(file.absolute().as_uri())
            act(visited.page, second)
            return
    pytest.fail("no two tabs share what they keep")


def _until_same(first: Page, second: Page) -> None:
    """What one tab keeps reaches the other a moment later.

    Raises:
        _ApartError: nothing that one keeps reaches the other.
    """
    for _ in range(250):
        if kept(first) == kept(second):
            return
        first.wait_for_timeout(20)
    for writer, reader in ((first, second), (second, first)):
        writer.evaluate("localStorage.setItem('probe', Math.random())")
        writer.wait_for_timeout(1000)
        if len({tab.evaluate("localStorage.getItem('probe')") for tab in (writer, reader)}) > 1:
            raise _ApartError
    pytest.fail("the other tab never saw it")


def _until_it_has_read(page: Page) -> None:
    """The event that tells the page of it comes later still. (Asked for from here: to wait in the
    page, Playwright would have to evaluate words there, which the page does not allow.)
    """
    for _ in range(1500):
        if page.evaluate("Progress.card('basic').seen") == 2:
            return
        page.wait_for_timeout(20)
    pytest.fail("the first tab never read what the second kept")
