"""A small deck with every kind of card, and what a learner does with its page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from deckpress.model import CardKind, ClozeEnd, ClozeStart, Deck, Option, Section
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


EVERY = (BASIC, CLOZE, CHOICE, ORDERED, REVERSE)


def deck_of(*cards: Any, key: str = "sample") -> Deck:
    shown = cards or EVERY
    sections = (
        Section(name, name.title(), (), tuple(card for card in shown if card.section == name))
        for name in ("one", "two")
    )
    return samples.deck(*sections, lang="en", key=key)


@contextmanager
def opened(browser: Browser, file: Path, now: datetime = NOON) -> Iterator[Page]:
    """The page in `file` at a moment that does not pass, where a day is one of UTC."""
    with visit(browser, file, now=now, timezone_id="UTC", locale="en") as visited:
        visited.page.evaluate("fuzzed = (days) => days; 0")  # days as the schedule counts them
        yield visited.page
        assert visited.record.requests == []
        assert visited.record.complaints == []


def tap(page: Page, name: str | re.Pattern[str]) -> None:
    """Choose a button, a fifth of a second sooner than with a mouse that waits for two frames."""
    page.get_by_role("button", name=name).dispatch_event("click")


def study(page: Page, *, begin: bool = True) -> None:
    tap(page, re.compile("^Study"))
    if begin:
        tap(page, "Start studying")


def asked(page: Page) -> str:
    """The question that is asked now, or the text that is, where a card is turned round."""
    return page.locator(".sheet h3, .sheet > .short").first.inner_text()


def kept(page: Page) -> dict[str, Any]:
    """What is stored, once all that was to be stored is."""
    page.evaluate(f"navigator.locks.request('{KEY}', () => {{}}).catch(() => {{}})")
    found: dict[str, Any] = json.loads(page.evaluate(f"localStorage.getItem('{KEY}')") or "{}")
    return found


def only(*ids: str) -> Deck:
    return deck_of(*(card for id in ids for card in EVERY if card.id == id))


def rate_first(page: Page, rating: str = "4") -> None:
    study(page)
    while page.locator("#_reveal").is_visible():
        page.keyboard.press("Space")
    page.keyboard.press(rating)


def answer_in_exam(page: Page, mark: str) -> None:
    choice = page.get_by_role("button", name="Right one")
    if choice.count():
        choice.dispatch_event("click")
    while page.locator("#_reveal").is_visible():
        page.locator("#_reveal").dispatch_event("click")
    tap(page, mark)


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
