"""The study view for everybody: no script, other eyes, other hands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from deckpress.model import Option
from tests.exporters.browser import visit
from tests.exporters.web.pages import written
from tests.exporters.web.study.studying import BASIC, CHOICE, EVERY, deck_of, only, study, tap


def test_without_javascript_nothing_of_it_is_seen(chromium: Browser, file: Path) -> None:
    with visit(chromium, file, java_script_enabled=False) as visited:
        expect(visited.page.locator("#_study")).to_be_hidden()
        expect(visited.page.locator("#_open-study")).to_be_hidden()


_CALLOUTS = "".join(
    f'<div class="callout {kind}"><p class="callout-title">{kind}</p><p>Some <a href="#cloze">link'
    "</a>, <code>code</code>, <kbd>Esc</kbd> and <mark>marked</mark>.</p></div>"
    for kind in ("note", "tip", "important", "warning", "caution", "details")
)
# Width and colours. Colours differ by day and night, all else by the width.
_SIGHTS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((390, "dark"), (1280, "light"))


def _violations(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.flatMap("
        "(rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 120)}`)))"
    )
    return found


@pytest.mark.slow
def test_the_rules_of_accessibility_hold(chromium: Browser, tmp_path: Path) -> None:
    from axe_playwright_python.base import AXE_SCRIPT

    first = replace(BASIC, short=("<p>Basic answer.</p>", _CALLOUTS))
    file = written(tmp_path / "d.html", deck_of(first, *EVERY[1:]))
    with visit(chromium, file, bypass_csp=True) as visited:
        page = visited.page
        page.evaluate(AXE_SCRIPT)

        def look() -> None:
            for width, scheme in _SIGHTS:
                page.set_viewport_size({"width": width, "height": 844})
                page.emulate_media(color_scheme=scheme)
                assert _violations(page) == [], f"{width}, {scheme}"

        page.locator("[data-unfold=true]").dispatch_event("click")
        look()
        page.get_by_role("searchbox").fill("in")
        expect(page.locator("mark").first).to_be_visible()
        look()
        page.get_by_role("searchbox").fill("")
        study(page, begin=False)
        look()
        tap(page, "Start studying")
        for number in range(5):
            look()
            while page.locator("#_reveal").is_visible():
                page.keyboard.press("Space")
            look()
            if number == 0:
                page.locator("#_actions summary").dispatch_event("click")
                look()
            page.keyboard.press("4")
        expect(page.locator("#_end")).to_be_visible()
        look()
        tap(page, "Start the exam")
        for _ in range(5):
            while page.locator("#_reveal").is_visible():
                page.keyboard.press("Space")
            page.keyboard.press("1")
        expect(page.locator("#_score")).to_be_visible()
        look()
        page.keyboard.press("?")
        look()


def test_a_thumb_hits_every_control_of_the_study_view(chromium: Browser, file: Path) -> None:
    with visit(chromium, file, width=390) as visited:
        page = visited.page
        study(page, begin=False)
        small = """() => [...document.querySelectorAll("#_study :is(button, select, .tick, \
            .file > span, input:not([type=file], [type=checkbox]))")]
            .filter((one) => one.checkVisibility())
            .map((one) => [one, one.getBoundingClientRect()])
            .filter(([one, { width, height }]) => width < 44 || height < 44)
            .map(([one]) => one.outerHTML.slice(0, 80))"""
        assert page.evaluate(small) == []
        tap(page, "Start studying")
        assert page.evaluate(small) == []
        page.keyboard.press("Space")
        assert page.evaluate(small) == []


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("cloze", ["first", "second The answer is shown"]),
        ("ordered", ["The answer is shown"]),
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


# The words of what has the focus, and whether it lies between the head and the foot.
_FOCUSED = """() => {
  const here = document.activeElement;
  const [box, head, foot] = [here, ...["#_study .study-head", ".study-foot"].map(
    (part) => document.querySelector(part))].map((one) => one.getBoundingClientRect());
  return [here.textContent, head.bottom <= box.top && box.bottom <= foot.top];
}"""


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
            for _ in range(9):
                page.keyboard.press(key)
                words, free = page.evaluate(_FOCUSED)
                if words == f"Link {number}":
                    break
            assert (words, free) == (f"Link {number}", True)


def test_in_forced_colours_what_is_chosen_and_what_unfolds_is_seen(
    chromium: Browser, tmp_path: Path
) -> None:
    options = tuple(Option((name,), name != "Three") for name in ("One", "Two", "Three"))
    file = written(tmp_path / "d.html", deck_of(replace(CHOICE, options=options)))
    with visit(chromium, file, forced_colors="active") as visited:
        page = visited.page
        fold = page.locator(".card summary").bounding_box()
        assert fold
        clip = {"x": fold["x"], "y": fold["y"], "width": fold["width"], "height": fold["height"]}
        seen = Image.open(BytesIO(page.screenshot(clip=clip)))  # type: ignore[arg-type]
        assert len(seen.getcolors() or []) > 1
        study(page)
        one, two = page.locator(".option button").nth(0), page.locator(".option button").nth(1)
        height = page.locator(".sheet").bounding_box()["height"]  # type: ignore[index]
        one.click()
        border = "button => getComputedStyle(button).borderWidth"
        assert one.evaluate(border) != two.evaluate(border)
        assert page.locator(".sheet").bounding_box()["height"] == height  # type: ignore[index]


def test_nothing_is_cut_off_where_the_text_is_large(chromium: Browser, file: Path) -> None:
    cut = """(part) => [...document.querySelectorAll(part)]
        .filter((one) => one.checkVisibility())
        .filter((one) => one.scrollWidth > one.clientWidth || one.getBoundingClientRect().left < 0
            || one.getBoundingClientRect().right > innerWidth)
        .map((one) => one.outerHTML.slice(0, 80))"""
    with visit(chromium, file) as visited:
        page = visited.page

        def sizes() -> Iterator[tuple[int, int]]:
            for width, size in ((390, 200), (390, 150), (320, 100), (320, 200)):
                page.set_viewport_size({"width": width, "height": 844})
                page.evaluate(f"document.documentElement.style.fontSize = '{size}%'; 0")
                yield width, size

        for large in sizes():
            assert page.evaluate(cut, ".bar :not(.unseen)") == [], large
            search = page.get_by_role("searchbox").bounding_box()
            assert search, large
            assert search["width"] >= 100, large
        study(page)
        page.keyboard.press("Space")
        assert page.locator("#_ratings button").count() == 4
        for large in sizes():
            assert page.evaluate(cut, "#_ratings *, .study-head *") == [], large
        # At a zoom of 400 %, head and foot scroll away.
        page.evaluate("document.documentElement.style.fontSize = ''; 0")
        page.set_viewport_size({"width": 320, "height": 200})
        page.locator(".sheet .answer").evaluate("(answer) => answer.scrollIntoView()")
        bottom = "(head) => head.getBoundingClientRect().bottom"
        assert page.locator("#_study > .study-head").evaluate(bottom) <= 0
        top = "(foot) => foot.getBoundingClientRect().top - innerHeight"
        page.locator(".sheet h3").evaluate("(question) => question.scrollIntoView()")
        assert page.locator(".study-foot").evaluate(top) >= 0
