"""What the learner is told of the progress so far."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.exporters.web.study.studying import kept, rate_first, study, tap


def test_the_dashboard_says_what_lies_ahead_and_what_is_weak(page: Page) -> None:
    rate_first(page)
    while page.locator("#_reveal").is_visible():
        page.keyboard.press("Space")
    page.keyboard.press("1")  # the cloze card
    page.keyboard.press("Escape")
    study(page, begin=False)
    kept(page)  # the overview is drawn anew then
    assert page.locator("#_due-now").inner_text() == "1"
    assert page.locator("#_fresh-now").inner_text() == "3"
    rows = page.locator("#_forecast tr").all_inner_texts()
    counts = [int(row.split()[-1]) for row in rows]
    assert counts == [1, *[0] * 7, 1, *[0] * 5]
    weak = page.locator("#_weak li").all_inner_texts()
    assert [text.split()[-1] for text in weak] == ["100%"]
    page.keyboard.press("Escape")
    page.get_by_label("Weak ones only").check()
    expect(page.locator(".card:visible")).to_have_count(1)
    expect(page.locator("#cloze")).to_be_visible()
    page.wait_for_url("**?weak=1*")


def test_weak_ones_are_those_of_now(page: Page) -> None:
    page.get_by_label("Weak ones only").check()
    expect(page.locator("#_status")).to_have_text("Nothing found")
    rate_first(page, "1")
    page.keyboard.press("Escape")
    expect(page.locator("#basic")).to_be_visible()
    expect(page.locator("#_status")).to_have_text("Cards found: 1")


def test_the_overview_counts_by_section_and_day_and_the_page_marks_what_is_known(
    page: Page,
) -> None:
    rate_first(page)  # due in eight days
    while page.locator("#_reveal").is_visible():
        page.keyboard.press("Space")
    page.keyboard.press("1")  # due in a minute
    tap(page, "Back")
    kept(page)  # the overview is drawn anew then
    rows = page.locator("#_sections tr").all_inner_texts()
    assert [row.split() for row in rows] == [
        ["One", "0", "2", "1", "50%"],
        ["Two", "0", "0", "2", "–"],
    ]
    expect(page.locator("#_days [role=img]")).to_have_attribute(
        "aria-label", "Days of study in the last 18 weeks: 1"
    )
    expect(page.locator("#_days rect.shade-1")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#basic .number")).to_have_attribute("title", "Known")
    expect(page.locator("#cloze .number")).to_have_attribute("title", "To review")
    expect(page.locator("#choice .number")).not_to_have_attribute("data-state", "due")
