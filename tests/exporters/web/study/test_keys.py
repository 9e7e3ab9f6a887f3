"""Keys: what they do, and where they mean nothing."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, expect

from tests.exporters.web.study.studying import NOON, answer_in_exam, asked, kept, study, tap


def test_help_leads_back_to_where_it_was_opened(page: Page) -> None:
    help = page.get_by_role("heading", name="Keys")

    def helped(closing: str) -> None:
        page.keyboard.press("?")
        expect(help).to_be_visible()
        page.keyboard.press("4")  # means nothing here
        if closing == "Back":
            page.get_by_role("dialog", name="Keys").get_by_role("button").click()
        else:
            page.keyboard.press(closing)
        expect(help).to_be_hidden()

    for closing in ("Back", "Escape"):
        helped(closing)
        expect(page.locator("#_study")).to_be_hidden()
    study(page)
    for closing in ("Back", "Escape"):
        helped(closing)
        assert asked(page) == "Basic?"
    page.keyboard.press("Space")
    helped("Back")
    expect(page.get_by_role("button", name="Good")).to_be_visible()
    tap(page, "Back")
    tap(page, "Start the exam")
    answer_in_exam(page, "Knew it")
    page.clock.set_fixed_time(NOON + timedelta(minutes=1))
    for closing in ("Back", "Escape"):
        helped(closing)
        expect(page.locator("#_left")).to_have_text("2 / 5")
    expect(page.get_by_role("timer")).to_have_text("4:00")


def test_a_card_that_was_left_is_not_answered_from_the_overview(page: Page) -> None:
    study(page)
    page.keyboard.press("Space")
    tap(page, "Back")
    page.locator("#_home").focus()
    page.keyboard.press("4")
    page.keyboard.press("Space")
    tap(page, "Start studying")
    assert asked(page) == "Basic?"
    assert kept(page) == {}


def test_a_key_that_is_held_down_answers_once(page: Page) -> None:
    study(page)
    for key in ("Enter", "Space", "3"):
        for _ in range(9):
            page.keyboard.down(key)
        page.keyboard.up(key)
    assert sum(card["seen"] for card in kept(page)["cards"].values()) == 1


def test_keys_work_while_a_box_or_a_list_has_the_focus(page: Page) -> None:
    for label in ("Weak ones only", "Section", "Dark"):
        page.get_by_label(label).focus()
        page.keyboard.press("?")
        expect(page.get_by_role("heading", name="Keys")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        expect(page.get_by_role("searchbox")).to_be_focused()
    page.get_by_label("Weak ones only").press("Space")
    expect(page.get_by_label("Weak ones only")).to_be_checked()


def test_keys_mean_nothing_while_somebody_types_or_with_a_modifier(page: Page) -> None:
    page.get_by_role("searchbox").focus()
    page.keyboard.type("?jk u")
    assert page.get_by_role("searchbox").input_value() == "?jk u"
    expect(page.locator("#_study")).to_be_hidden()
    page.keyboard.press("Escape")
    page.locator("body").click(position={"x": 2, "y": 2})
    page.keyboard.press("Control+?")
    expect(page.locator("#_study")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#_study")).to_be_hidden()


def test_j_and_k_go_from_card_to_card(page: Page) -> None:
    def here() -> str:
        found: str = page.evaluate("document.activeElement.closest('.card')?.id")
        return found

    page.locator("#basic .number").focus()
    page.keyboard.press("j")
    assert here() == "cloze"
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("k")
    assert here() == "basic"
    page.keyboard.press("J")  # with Caps Lock
    assert here() == "cloze"
