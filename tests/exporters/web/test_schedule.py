"""When the page asks a card again, held against the reference implementation of FSRS-6."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fsrs import Card, Rating, Scheduler
from playwright.sync_api import Browser

from tests.exporters import samples
from tests.exporters.browser import visit
from tests.exporters.web.pages import written

# Every history from its first rating on: after each, the page's memory of the card.
_REPLAY = """histories => histories.map((history) => {
  let memory = null;
  return history.map(([rating, elapsed]) => {
    memory = FSRS.review(memory, rating, elapsed);
    return [memory.stability, memory.difficulty, memory.wait, FSRS.recall(memory, elapsed)];
  });
})"""


def _histories(count: int) -> list[list[tuple[int, int]]]:
    """Ratings and the milliseconds before each: minutes, the days that were asked for, months."""
    chance = random.Random(20)
    gaps = (60, 600, 5_400, 86_399, 86_400, 3 * 86_400, 40 * 86_400, 900 * 86_400)
    return [
        [
            (
                chance.choices((1, 2, 3, 4), (2, 1, 5, 1))[0],
                1000 * round(chance.choice(gaps) * chance.uniform(1, 1.9)),
            )
            for _ in range(chance.randint(1, 25))
        ]
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("web") / "page.html"
    written(path, samples.sample())
    return path


@pytest.mark.parametrize("count", [60, pytest.param(1500, marks=pytest.mark.slow)])
def test_the_schedule_is_that_of_the_reference(chromium: Browser, file: Path, count: int) -> None:
    histories = _histories(count)
    with visit(chromium, file) as seen:
        replayed = seen.page.evaluate(_REPLAY, histories)
    scheduler = Scheduler(enable_fuzzing=False)
    for history, memories in zip(histories, replayed, strict=True):
        now = datetime(2026, 1, 1, tzinfo=UTC)
        card = Card()
        for (rating, elapsed), (stability, difficulty, wait, recall) in zip(
            history, memories, strict=True
        ):
            now += timedelta(milliseconds=elapsed)
            card, _ = scheduler.review_card(card, Rating(rating), now)
            assert card.stability is not None
            assert card.difficulty is not None
            assert stability == pytest.approx(card.stability, abs=5e-5, rel=1e-9)
            assert difficulty == pytest.approx(card.difficulty, abs=5e-5)
            assert timedelta(milliseconds=wait) == card.due - now
            later = now + timedelta(milliseconds=elapsed)
            assert recall == pytest.approx(scheduler.get_card_retrievability(card, later), abs=1e-6)


def test_reviews_are_spread_as_the_reference_spreads_them(chromium: Browser, file: Path) -> None:
    random.seed(20)  # the reference takes its days from there
    scheduler = Scheduler(enable_fuzzing=True)
    lengths = (1, 2, 3, 5, 8, 13, 21, 55, 144, 400, 3000)
    with visit(chromium, file) as seen:
        spread = """lengths => lengths.map((days) =>
          Array.from({ length: 500 }, (_, n) => fuzzed(days, 36500, `c${n}`, "2026-11-24")))"""
        found = seen.page.evaluate(spread, lengths)
        assert seen.page.evaluate(spread, lengths) == found  # not by chance
    for days, ours in zip(lengths, found, strict=True):
        theirs = {
            scheduler._get_fuzzed_interval(interval=timedelta(days=days)).days for _ in range(3000)
        }
        assert set(ours) <= set(range(min(theirs), max(theirs) + 1))
        # Twenty cards of one day do not come back on one day.
        assert len(set(ours[:20])) >= min(3, len(theirs))
