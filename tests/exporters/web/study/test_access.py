"""The study view for everybody: no script, other eyes, other hands."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from deckpress.model import Option
from tests.exporters.browser import visit
from tests.exporters.web.study.studying import BASIC, CHOICE, deck_of, only, study, written


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


def test_what_has_the_focus_is_not_behind_the_head_or_the_foot(
    chromium: Browser, tmp_path: Path
) -> None:
    links = "".join(f'<p><a href="https://example.org/{n}">Link {n}</a></p>' for n in range(20))
    file = written(tmp_path / "d.html", deck_of(replace(BASIC, short=(links,))))
    with visit(chromium, file) as visited:
        page = visited.page
        page.set_viewport_size({"width": 640, "height": 360})
        study(page)
        page.keyboard.press("Space")
        ways = [("Shift+Tab", number) for number in reversed(range(20))]
        ways += [("Tab", number) for number in range(1, 20)]
        for key, number in ways:
            link = page.get_by_role("link", name=f"Link {number}", exact=True)
            for _ in range(9):
                page.keyboard.press(key)
                if link.evaluate("link => link === document.activeElement"):
                    break
            expect(link).to_be_focused()
            box = link.bounding_box()
            head = page.locator("#_study .study-head").bounding_box()
            foot = page.locator(".study-foot").bounding_box()
            assert box
            assert head
            assert foot
            assert head["y"] + head["height"] <= box["y"]
            assert box["y"] + box["height"] <= foot["y"]


def test_in_forced_colours_what_is_chosen_and_what_unfolds_is_seen(
    chromium: Browser, tmp_path: Path
) -> None:
    options = tuple(Option((name,), name != "Three") for name in ("One", "Two", "Three"))
    file = written(tmp_path / "d.html", deck_of(replace(CHOICE, options=options)))
    with visit(chromium, file, forced_colors="active") as visited:
        page = visited.page
        fold = page.locator("summary").bounding_box()
        assert fold
        clip = {"x": fold["x"], "y": fold["y"], "width": 12, "height": fold["height"]}
        seen = Image.open(BytesIO(page.screenshot(clip=clip)))  # type: ignore[arg-type]
        assert len(seen.getcolors() or []) > 1
        study(page)
        one, two = page.locator(".option button").nth(0), page.locator(".option button").nth(1)
        height = page.locator(".sheet").bounding_box()["height"]  # type: ignore[index]
        one.click()
        border = "button => getComputedStyle(button).borderWidth"
        assert one.evaluate(border) != two.evaluate(border)
        assert page.locator(".sheet").bounding_box()["height"] == height  # type: ignore[index]


@pytest.mark.parametrize(("width", "size"), [(390, 200), (390, 150), (320, 100), (320, 200)])
def test_nothing_is_cut_off_where_the_text_is_large(
    chromium: Browser, file: Path, width: int, size: int
) -> None:
    cut = """(part) => [...document.querySelectorAll(part)]
        .filter((one) => one.checkVisibility())
        .filter((one) => one.scrollWidth > one.clientWidth || one.getBoundingClientRect().left < 0
            || one.getBoundingClientRect().right > innerWidth)
        .map((one) => one.outerHTML.slice(0, 80))"""
    with visit(chromium, file, width=width) as visited:
        page = visited.page
        page.evaluate(f"document.documentElement.style.fontSize = '{size}%'; 0")
        assert page.evaluate(cut, ".bar :not(.unseen)") == []
        search = page.get_by_role("searchbox").bounding_box()
        assert search
        assert search["width"] >= 100
        study(page)
        page.keyboard.press("Space")
        assert page.locator("#_ratings button").count() == 4
        assert page.evaluate(cut, "#_ratings *, .study-head *") == []
