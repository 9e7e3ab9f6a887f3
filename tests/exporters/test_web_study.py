"""Studying on the page: the queue, the five kinds of cards, the exam, and what is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from deckpress.model import CardKind, ClozeEnd, ClozeStart, Deck, Option, Section
from exporters.web import export
from exporters.web.lean import lean
from tests.exporters import samples
from tests.exporters.browser import visit

KEY = "deckpress:progress:sample"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)

BASIC = samples.card("basic", "Basic?", "<p>Basic answer.</p>", section="one", tags=("net",))
CLOZE = samples.card(
    "cloze",
    "Filled in?",
    ("<p>A ", ClozeStart(1, ""), "first", ClozeEnd(), " and a ", ClozeStart(2, "which"), "second"),
    (ClozeEnd(), " gap.</p>"),
    kind=CardKind.CLOZE,
    section="one",
)
CHOICE = samples.card(
    "choice",
    "Which?",
    "<p>Because.</p>",
    kind=CardKind.CHOICE,
    section="one",
    options=(Option(("Wrong one",), False), Option(("Right one",), True)),
)
ORDERED = samples.card(
    "ordered",
    "In which order?",
    kind=CardKind.ORDERED,
    section="two",
    steps=(("Open.",), ("Read.",), ("Close.",)),
)
REVERSE = samples.card(
    "reverse", "Term", "<p>What it means.</p>", kind=CardKind.REVERSE, section="two"
)


def _deck(*cards: Any, key: str = "sample") -> Deck:
    shown = cards or (BASIC, CLOZE, CHOICE, ORDERED, REVERSE)
    sections = (
        Section(name, name.title(), (), tuple(card for card in shown if card.section == name))
        for name in ("one", "two")
    )
    return samples.deck(*sections, lang="en", key=key)


def _written(path: Path, deck: Deck) -> Path:
    path.write_bytes(export(deck, samples.VERSION)[0].data)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return _written(tmp_path / "deck.html", _deck())


@pytest.fixture
def page(chromium: Browser, file: Path) -> Iterator[Page]:
    with visit(chromium, file, timezone_id="UTC", locale="en") as visited:
        visited.page.clock.set_fixed_time(NOON)
        yield visited.page
        assert visited.record.requests == []
        assert visited.record.complaints == []


def study(page: Page, *, begin: bool = True) -> None:
    page.get_by_role("button", name=re.compile("^Study")).click()
    if begin:
        page.get_by_role("button", name="Start studying").click()


def asked(page: Page) -> str:
    """The question that is asked now, or the text that is, where a card is turned round."""
    return page.locator(".sheet h3, .sheet > .short").first.inner_text()


def kept(page: Page) -> dict[str, Any]:
    """What is stored, once all that was to be stored is."""
    page.evaluate(f"navigator.locks.request('{KEY}', () => {{}}).catch(() => {{}})")
    found: dict[str, Any] = json.loads(page.evaluate(f"localStorage.getItem('{KEY}')") or "{}")
    return found


def only(*ids: str) -> Deck:
    every = {card.id: card for card in (BASIC, CLOZE, CHOICE, ORDERED, REVERSE)}
    return _deck(*(every[id] for id in ids))


def test_a_card_is_asked_shown_and_rated(page: Page) -> None:
    study(page)
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
    file = _written(tmp_path / "d.html", only("cloze"))
    with visit(chromium, file) as visited:
        page = visited.page
        study(page)
        text = page.locator(".sheet .short").first
        assert text.inner_text() == "A … and a which gap."
        page.get_by_role("button", name="Next step").click()
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
    file = _written(tmp_path / "d.html", _deck(card))
    with visit(chromium, file) as visited:
        page = visited.page
        study(page)
        shown = page.locator(".sheet .short")
        for texts in (["In …?", "…."], ["In what?", "…."], ["In what?", "It."]):
            assert shown.all_inner_texts() == texts
            good = page.get_by_role("button", name="Good")
            expect(good).to_be_visible(visible=texts[-1] == "It.")
            page.keyboard.press("Space")


@pytest.mark.parametrize(("chosen", "verdict"), [("Wrong one", "Wrong"), ("Right one", "Right")])
def test_a_choice_is_clicked_and_explained(
    chromium: Browser, tmp_path: Path, chosen: str, verdict: str
) -> None:
    file = _written(tmp_path / "d.html", only("choice"))
    with visit(chromium, file) as visited:
        page = visited.page
        study(page)
        expect(page.locator(".sheet").get_by_text("Because.")).to_be_hidden()
        assert "Right: B" not in page.locator("#_stage").inner_text()
        page.locator(".sheet").get_by_role("button", name=chosen).click()
        expect(page.locator("#_said")).to_have_text(verdict)
        expect(page.locator(".sheet").get_by_text("Because.")).to_be_visible()
        expect(page.locator(".sheet .right-one .verdict")).to_be_visible()
        # What is likely to be pressed next has the focus: again, or good.
        again = page.get_by_role("button", name="Again")
        good = page.get_by_role("button", name="Good")
        expect(again if verdict == "Wrong" else good).to_be_focused()


def test_steps_come_one_by_one(chromium: Browser, tmp_path: Path) -> None:
    file = _written(tmp_path / "d.html", only("ordered"))
    with visit(chromium, file) as visited:
        page = visited.page
        study(page)
        steps = page.locator(".sheet .steps li:visible")
        expect(page.locator(".sheet .cue")).to_have_text("3 steps")
        for shown in range(3):
            assert steps.count() == shown
            page.keyboard.press("Space")
        assert steps.all_inner_texts() == ["Open.", "Read.", "Close."]
        expect(page.get_by_role("button", name="Good")).to_be_visible()


def test_a_card_for_both_ways_is_turned_round_the_second_time(
    chromium: Browser, tmp_path: Path
) -> None:
    file = _written(tmp_path / "d.html", only("reverse"))
    with visit(chromium, file) as visited:
        page = visited.page
        study(page)
        assert asked(page) == "Term"
        page.keyboard.press("Space")
        page.keyboard.press("1")
        assert asked(page) == "What it means."
        expect(page.locator(".sheet h3")).to_be_hidden()
        page.keyboard.press("Space")
        expect(page.locator(".sheet h3")).to_be_visible()


def test_no_more_new_cards_a_day_than_wished(page: Page) -> None:
    study(page, begin=False)
    page.get_by_label("New cards a day").fill("2")
    page.get_by_label("New cards a day").press("Tab")
    page.get_by_role("button", name="Start studying").click()
    for _ in range(2):
        page.locator("#_reveal").click()
        while page.locator("#_reveal").is_visible():
            page.locator("#_reveal").click()
        page.keyboard.press("4")
    expect(page.locator("#_said")).to_have_text("All done for today")
    expect(page.get_by_role("button", name="Start studying")).to_be_disabled()
    page.clock.set_fixed_time(NOON + timedelta(days=1))
    page.reload()
    page.clock.set_fixed_time(NOON + timedelta(days=1))
    study(page)
    assert asked(page) == "Which?"


def test_a_card_comes_back_when_its_time_has_come(page: Page) -> None:
    study(page)
    page.keyboard.press("Space")
    page.keyboard.press("4")
    page.clock.set_fixed_time(NOON + timedelta(days=8))
    page.keyboard.press("Escape")
    study(page)
    assert asked(page) == "Basic?"


def answer_in_exam(page: Page, mark: str) -> None:
    choice = page.locator(".sheet .option", has_text="Right one")
    if choice.count():
        choice.click()
    while page.locator("#_reveal").is_visible():
        page.locator("#_reveal").click()
    page.get_by_role("button", name=mark).click()


def test_an_exam_counts_by_section_and_leaves_the_schedule_alone(page: Page) -> None:
    study(page, begin=False)
    page.get_by_role("button", name="Start the exam").click()
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
    expect(page.locator("#_section")).to_have_text("One")
    page.get_by_role("button", name="Back").click()
    page.get_by_role("button", name="Start the exam").click()
    for _ in range(5):
        answer_in_exam(page, "Knew it")
    expect(page.locator("#_score")).to_have_text("5 of 5 right")


def test_an_exam_tells_sections_of_the_same_title_apart(chromium: Browser, tmp_path: Path) -> None:
    deck = _deck(BASIC, REVERSE)
    alike = tuple(replace(section, title="Alike") for section in deck.sections)
    file = _written(tmp_path / "d.html", replace(deck, sections=alike))
    with visit(chromium, file) as visited:
        page = visited.page
        study(page, begin=False)
        page.get_by_role("button", name="Start the exam").click()
        for _ in range(2):
            answer_in_exam(page, "Knew it")
        expect(page.locator("#_by-section tr")).to_have_count(2)


def test_an_exam_ends_with_its_time(page: Page) -> None:
    study(page, begin=False)
    page.get_by_role("button", name="Start the exam").click()
    page.clock.set_fixed_time(NOON + timedelta(minutes=6))
    expect(page.locator("#_score")).to_have_text("0 of 5 right")


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
    page.get_by_role("button", name="Back").click()
    page.get_by_role("button", name="Start the exam").click()
    answer_in_exam(page, "Knew it")
    page.clock.set_fixed_time(NOON + timedelta(minutes=1))
    for closing in ("Back", "Escape"):
        helped(closing)
        expect(page.locator("#_left")).to_have_text("2 / 5")
    expect(page.get_by_role("timer")).to_have_text("4:00")


@pytest.mark.parametrize("way", ["Escape", "Back"])
def test_an_exam_that_is_left_shows_its_result_so_far(page: Page, way: str) -> None:
    def leave() -> None:
        if way == "Back":
            page.get_by_role("button", name="Back").click()
        else:
            page.keyboard.press("Escape")

    study(page, begin=False)
    page.get_by_role("button", name="Start the exam").click()
    answer_in_exam(page, "Knew it")
    answer_in_exam(page, "Missed it")
    leave()
    expect(page.locator("#_score")).to_have_text("1 of 2 right")
    expect(page.locator("#_missed-cards li")).to_have_count(1)
    page.locator("#_missed-cards a").click()
    expect(page.locator("#_study")).to_be_hidden()
    expect(page.locator(".card:target .number")).to_be_focused()


def test_a_card_that_was_left_is_not_answered_from_the_overview(page: Page) -> None:
    study(page)
    page.keyboard.press("Space")
    page.get_by_role("button", name="Back").click()
    page.locator("#_home").focus()
    page.keyboard.press("4")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Start studying").click()
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


# What is kept


def rate_first(page: Page, rating: str = "4") -> None:
    study(page)
    while page.locator("#_reveal").is_visible():
        page.keyboard.press("Space")
    page.keyboard.press(rating)


def test_progress_outlives_a_new_release_of_the_page(chromium: Browser, file: Path) -> None:
    with visit(chromium, file) as visited:
        page = visited.page
        rate_first(page)
        before = kept(page)["cards"]["basic"]
        edited = replace(BASIC, question=("Reworded?",), section="two")
        _written(file, _deck(replace(CLOZE, retired=True), edited, ORDERED))
        page.reload()
        assert kept(page)["cards"]["basic"] == before
        study(page)
        assert asked(page) == "In which order?"  # neither the known card nor the retired one
        page.keyboard.press("Escape")
        page.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=9))
        study(page)
        assert asked(page) in ("Reworded?", "In which order?")
        assert kept(page)["cards"]["basic"] == before


def test_another_decks_page_has_its_own_progress(chromium: Browser, file: Path) -> None:
    with visit(chromium, file) as visited:
        page = visited.page
        rate_first(page)
        _written(file, _deck(key="other"))
        page.reload()
        study(page)
        assert asked(page) == "Basic?"


def test_progress_is_exported_and_taken_in_elsewhere(
    chromium: Browser, file: Path, tmp_path: Path
) -> None:
    with visit(chromium, file) as visited:
        rate_first(visited.page)
        visited.page.keyboard.press("Escape")
        study(visited.page, begin=False)
        with visited.page.expect_download() as waiting:
            visited.page.get_by_role("button", name="Export").click()
        saved = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(saved)
        mine = kept(visited.page)
    assert re.fullmatch(r"sample-\d{4}-\d\d-\d\d\.json", saved.name)
    assert json.loads(saved.read_text()) == mine
    assert mine["format"] == 1
    with visit(chromium, file) as visited:
        study(visited.page, begin=False)
        visited.page.locator("#_load").set_input_files(saved)
        expect(visited.page.locator("#_file-said")).to_contain_text("1")
        assert kept(visited.page)["cards"] == mine["cards"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "This file is damaged"),
        ("[]", "This file is not the progress of this deck"),
        ('{"format": 1, "deck": "other", "limit": 1, "cards": {}, "days": {}}', "is not the"),
        ('{"format": 2, "deck": "sample"}', "from a newer page"),
        (
            '{"format": 1, "deck": "sample", "limit": 1, "cards": {"a": {"due": "x"}}, "days": {}}',
            "This file is damaged",
        ),
    ],
)
def test_a_strange_file_is_refused_and_nothing_is_lost(
    page: Page, tmp_path: Path, content: str, said: str
) -> None:
    rate_first(page)
    before = kept(page)
    page.keyboard.press("Escape")
    study(page, begin=False)
    strange = tmp_path / "progress.json"
    strange.write_text(content)
    page.locator("#_load").set_input_files(strange)
    expect(page.locator("#_file-said")).to_contain_text(said)
    assert kept(page) == before


RATED = {
    "stability": 5,
    "difficulty": 5,
    "step": 0,
    "phase": "review",
    "last": (NOON - timedelta(days=5)).timestamp() * 1000,
    "due": (NOON - timedelta(days=1)).timestamp() * 1000,
    "seen": 3,
    "again": 1,
}
DAYS = {"2026-11-19": {"fresh": 1, "asked": 2, "kept": 1}}


def progress(cards: Any = None, days: Any = DAYS, **other: Any) -> str:
    state = {"format": 1, "deck": "sample", "limit": 7, "cards": cards or {}, "days": days}
    return json.dumps(state | other)


_IMPOSSIBLE: list[dict[str, Any]] = [
    {"step": 99},
    {"step": 0.5},
    {"phase": "learning", "step": 2},
    {"step": 1},
    {"difficulty": 0},
    {"difficulty": 99},
    {"stability": 1e300},
    {"stability": 0},
    {"due": 1e300},
    {"due": 0},
    {"last": 1e300, "due": 1e300},
    {
        "last": (NOON + timedelta(days=900)).timestamp() * 1000,
        "due": (NOON + timedelta(days=901)).timestamp() * 1000,
    },
    {"seen": 0.5},
    {"again": 4},
    {"phase": ["review"]},
]


@pytest.mark.parametrize(
    "content",
    [
        *(progress({"basic": RATED | change}) for change in _IMPOSSIBLE),
        progress(days={"no day": DAYS["2026-11-19"]}),
        progress(days={"2026-02-30": DAYS["2026-11-19"]}),
        progress(days={"2999-01-01": DAYS["2026-11-19"]}),
        progress(days={"2026-11-19": {"fresh": 1, "asked": 1, "kept": 2}}),
        progress(days=[]),
        progress(limit=1e9),
        progress(limit=2.5),
    ],
)
def test_a_file_that_no_page_can_have_written_is_refused(page: Page, content: str) -> None:
    rate_first(page)
    before = kept(page)
    page.keyboard.press("Escape")
    study(page, begin=False)
    take(page, content)
    expect(page.locator("#_file-said")).to_contain_text("This file is damaged")
    assert kept(page) == before


def take(page: Page, content: str) -> None:
    file = {"name": "p.json", "mimeType": "application/json", "buffer": content.encode()}
    page.locator("#_load").set_input_files(file)  # type: ignore[arg-type]


def test_the_daily_limit_is_taken_in_too(page: Page) -> None:
    study(page, begin=False)
    take(page, progress({"basic": RATED}))
    expect(page.locator("#_file-said")).to_contain_text("1")
    expect(page.get_by_label("New cards a day")).to_have_value("7")
    assert kept(page)["cards"] == {"basic": RATED}
    assert kept(page)["days"] == DAYS


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
        page.reload()
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
        page.get_by_role("button", name="Start studying").click()
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
            page.wait_for_timeout(300)  # it is kept by another process than the page's
            page.reload()
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
        visited.page.get_by_role("button", name="Start studying").click()
        visited.page.keyboard.press("Space")
        visited.page.keyboard.press("4")
        assert asked(visited.page) == "Filled in?"
        assert visited.record.complaints == []


def test_two_tabs_do_not_overwrite_each_other(chromium: Browser, file: Path) -> None:
    with visit(chromium, file) as visited:
        first = visited.page
        second = first.context.new_page()
        second.goto(file.absolute().as_uri())
        study(first)
        study(second)
        first.keyboard.press("Space")
        second.keyboard.press("Space")
        first.keyboard.press("4")  # "basic"; the second tab rates it after that, and goes on
        _until_same(first, second)
        second.keyboard.press("4")
        while second.locator("#_reveal").is_visible():
            second.keyboard.press("Space")
        second.keyboard.press("1")
        _until_same(first, second)
        while first.locator("#_reveal").is_visible():
            first.keyboard.press("Space")
        first.keyboard.press("4")
        _until_same(first, second)
        assert len(kept(first)["cards"]) >= 2
        assert kept(first) == kept(second)
        assert kept(first)["cards"]["basic"]["seen"] == 2


def _until_same(first: Page, second: Page) -> None:
    """Tabs are processes: what one keeps reaches the other a moment later."""
    first.wait_for_timeout(100)
    for _ in range(100):
        if kept(first) == kept(second):
            return
        first.wait_for_timeout(20)


# The dashboard


def test_the_dashboard_says_what_lies_ahead_and_what_is_weak(page: Page) -> None:
    rate_first(page)
    while page.locator("#_reveal").is_visible():
        page.keyboard.press("Space")
    page.keyboard.press("1")  # the cloze card
    page.keyboard.press("Escape")
    study(page, begin=False)
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


# Light, safe, accessible


def test_script_and_style_are_light() -> None:
    html = export(samples.sample(), samples.VERSION)[0].data.decode()
    own = "".join(re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", html, re.DOTALL))
    assert len(own.encode()) <= 60 * 1024


def test_leaving_comments_indents_and_empty_lines_out_leaves_every_line_of_code() -> None:
    text = '/* One\n   two. */\na {\n  b: c; /* kept */\n}\n\n  // note\n  d = "// no";\n'
    assert lean(text) == 'a {\nb: c; /* kept */\n}\nd = "// no";\n'


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
