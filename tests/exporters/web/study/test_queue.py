"""Studying on the page: what is asked, shown and rated, for each of the five kinds of cards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fsrs import Card as Memory
from fsrs import Rating, Scheduler
from playwright.sync_api import Browser, Page, expect

from deckpress.model import ClozeEnd, ClozeStart
from tests.exporters.browser import reload
from tests.exporters.web.pages import written
from tests.exporters.web.study.studying import (
    CLOZE,
    NOON,
    REVERSE,
    asked,
    deck_of,
    kept,
    only,
    opened,
    study,
    tap,
)


def test_a_card_is_asked_shown_and_rated(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Study")).click()
    page.get_by_role("button", name="Start studying").click()
    answer = page.locator(".sheet").get_by_text("Basic answer.")
    expect(answer).to_be_hidden()
    expect(page.get_by_role("button", name="Good")).to_be_hidden()
    page.get_by_role("button", name="Show answer").click()
    expect(answer).to_be_visible()
    waits = page.locator("#_ratings .wait").all_inner_texts()
    assert waits == ["1 min", "6 min", "10 min", "8 days"]
    page.get_by_role("button", name="Easy").click()
    assert asked(page) == "Filled in?"
    card = kept(page)["cards"]["basic"]
    assert card["phase"] == "review"
    assert card["due"] - card["last"] == timedelta(days=8) / timedelta(milliseconds=1)


def test_what_was_rated_can_be_taken_back(page: Page) -> None:
    study(page)
    page.keyboard.press("Space")
    page.keyboard.press("4")
    assert "basic" in kept(page)["cards"]
    page.keyboard.press("u")
    assert kept(page)["cards"] == {}
    assert kept(page)["days"]["2026-11-24"]["fresh"] == 0
    assert asked(page) == "Basic?"


def test_gaps_open_one_by_one(chromium: Browser, tmp_path: Path) -> None:
    file = written(tmp_path / "d.html", only("cloze"))
    with opened(chromium, file) as page:
        study(page)
        text = page.locator(".sheet .short").first
        assert text.inner_text() == "A … and a which gap."
        tap(page, "Next step")
        assert text.inner_text() == "A first and a which gap."
        page.get_by_role("button", name="Show answer").or_(
            page.get_by_role("button", name="Next step")
        ).click()
        assert text.inner_text() == "A first and a second gap."
        expect(page.get_by_role("button", name="Good")).to_be_visible()


def test_gaps_of_the_question_and_of_its_text_are_all_asked(
    chromium: Browser, tmp_path: Path
) -> None:
    asks = ("In ", ClozeStart(1, ""), "what", ClozeEnd(), "?")
    card = replace(
        CLOZE, question=asks, short=("<p>", ClozeStart(2, ""), "It", ClozeEnd(), ".</p>")
    )
    file = written(tmp_path / "d.html", deck_of(card))
    with opened(chromium, file) as page:
        study(page)
        shown = page.locator(".sheet .short")
        for texts in (["In …?", "…."], ["In what?", "…."], ["In what?", "It."]):
            assert shown.all_inner_texts() == texts
            good = page.get_by_role("button", name="Good")
            expect(good).to_be_visible(visible=texts[-1] == "It.")
            page.keyboard.press("Space")


def test_a_choice_is_clicked_and_explained(chromium: Browser, tmp_path: Path) -> None:
    file = written(tmp_path / "d.html", only("choice"))
    with opened(chromium, file) as page:
        for chosen, verdict, next_one in (
            ("Wrong one", "Wrong", "Again"),
            ("Right one", "Right", "Good"),
        ):
            study(page)
            expect(page.locator(".sheet").get_by_text("Because.")).to_be_hidden()
            assert "Right: B" not in page.locator("#_stage").inner_text()
            page.locator(".sheet").get_by_role("button", name=chosen).click()
            expect(page.locator("#_said")).to_have_text(verdict)
            expect(page.locator(".sheet").get_by_text("Because.")).to_be_visible()
            expect(page.locator(".sheet .right-one .verdict")).to_be_visible()
            # What is likely to be pressed next has the focus.
            expect(page.get_by_role("button", name=next_one)).to_be_focused()
            page.keyboard.press("Escape")  # it is asked again, as it was not rated


@pytest.fixture(scope="module")
def to_be_ordered(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page of one card, which is asked anew in each test as none of them rates it."""
    file = written(tmp_path_factory.mktemp("ordered") / "d.html", only("ordered"))
    with opened(chromium, file) as page:
        yield page


@pytest.mark.parametrize(
    ("taps", "said", "rated"),
    [
        (("Open.", "Read.", "Close."), "Right", "Good"),
        (("Read.", "Open.", "Close."), "Wrong", "Again"),
        (("Open.",), "Wrong", "Again"),
        ((), "The answer is shown", "Good"),
    ],
)
def test_steps_are_put_in_order_and_compared(
    to_be_ordered: Page, taps: tuple[str, ...], said: str, rated: str
) -> None:
    page = to_be_ordered
    study(page)
    expect(page.locator(".sheet .cue")).to_have_text(
        "Tap the 3 steps in their order, or drag them into it"
    )
    steps = page.locator(".sheet .steps .text")
    assert sorted(steps.all_inner_texts()) == ["Close.", "Open.", "Read."]
    for step in ("Close.", "Close.", *taps):  # what is tapped once more is taken back
        tap(page, step)
    tap(page, "Check")
    assert steps.all_inner_texts() == ["Open.", "Read.", "Close."]
    expect(page.locator("#_said")).to_have_text(said)
    expect(page.get_by_role("button", name=rated)).to_be_focused()
    page.keyboard.press("Escape")


@pytest.mark.parametrize("touch", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_steps_are_dragged_into_their_order(chromium: Browser, tmp_path: Path, touch: bool) -> None:
    file = written(tmp_path / "d.html", only("ordered"))
    with opened(chromium, file) as page:
        page.evaluate("Math.random = () => 0; 0")
        study(page)
        steps = page.locator(".sheet .steps .text")
        assert steps.all_inner_texts() == ["Read.", "Close.", "Open."]
        finger = page.context.new_cdp_session(page)
        for name, above in (("Open.", "Read."), ("Close.", None)):
            grip = page.locator(".sheet li", has_text=name).locator(".grip").bounding_box()
            assert grip
            x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
            target = page.locator(".sheet li", has_text=above or "Read.").bounding_box()
            assert target
            end = target["y"] + (2 if above else target["height"] - 2)
            if touch:
                for kind, at in (("Start", y), ("Move", (y + end) / 2), ("Move", end)):
                    touched = {"type": f"touch{kind}", "touchPoints": [{"x": x, "y": at}]}
                    finger.send("Input.dispatchTouchEvent", touched)
                finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
                continue
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.move(x, end, steps=2)
            page.mouse.up()
        assert steps.all_inner_texts() == ["Open.", "Read.", "Close."]
        assert page.locator(".sheet .letter").all_inner_texts() == ["1", "2", "3"]
        tap(page, "Check")
        expect(page.locator("#_said")).to_have_text("Right")
        expect(page.locator(".sheet .grip").first).to_be_hidden()


def test_options_come_in_another_order_each_time_and_letters_follow_them(
    chromium: Browser, tmp_path: Path
) -> None:
    file = written(tmp_path / "d.html", only("choice"))
    with opened(chromium, file) as page:
        for chance, right, letter in ((0, "1", "A"), (0.99, "2", "B")):
            page.evaluate(f"Math.random = () => {chance}; 0")
            study(page)
            expect(page.locator(".sheet .cue")).to_have_text("Choose one")
            page.keyboard.press(right)
            expect(page.locator("#_said")).to_have_text("Right")
            expect(page.locator(".sheet .key")).to_have_text(f"Right: {letter}")
            page.keyboard.press("Escape")


def test_options_whose_order_means_something_keep_it(chromium: Browser, tmp_path: Path) -> None:
    deck = only("choice")
    sections = [
        replace(each, cards=tuple(replace(card, source_order=True) for card in each.cards))
        for each in deck.sections
    ]
    file = written(tmp_path / "d.html", replace(deck, sections=tuple(sections)))
    with opened(chromium, file) as page:
        page.evaluate("Math.random = () => 0; 0")
        study(page)
        assert page.locator(".sheet .option .text").all_inner_texts() == ["Wrong one", "Right one"]


def test_all_gaps_are_shown_at_once_for_those_who_ask(chromium: Browser, tmp_path: Path) -> None:
    file = written(tmp_path / "d.html", only("cloze"))
    with opened(chromium, file) as page:
        study(page)
        tap(page, "Show all")
        expect(page.locator(".sheet .short").first).to_have_text("A first and a second gap.")
        expect(page.get_by_role("button", name="Good")).to_be_visible()


def test_a_card_for_both_ways_is_turned_round_the_second_time(
    chromium: Browser, tmp_path: Path
) -> None:
    card = replace(REVERSE, lead=("<p>Its picture.</p>",))
    file = written(tmp_path / "d.html", deck_of(card))
    with opened(chromium, file) as page:
        study(page)
        assert asked(page) == "Term"
        expect(page.locator(".sheet .ask")).to_have_text("Its picture.")
        page.keyboard.press("Space")
        page.keyboard.press("1")
        assert asked(page) == "What it means."
        expect(page.locator(".sheet h3")).to_be_hidden()
        expect(page.locator(".sheet .ask")).to_be_hidden()
        page.keyboard.press("Space")
        expect(page.locator(".sheet h3")).to_be_visible()
        expect(page.locator(".sheet .ask")).to_be_visible()


def test_no_more_new_cards_a_day_than_wished(page: Page) -> None:
    study(page, begin=False)
    page.get_by_label("New cards a day").fill("2")
    page.get_by_label("New cards a day").press("Tab")
    tap(page, "Start studying")
    before = set()
    for _ in range(2):
        before.add(asked(page))
        page.locator("#_reveal").dispatch_event("click")
        while page.locator("#_reveal").is_visible():
            page.locator("#_reveal").dispatch_event("click")
        page.keyboard.press("4")
    expect(page.locator("#_said")).to_have_text("All done for today")
    expect(page.get_by_role("button", name="Start studying")).to_be_disabled()
    page.clock.set_fixed_time(NOON + timedelta(days=1))
    reload(page)
    page.clock.set_fixed_time(NOON + timedelta(days=1))
    study(page)
    assert asked(page) not in before


def test_a_card_comes_back_when_its_time_has_come(page: Page) -> None:
    study(page)
    page.keyboard.press("Space")
    page.keyboard.press("4")
    page.clock.set_fixed_time(NOON + timedelta(days=8))
    page.keyboard.press("Escape")
    study(page)
    assert asked(page) == "Basic?"


def test_undoing_a_new_card_that_the_limit_has_no_room_for_stays_at_the_overview(
    page: Page,
) -> None:
    study(page)
    page.keyboard.press("Space")
    page.keyboard.press("4")
    expect(page.locator("#_reveal")).to_be_visible()  # of the next card
    tap(page, "Back")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    page.get_by_label("New cards a day").fill("0")
    page.get_by_label("New cards a day").press("Tab")
    tap(page, "Undo")
    expect(page.locator("#_said")).to_have_text("Undone")
    assert kept(page)["cards"] == {}
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    page.keyboard.press("Space")  # no card that nobody sees is shown
    expect(page.locator("#_said")).to_have_text("Undone")


def test_a_limit_that_is_emptied_stays_as_it_was(page: Page) -> None:
    study(page, begin=False)
    limit = page.get_by_label("New cards a day")
    limit.fill("")
    limit.press("Tab")
    expect(limit).to_have_value("20")
    expect(page.get_by_role("button", name="Start studying")).to_be_enabled()


def test_an_overview_that_was_left_open_shows_the_new_day(page: Page) -> None:
    study(page, begin=False)
    page.get_by_label("New cards a day").fill("1")
    page.get_by_label("New cards a day").press("Tab")
    tap(page, "Start studying")
    page.keyboard.press("Space")
    page.keyboard.press("4")
    begin = page.get_by_role("button", name="Start studying")
    expect(begin).to_be_disabled()
    page.clock.set_fixed_time(NOON + timedelta(hours=20))
    page.evaluate("dispatchEvent(new Event('focus'))")  # as when somebody comes back to the window
    expect(begin).to_be_enabled()
    expect(page.locator("#_fresh-now")).to_have_text("1")


def test_what_is_being_typed_is_kept_when_the_window_gets_the_focus(page: Page) -> None:
    study(page, begin=False)
    limit = page.get_by_label("New cards a day")
    limit.fill("3")
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(limit).to_have_value("3")
    limit.press("Enter")
    expect(page.locator("#_fresh-now")).to_have_text("3")
    assert kept(page)["limit"] == 3
    limit.fill("-2")
    limit.press("Enter")
    expect(limit).to_have_value("0")


def _rate_at(page: Page, time: datetime, rating: str) -> None:
    """Rates what is asked at this time, coming back to the overview before."""
    page.clock.set_fixed_time(time)
    if page.locator("#_study").is_visible():
        page.keyboard.press("Escape")
    study(page)
    page.keyboard.press("Space")
    page.keyboard.press(rating)


def test_a_card_that_is_due_on_its_day_has_rested_for_a_day(
    chromium: Browser, tmp_path: Path
) -> None:
    evening = datetime(2026, 11, 24, 21, 40, tzinfo=UTC)
    file = written(tmp_path / "d.html", only("basic"))
    scheduler, memory = Scheduler(enable_fuzzing=False), Memory()
    with opened(chromium, file, evening) as page:
        for minutes, rating in ((0, "1"), (2, "3"), (13, "3")):
            time = evening + timedelta(minutes=minutes)
            _rate_at(page, time, rating)
            memory, _ = scheduler.review_card(memory, Rating(int(rating)), time)
        page.clock.set_fixed_time(datetime(2026, 11, 25, 8, tzinfo=UTC))  # 10 hours later
        page.keyboard.press("Escape")
        study(page, begin=False)
        expect(page.locator("#_due-now")).to_have_text("1")
        tap(page, "Start studying")
        page.keyboard.press("Space")
        memory, _ = scheduler.review_card(memory, Rating.Good, time + timedelta(days=1))
        waits = page.locator("#_ratings .wait").all_inner_texts()
        assert memory.stability
        assert waits[2] == f"{round(memory.stability)} days"
        page.keyboard.press("3")
        assert kept(page)["cards"]["basic"]["stability"] == pytest.approx(memory.stability)


def test_rest_of_more_than_a_day_counts_as_it_was(chromium: Browser, tmp_path: Path) -> None:
    rated = datetime(2026, 11, 24, 23, tzinfo=UTC)
    asked_again = datetime(2026, 12, 2, 8, tzinfo=UTC)
    file = written(tmp_path / "d.html", only("basic"))
    scheduler = Scheduler(enable_fuzzing=False)
    with opened(chromium, file, rated) as page:
        _rate_at(page, rated, "4")
        _rate_at(page, asked_again, "3")
        memory, _ = scheduler.review_card(Memory(), Rating.Easy, rated)
        memory, _ = scheduler.review_card(memory, Rating.Good, asked_again)
        stability = kept(page)["cards"]["basic"]["stability"]
        assert stability == pytest.approx(memory.stability)


def test_a_day_lasts_until_four_in_the_morning(chromium: Browser, tmp_path: Path) -> None:
    file = written(tmp_path / "d.html", only("basic", "reverse"))
    night = datetime(2026, 11, 25, tzinfo=UTC)
    begin = night - timedelta(hours=1)
    with opened(chromium, file, begin) as page:
        study(page, begin=False)
        page.get_by_label("New cards a day").fill("1")
        page.get_by_label("New cards a day").press("Tab")
        for minutes, rating in ((20, "1"), (18, "3"), (7, "3")):  # due in a day then
            _rate_at(page, night - timedelta(minutes=minutes), rating)
        for time, due, fresh in (
            (night + timedelta(minutes=5), "0", "0"),
            (night + timedelta(hours=5), "1", "1"),
        ):
            page.clock.set_fixed_time(time)
            page.keyboard.press("Escape")
            study(page, begin=False)
            expect(page.locator("#_due-now")).to_have_text(due)
            expect(page.locator("#_fresh-now")).to_have_text(fresh)
