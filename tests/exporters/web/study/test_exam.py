"""The exam: its questions, its clock and its result."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.exporters.browser import visit
from tests.exporters.web.pages import written
from tests.exporters.web.study.studying import (
    BASIC,
    NOON,
    REVERSE,
    answer_in_exam,
    asked,
    deck_of,
    kept,
    opened,
    study,
    tap,
)


def test_an_exam_counts_by_section_and_leaves_the_schedule_alone(page: Page) -> None:
    study(page, begin=False)
    tap(page, "Start the exam")
    assert page.get_by_role("timer").inner_text() == "5:00"
    for number in range(5):
        expect(page.locator("#_left")).to_have_text(f"{number + 1} / 5")
        answer_in_exam(page, "Missed it" if number == 0 else "Knew it")
    expect(page.locator("#_score")).to_have_text("4 of 5 right")
    rows = page.locator("#_by-section tr").all_inner_texts()
    counts = [re.findall(r"\d+", row) for row in rows]
    assert [row.split()[0] for row in rows] == ["One", "Two"] or len(rows) == 2
    assert sum(int(right) for right, _ in counts) == 4
    assert sum(int(every) for _, every in counts) == 5
    expect(page.locator("#_missed-cards li")).to_have_count(1)
    assert kept(page) == {} or kept(page)["cards"] == {}


def test_studying_does_not_depend_on_what_is_searched(page: Page) -> None:
    page.get_by_role("searchbox").fill("basic")  # in one question, and in the labels of the others
    expect(page.locator("#_first .card").first).to_be_visible()
    study(page)
    assert asked(page) == "Basic?"
    expect(page.locator("#_section")).to_have_text("One · Basic")
    tap(page, "Back")
    tap(page, "Start the exam")
    for _ in range(5):
        answer_in_exam(page, "Knew it")
    expect(page.locator("#_score")).to_have_text("5 of 5 right")


def test_an_exam_tells_sections_of_the_same_title_apart(chromium: Browser, tmp_path: Path) -> None:
    deck = deck_of(BASIC, REVERSE)
    alike = tuple(replace(section, title="Alike") for section in deck.sections)
    file = written(tmp_path / "d.html", replace(deck, sections=alike))
    with opened(chromium, file) as page:
        study(page, begin=False)
        tap(page, "Start the exam")
        for _ in range(2):
            answer_in_exam(page, "Knew it")
        expect(page.locator("#_by-section tr")).to_have_count(2)


def test_an_exam_ends_with_its_time(page: Page) -> None:
    study(page, begin=False)
    tap(page, "Start the exam")
    page.clock.set_fixed_time(NOON + timedelta(minutes=6))
    expect(page.locator("#_score")).to_have_text("0 of 5 right")


@pytest.mark.parametrize("way", ["Escape", "Back"])
def test_an_exam_that_is_left_shows_its_result_so_far(page: Page, way: str) -> None:
    def leave() -> None:
        if way == "Back":
            tap(page, "Back")
        else:
            page.keyboard.press("Escape")

    study(page, begin=False)
    tap(page, "Start the exam")
    answer_in_exam(page, "Knew it")
    answer_in_exam(page, "Missed it")
    leave()
    expect(page.locator("#_score")).to_have_text("1 of 2 right")
    expect(page.locator("#_missed-cards li")).to_have_count(1)
    page.locator("#_missed-cards a").click()
    expect(page.locator("#_study")).to_be_hidden()
    expect(page.locator(".card:target .number")).to_be_focused()


def test_a_link_of_a_card_leaves_the_exam_open(chromium: Browser, tmp_path: Path) -> None:
    address = "https://example.org/docs"
    answer = f'<p><a href="{address}" rel="noopener noreferrer">Docs</a></p>'
    file = written(tmp_path / "d.html", deck_of(replace(BASIC, short=(answer,)), REVERSE))
    with visit(chromium, file, now=NOON, timezone_id="UTC", locale="en") as visited:
        page = visited.page
        page.evaluate("Math.random = () => 0.99")  # the cards in their order
        study(page, begin=False)
        tap(page, "Start the exam")
        page.keyboard.press("Space")
        with page.context.expect_page():
            page.locator(".sheet").get_by_role("link", name="Docs").click()
        expect(page.locator("#_left")).to_have_text("1 / 2")
        answer_in_exam(page, "Knew it")
        expect(page.locator("#_left")).to_have_text("2 / 2")


def test_without_cards_there_is_no_exam(chromium: Browser, tmp_path: Path) -> None:
    deck = deck_of(BASIC)
    empty = replace(deck, sections=tuple(replace(one, cards=()) for one in deck.sections))
    with opened(chromium, written(tmp_path / "d.html", empty)) as page:
        study(page, begin=False)
        expect(page.get_by_role("button", name="Start the exam")).to_be_disabled()
