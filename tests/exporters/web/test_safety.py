"""The page asks nothing of anyone, and nothing in a deck can make it do so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from deckpress.model import (
    Asset,
    CardKind,
    ClozeEnd,
    ClozeStart,
    Deck,
    LinkEnd,
    LinkStart,
    Math,
    Option,
    Picture,
    Section,
)
from tests.exporters import samples
from tests.exporters.browser import visit
from tests.exporters.web.pages import written

# Each would set a global, open a dialog or ask a server if it ever ran.
_MARKUP = '"\'><script>owned=1;alert(1)</script><img src="https://evil.example/" onerror=owned=1>'
_HANDLER = '" onmouseover="owned=1" autofocus onfocus="owned=1" style="position:fixed'
_CLOSING = "</style></script></template></title></details></main><svg onload=owned=1>"
_EVIL_SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="owned=1" width="9" height="9">'
    b'<script>owned=1;fetch("https://evil.example/s")</script>'
    b'<image href="https://evil.example/p.png"/><style>@import "https://evil.example/c"</style>'
    b"</svg>"
)


def _hostile() -> Deck:
    """Everything that reaches the page as plain text or an attribute, filled with attacks."""
    evil = _MARKUP + _HANDLER + _CLOSING
    cards = tuple(
        samples.card(
            f"card-{index}",
            (ClozeStart(1, attack), "x", ClozeEnd(), LinkStart(attack), "y", LinkEnd()),
            "<p>",
            (Math(attack, index % 2 == 0, "<svg></svg>", 0), Picture("evil.svg", attack)),
            "</p>",
            kind=CardKind.CHOICE,
            options=(Option(("<p>z</p>",), True),),
            tags=(attack,),
        )
        for index, attack in enumerate((_MARKUP, _HANDLER, _CLOSING))
    )
    deck = samples.deck(
        Section("evil", evil, (), cards),
        title=evil,
        license=evil,
        author=evil,
        description=evil,
        homepage="javascript:owned=1//" + evil,
    )
    tagged = replace(deck.meta, tags={_MARKUP: evil, _HANDLER: evil})
    asset = Asset("evil.svg", "image/svg+xml", _EVIL_SVG)
    return replace(deck, meta=tagged, assets={"evil.svg": asset})


def _written(folder: Path, deck: Deck) -> Path:
    file = folder / "page.html"
    written(file, deck)
    return file


@pytest.mark.parametrize("width", [390, 1280])
def test_reading_the_whole_page_asks_for_nothing(
    chromium: Browser,
    tmp_path: Path,
    width: int,
) -> None:
    with visit(chromium, _written(tmp_path, samples.sample()), width=width) as seen:
        if width == 390:
            seen.page.click(".fold")
        seen.page.get_by_role("button", name="全部展开").click()
        seen.page.locator("footer").scroll_into_view_if_needed()
        seen.page.wait_for_timeout(100)
        assert seen.record.requests == []
        assert seen.record.complaints == []


def test_hostile_words_stay_words(chromium: Browser, tmp_path: Path) -> None:
    with visit(chromium, _written(tmp_path, _hostile())) as seen:
        page = seen.page
        page.get_by_role("button", name="全部展开").click()
        page.locator("footer").scroll_into_view_if_needed()
        page.hover("footer")
        page.wait_for_timeout(100)
        assert page.evaluate("typeof owned") == "undefined"
        assert page.locator("main script, main [onerror], [onmouseover], [onload]").count() == 0
        assert page.locator("footer a").count() == 0
        assert page.inner_text("h1").startswith(_MARKUP)
        assert page.locator(".card").count() == 3
        assert seen.record.requests == []
        assert seen.record.dialogs == []
        assert seen.record.complaints == []
