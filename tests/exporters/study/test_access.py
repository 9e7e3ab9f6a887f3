"""The study view for everybody: no script, other eyes, other hands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.exporters.browser import visit
from tests.exporters.study.studying import only, study, written


def test_without_javascript_nothing_of_it_is_seen(chromium: Browser, file: Path) -> None:
    with visit(chromium, file, java_script_enabled=False) as visited:
        expect(visited.page.locator("#_study")).to_be_hidden()
        expect(visited.page.locator("#_open-study")).to_be_hidden()


def _violations(page: Page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page)
    return [
        f"{rule['id']}: {node['html'][:120]}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_rules_of_accessibility_hold(
    chromium: Browser, file: Path, scheme: Any, width: int
) -> None:
    with visit(chromium, file, width=width, color_scheme=scheme, bypass_csp=True) as visited:
        page = visited.page
        page.locator("[data-unfold=true]").dispatch_event("click")
        assert _violations(page) == []
        page.get_by_role("searchbox").fill("in")
        expect(page.locator("mark").first).to_be_visible()
        assert _violations(page) == []
        page.get_by_role("searchbox").fill("")
        study(page, begin=False)
        assert _violations(page) == []
        page.get_by_role("button", name="Start studying").click()
        for _ in range(5):
            assert _violations(page) == []
            while page.locator("#_reveal").is_visible():
                page.keyboard.press("Space")
            assert _violations(page) == []
            page.keyboard.press("4")
        page.get_by_role("button", name="Start the exam").click()
        for _ in range(5):
            while page.locator("#_reveal").is_visible():
                page.keyboard.press("Space")
            page.keyboard.press("1")
        expect(page.locator("#_score")).to_be_visible()
        assert _violations(page) == []
        page.keyboard.press("?")
        assert _violations(page) == []


def test_a_thumb_hits_every_control_of_the_study_view(chromium: Browser, file: Path) -> None:
    with visit(chromium, file, width=390) as visited:
        page = visited.page
        study(page, begin=False)
        small = """() => [...document.querySelectorAll(
            "#_study :is(button, select, input:not([type=file]), .file span)")]
            .filter((one) => one.checkVisibility())
            .map((one) => [one, one.getBoundingClientRect()])
            .filter(([one, { width, height }]) => width < 44 || height < 44)
            .map(([one]) => one.outerHTML.slice(0, 80))"""
        assert page.evaluate(small) == []
        page.get_by_role("button", name="Start studying").click()
        assert page.evaluate(small) == []
        page.keyboard.press("Space")
        assert page.evaluate(small) == []


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("cloze", ["first", "second The answer is shown"]),
        ("ordered", ["Open.", "Read.", "Close. The answer is shown"]),
        ("basic", ["The answer is shown"]),
    ],
)
def test_a_screen_reader_is_told_what_each_step_shows(
    chromium: Browser, tmp_path: Path, kind: str, said: list[str]
) -> None:
    with visit(chromium, written(tmp_path / "d.html", only(kind))) as visited:
        study(visited.page)
        for words in said:
            visited.page.keyboard.press("Space")
            expect(visited.page.locator("#_said")).to_have_text(words)
