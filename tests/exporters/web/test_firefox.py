"""The page in Debian's Firefox: what is promised of reading, finding, studying and keeping."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.exporters import samples
from tests.exporters.firefox import DOWN, ENTER, ESCAPE, Firefox, firefox
from tests.exporters.web.pages import written
from tests.exporters.web.study.studying import KEY, deck_of

pytestmark = pytest.mark.slow

_SHOWN = """[...document.querySelectorAll('.card')]
  .filter((card) => card.checkVisibility()).map((card) => card.id)"""
_KEPT = f"localStorage.getItem('{KEY}')"
_FOCUSED = "document.activeElement.closest('.card')?.id ?? document.activeElement.id"


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with firefox(tmp_path_factory.mktemp("firefox")) as started:
        yield started


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("pages")
    decks = {"sample": samples.sample(), "study": deck_of()}
    files = {name: written(folder / f"{name}.html", deck) for name, deck in decks.items()}
    return {name: file.as_uri() for name, file in files.items()}


@pytest.fixture
def page(driven: Firefox, pages: dict[str, str]) -> Firefox:
    """Firefox at the page of a deck with every kind of card, where nothing is kept yet."""
    driven.open(pages["study"])
    driven.look("localStorage.clear()")
    driven.reload()
    return driven


def test_answers_unfold_and_a_link_leads_to_a_card(driven: Firefox, pages: dict[str, str]) -> None:
    page = driven
    page.open(pages["sample"])
    answer = "document.querySelector('#nginx-reverse-proxy details').open"
    page.click("#nginx-reverse-proxy h3")
    assert page.look(answer)
    page.click("#nginx-reverse-proxy summary")
    assert not page.look(answer)
    page.open(pages["sample"] + "#nginx-reverse-proxy")
    page.until(answer)
    page.until("document.querySelector('#nginx-reverse-proxy').getBoundingClientRect().top >= 0")
    assert page.look("document.documentElement.scrollWidth <= innerWidth")


def test_what_people_type_is_found_and_the_keys_lead_to_it(
    driven: Firefox, pages: dict[str, str]
) -> None:
    page = driven
    page.open(pages["sample"])
    everything = page.look(_SHOWN)
    for typed in ("fanxiangdaili", "fxdl", "反向代理"):
        page.type("#_find", typed)
        page.until(f"{_SHOWN}[0]", "nginx-reverse-proxy")
        assert len(page.look(_SHOWN)) < len(everything)
        page.until("CSS.highlights.get('found').size > 0")
        page.press(ESCAPE)
        assert page.look(_SHOWN) == everything
    page.type("#_find", "nginx")
    first, second, *_ = page.look(_SHOWN)
    page.press(ENTER)
    assert page.look(_FOCUSED) == first
    page.press(ENTER)
    assert page.look(f"document.getElementById('{first}').querySelector('details').open")
    page.press(DOWN)
    assert page.look(_FOCUSED) == second
    page.press(ESCAPE)
    assert page.look(_FOCUSED) == "_find"


def test_every_kind_of_card_is_studied_and_the_progress_is_kept(page: Firefox) -> None:
    page.click("#_open-study")
    page.click("#_begin")
    for count in range(1, 6):
        for _ in range(3):
            if page.look("!document.querySelector('#_reveal').hidden"):
                page.press(" ")
        page.press("4")
        page.until(f"Object.keys(JSON.parse({_KEPT} ?? '{{\"cards\":{{}}}}').cards).length", count)
    page.until("document.querySelector('#_end').hidden", False)
    kept = page.look(_KEPT)
    assert sorted(json.loads(kept)["cards"]) == ["basic", "choice", "cloze", "ordered", "reverse"]
    page.reload()
    assert page.look(_KEPT) == kept
    page.click("#_open-study")
    assert page.look("document.querySelector('#_begin').disabled")
    page.press(ESCAPE)
    assert page.look("document.querySelector('#basic .number').dataset.state") == "known"


def test_what_only_screen_readers_are_told_is_not_seen(page: Firefox) -> None:
    page.click("#_open-study")
    assert page.look("document.querySelectorAll('#_study .unseen').length > 1")
    seen = """[...document.querySelectorAll('.unseen')].filter((part) => {
      const { width, height } = part.getBoundingClientRect();
      return Math.max(width, height) > 1 || getComputedStyle(part).overflow !== 'hidden';
    }).map((part) => part.textContent)"""
    assert page.look(seen) == []
