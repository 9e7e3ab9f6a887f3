"""Cards as a phone shows them: real Anki's HTML, in a real browser, with AnkiDroid's classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from deckpress.model import Deck, Part, PartName
from exporters.anki import export
from tests.exporters import samples
from tests.exporters.learner import Learner, learner, package

WIDTH = 390
# AnkiDroid's page around a card, as far as a style can see it.
FRAME = """<!doctype html><html class="mobile android linux js"><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<body class="card card1"><div id="content"><div id="qa">{card}</div></div></body></html>"""
LONG = "X" * 120
CELLS = "".join(f"<td>column{number}</td>" for number in range(20))
WIDE = (
    f"<pre><code>{LONG}\n  0O1lI <span class='k'>return</span> {LONG}</code></pre>"
    f'<div class="table"><table><tr>{CELLS}</tr></table></div>'
    f"<p>{LONG} <code>{LONG}</code></p>"
)


@dataclass(frozen=True)
class Phone:
    page: Page
    anki: Learner

    def show(self, id: str) -> None:
        """The answer of a card by day."""
        output = self.anki.card(id).render_output(reload=True, browser=False)
        file = Path(self.anki.collection.media.dir()) / "card.html"
        file.write_text(FRAME.format(card=output.answer_and_style()), encoding="utf-8")
        self.page.goto(file.as_uri())
        self.page.evaluate("document.fonts.ready")

    def darken(self) -> None:
        """Let night fall over what is shown."""
        self.page.evaluate("document.body.classList.add('nightMode', 'night_mode')")


def _deck() -> Deck:
    wide = replace(
        samples.card("wide", "Wide?", "<p>Yes.</p>"), parts=(Part(PartName.EXAMPLE, (WIDE,)),)
    )
    deck = samples.sample()
    first, *others = deck.sections
    return replace(deck, sections=(replace(first, cards=(*first.cards, wide)), *others))


@pytest.fixture(scope="module")
def phone(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    with learner(tmp_path_factory.mktemp("phone")) as someone:
        someone.take(package(_deck(), samples.VERSION))
        page = chromium.new_page(viewport={"width": WIDTH, "height": 844}, offline=True)
        yield Phone(page, someone)
        page.close()


def test_no_card_is_wider_than_a_phone_by_day_or_night(phone: Phone) -> None:
    width = "document.documentElement.scrollWidth"
    for card in _deck().cards():
        phone.show(card.id)
        assert phone.page.evaluate(width) <= WIDTH, card.id
        phone.darken()
        assert phone.page.evaluate(width) <= WIDTH, card.id


def test_wide_code_wraps_and_a_wide_table_scrolls_in_its_box(phone: Phone) -> None:
    phone.show("wide")
    code, table = phone.page.evaluate(
        "['pre', '.table'].map(name => { const box = document.querySelector(name);"
        " box.scrollLeft = 50;"
        " return [box.scrollLeft, box.getBoundingClientRect().right <= innerWidth]; })"
    )
    assert code == [0, True]
    assert table == [50, True]
    lines = phone.page.evaluate(
        "(() => { const range = document.createRange();"
        " range.selectNodeContents(document.querySelector('pre code'));"
        " return [...range.getClientRects()].every(box => box.right <= innerWidth); })()"
    )
    assert lines


def test_code_is_set_in_the_font_that_the_package_brings(phone: Phone) -> None:
    phone.show("wide")
    faces = phone.page.evaluate(
        "[...document.fonts].map(face => [face.family.replaceAll('\"', ''), face.weight,"
        " face.status])"
    )
    assert faces == [["JetBrains Mono", "400", "loaded"], ["JetBrains Mono", "700", "loaded"]]


def test_a_night_card_is_dark(phone: Phone) -> None:
    def ground() -> list[int]:
        colour = phone.page.evaluate("getComputedStyle(document.body).backgroundColor")
        return [int(part) for part in colour[4:-1].split(",")]

    phone.show("docker-what-is")
    assert min(ground()) > 200
    phone.darken()
    assert max(ground()) < 60


def test_the_font_is_a_file_that_anki_keeps(phone: Phone) -> None:
    media = phone.anki.collection.media
    names = sorted(path.name for path in Path(media.dir()).glob("_*"))
    assert [name.rpartition("-")[0] for name in names] == [
        "_JetBrainsMono-Bold",
        "_JetBrainsMono-Regular",
    ]
    (Path(media.dir()) / "card.html").unlink(missing_ok=True)
    check = media.check()
    assert (list(check.missing), list(check.unused)) == ([], [])


def test_a_deck_without_code_brings_no_font(tmp_path: Path) -> None:
    plain = samples.card("plain", "Q", "<p>A</p>")
    deck = replace(_deck(), sections=(replace(_deck().sections[0], intro=(), cards=(plain,)),))
    with learner(tmp_path) as someone:
        someone.take(export(deck, samples.VERSION)[0])
        assert not list(Path(someone.collection.media.dir()).glob("_*"))
