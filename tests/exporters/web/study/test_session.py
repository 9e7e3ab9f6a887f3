"""A session: what it is about, how it goes on, what it came to, and the interview it leads to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.exporters.browser import reload, visit
from tests.exporters.web.pages import written
from tests.exporters.web.study.studying import (
    EVERY,
    KEY,
    NOON,
    RATED,
    answer_in_exam,
    asked,
    deck_of,
    kept,
    opened,
    progress,
    rate_first,
    study,
    tap,
)


def _rate(page: Page, rating: str) -> None:
    while page.locator("#_reveal").is_visible():
        page.keyboard.press("Space")
    page.keyboard.press(rating)


def test_a_session_asks_what_is_searched_for_a_section_or_what_was_missed(page: Page) -> None:
    page.get_by_label("Section").select_option("Two")
    study(page, begin=False)
    scope = page.locator("#_scope")
    expect(scope.locator("option:checked")).to_have_text("What is found (2)")
    expect(page.locator("#_fresh-now")).to_have_text("2")
    tap(page, "Start studying")
    assert asked(page) == "In which order?"
    expect(page.locator("#_section")).to_have_text("Two · Basic")
    _rate(page, "1")
    tap(page, "Back")
    scope.select_option("One")
    expect(page.locator("#_fresh-now")).to_have_text("3")
    tap(page, "Start studying")
    assert asked(page) == "Basic?"
    tap(page, "Back")
    scope.select_option("What I missed (1)")
    tap(page, "Start studying")
    assert asked(page) == "In which order?"
    tap(page, "Back")
    scope.select_option("One")
    tap(page, "Start the exam")
    expect(page.locator("#_left")).to_have_text("1 / 3")


def test_a_long_name_of_a_section_widens_nothing(chromium: Browser, tmp_path: Path) -> None:
    deck = deck_of()
    named = [replace(section, title="Long name " * 20) for section in deck.sections]
    intro = replace(named[0], id="appendix", title="Appendix", intro=("<p>In.</p>",), cards=())
    file = written(tmp_path / "d.html", replace(deck, sections=(*named, intro)))
    with visit(chromium, file, width=390) as visited:
        page = visited.page
        page.fill("#_find", "in")
        study(page, begin=False)
        offered = page.locator("#_scope option").all_inner_texts()
        assert [name[:4] for name in offered] == ["All ", "What", "Long", "Long"]
        assert page.evaluate("byId('_study').scrollWidth") == 390
        page.keyboard.press("Escape")
        page.fill("#_find", "")
        page.set_viewport_size({"width": 1280, "height": 800})
        edges = """[...document.querySelectorAll("section h2")].map((heading) => {
          const range = new Range();
          range.selectNodeContents(heading);
          return range.getBoundingClientRect().left;
        })"""
        assert len(set(page.evaluate(edges))) == 1


def test_core_cards_come_first_for_those_who_wish_it(chromium: Browser, tmp_path: Path) -> None:
    tiers = {"reverse": "must", "choice": "core"}
    core = [replace(card, tier=tiers.get(card.id, "extra")) for card in EVERY]
    file = written(tmp_path / "d.html", deck_of(*core))
    with opened(chromium, file) as page:
        study(page)
        assert asked(page) == "Basic?"
        tap(page, "Back")
        page.get_by_label("Core first").check()
        tap(page, "Start studying")
        assert asked(page) == "Term"
        _rate(page, "4")
        assert asked(page) == "Which?"


def test_the_first_rating_asks_the_browser_to_keep_what_is_stored(page: Page) -> None:
    page.evaluate(
        "window.persisted = 0;"
        "navigator.storage.persist = () => Promise.resolve((window.persisted += 1) > 0); 0"
    )
    study(page)
    page.keyboard.press("Space")
    assert page.evaluate("window.persisted") == 0
    page.keyboard.press("4")
    assert page.evaluate("window.persisted") == 1


def test_the_link_of_a_card_is_copied_while_studying(chromium: Browser, file: Path) -> None:
    allow = ("clipboard-read", "clipboard-write")
    with visit(chromium, file, query="q=Filled", allow=allow) as visited:
        page = visited.page
        study(page)
        page.locator("#_actions summary").click()
        page.get_by_role("button", name="Copy a link").click()
        expect(page.locator("#_said")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == f"{file.as_uri()}#cloze"
        assert asked(page) == "Filled in?"


def test_a_session_has_a_bar_and_an_end_that_is_seen(page: Page) -> None:
    study(page, begin=False)
    page.get_by_label("New cards a day").fill("2")
    page.get_by_label("New cards a day").press("Tab")
    expect(page.locator("#_minutes")).to_have_text("about 2 min")
    tap(page, "Start studying")
    expect(page.locator("#_left")).to_have_text("New 2, learning 0, to review 0")
    _rate(page, "1")
    expect(page.locator("#_left")).to_have_text("New 1, learning 1, to review 0")
    assert page.locator("#_bar").evaluate("bar => bar.value / bar.max") == 1 / 3
    page.clock.set_fixed_time(NOON + timedelta(minutes=4))
    _rate(page, "4")
    _rate(page, "4")
    expect(page.get_by_role("heading", name="This session is done")).to_be_focused()
    expect(page.locator("#_sum")).to_have_text("Cards: 2, in 4 min, 67% right; due tomorrow: 1.")
    tap(page, "The missed ones again")
    assert asked(page) == "Basic?"
    _rate(page, "3")
    expect(page.get_by_role("heading", name="This session is done")).to_be_visible()
    tap(page, "10 more")
    expect(page.locator("#_left")).to_have_text("New 3, learning 0, to review 0")


def test_the_way_to_an_interview(page: Page) -> None:
    study(page, begin=False)
    page.get_by_label("Interview on").fill("2026-11-29")  # in five days, with five cards to learn
    plan = page.locator("#_plan")
    expect(plan).to_have_text("0% ready, on course. Days left: 5, new cards a day: 1.")
    expect(page.get_by_label("New cards a day")).to_have_value("1")
    expect(page.locator("#_fresh-now")).to_have_text("1")
    tap(page, "Start studying")
    _rate(page, "4")
    expect(plan).to_have_text("19% ready, on course. Days left: 5, new cards a day: 1.")
    page.clock.set_fixed_time(NOON + timedelta(days=3))
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(plan).to_contain_text("1 a day behind. Days left: 2, new cards a day: 2.")
    page.clock.set_fixed_time(NOON + timedelta(days=9))
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(plan).to_have_text("That day is over: new cards go on as before.")
    expect(page.get_by_label("New cards a day")).to_have_value("20")
    assert kept(page)["plan"]["date"] == "2026-11-29"
    page.get_by_label("Interview on").fill("2026-11-01")
    expect(plan).to_have_text("That day is over: new cards go on as before.")
    page.get_by_label("Interview on").fill("")
    expect(plan).to_be_empty()
    assert kept(page)["plan"] is None


def test_the_first_run_is_explained_once(page: Page) -> None:
    study(page, begin=False)
    expect(page.locator("#_welcome li")).to_have_count(3)
    tap(page, "Understood")
    expect(page.locator("#_welcome")).to_be_hidden()
    page.keyboard.press("Escape")
    study(page, begin=False)
    expect(page.locator("#_welcome")).to_be_hidden()


def test_a_card_is_put_aside_flagged_and_brought_back(page: Page) -> None:
    def act(name: str) -> None:
        page.locator("#_actions summary").dispatch_event("click")
        page.locator("#_actions").get_by_role("button", name=name).click()

    study(page)
    menu = page.locator("#_actions .menu")
    for closing in ("Escape", "click"):
        page.locator("#_actions summary").click()
        expect(menu).to_be_visible()
        page.keyboard.press("Escape") if closing == "Escape" else page.locator(".sheet h3").click()
        expect(menu).to_be_hidden()
    act("Flag")
    act("See it tomorrow")
    assert asked(page) == "Filled in?"
    act("Suspend")
    assert asked(page) == "Which?"
    page.keyboard.press("u")
    assert asked(page) == "Filled in?"
    act("Suspend")
    tap(page, "Back")
    expect(page.locator("#_fresh-now")).to_have_text("3")
    tap(page, "Bring 1 suspended back")
    expect(page.locator("#_fresh-now")).to_have_text("4")
    page.clock.set_fixed_time(NOON + timedelta(days=1))
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.locator("#_fresh-now")).to_have_text("5")
    tap(page, "Start studying")
    expect(page.locator("#_report")).to_have_attribute("href", "https://example.org/sample")
    act("Open on the page")
    expect(page.locator("#basic details")).to_have_attribute("open", "")
    page.get_by_label("Flagged only").check()
    expect(page.locator(".card:visible")).to_have_count(1)


def test_a_mistake_is_reported_as_an_issue_about_the_card(
    chromium: Browser, tmp_path: Path
) -> None:
    deck = deck_of()
    meta = replace(deck.meta, homepage="https://owner.github.io/decks/")
    file = written(tmp_path / "d.html", replace(deck, meta=meta))
    with visit(chromium, file) as visited:
        study(visited.page)
        expect(visited.page.locator("#_report")).to_have_attribute(
            "href", "https://github.com/owner/decks/issues/new?title=basic"
        )


def test_what_was_erased_comes_back(page: Page) -> None:
    rate_first(page)
    before = kept(page)["cards"]
    tap(page, "Back")
    tap(page, "Erase")  # denied
    assert kept(page)["cards"] == before
    page.evaluate("confirm = () => true; 0")
    tap(page, "Erase")
    expect(page.locator("#_file-said")).to_have_text("Your progress is erased")
    assert kept(page)["cards"] == {}
    tap(page, "Bring erased progress back")
    assert kept(page)["cards"] == before


def test_after_ten_sessions_an_export_is_called_for(chromium: Browser, file: Path) -> None:
    text = progress({"basic": RATED}, since=10)
    before = f"localStorage.getItem('{KEY}') ?? localStorage.setItem('{KEY}', {text!r})"
    with visit(chromium, file, before=before) as visited:
        page = visited.page
        study(page, begin=False)
        expect(page.locator("#_trouble")).to_contain_text("since your last export: 10")
        with page.expect_download():
            tap(page, "Export")
        expect(page.locator("#_trouble")).to_be_empty()


def test_a_typed_answer_is_compared(page: Page) -> None:
    study(page, begin=False)
    page.get_by_label("Type answers first").check()
    tap(page, "Start studying")
    page.get_by_label("Your answer").fill("the answer")
    tap(page, "Show answer")
    expect(page.locator(".typed .cue")).to_have_text("You wrote 50% of the answer")


def test_an_exam_goes_on_after_a_reload_and_is_remembered(page: Page) -> None:
    study(page, begin=False)
    tap(page, "Start the exam")
    answer_in_exam(page, "Missed it")
    page.keyboard.press("u")
    expect(page.locator("#_left")).to_have_text("1 / 5")
    answer_in_exam(page, "Missed it")
    expect(page.locator("#_left")).to_have_text("2 / 5")
    page.clock.set_fixed_time(NOON + timedelta(minutes=1))
    reload(page)
    expect(page.locator("#_left")).to_have_text("2 / 5")
    expect(page.get_by_role("timer")).to_have_text("4:00")
    for _ in range(4):
        answer_in_exam(page, "Knew it")
    expect(page.locator("#_score")).to_have_text("4 of 5 right")
    tap(page, "The missed ones again")
    expect(page.locator("#_left")).to_have_text("1 / 1")
    answer_in_exam(page, "Knew it")
    tap(page, "Back")
    expect(page.locator("#_exams tr td")).to_have_text(["1 / 1", "4 / 5"])
    page.get_by_label("Spoken: 30 s each").check()
    tap(page, "Start the exam")
    expect(page.get_by_role("timer")).to_have_text("0:30")
