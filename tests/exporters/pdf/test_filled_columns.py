"""No page of a narrow book is all but empty, whatever is too high for the rest of a page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

import pytest

from deckpress.model import Asset, Deck, Html, PartName, Picture, Section
from exporters.job import PrintOptions
from exporters.pdf.sheets.handbook import Handbook
from exporters.pdf.weasy.press import print_part
from tests.exporters.pdf_reading import glyphs, page_sizes
from tests.exporters.printing import printed
from tests.exporters.samples import VERSION, card, deck, part

HIGH = Picture("high.svg", "A high drawing", 200, 1400)
SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="200" height="1400"
viewBox="0 0 200 1400"><text x="20" y="30" font-size="20">above</text>
<text x="20" y="1390" font-size="20">below</text></svg>"""

WIDE = Picture("wide.svg", "A wide drawing", 1400, 200)
WIDE_SVG = """<svg xmlns="http://www.w3.org/2000/svg" width="1400" height="200"
viewBox="0 0 1400 200"><text x="0" y="100" font-size="14">left</text>
<text x="1360" y="100" font-size="14">right</text></svg>"""


def words(number: int, count: int) -> str:
    return f"<p>{f'word{number} ' * count}</p>"


def with_drawing(*cards: Html | str, lang: str = "en") -> Deck:
    """Cards with these answers."""
    made = [card(f"c{n}", f"Ask{n}?", answer, tags=()) for n, answer in enumerate(cards, 1)]
    of = deck(Section("one", "One", (), tuple(made)), lang=lang)
    drawings = {"high.svg": SVG, "wide.svg": WIDE_SVG}
    assets = {name: Asset(name, "image/svg+xml", svg.encode()) for name, svg in drawings.items()}
    object.__setattr__(of, "assets", assets)
    return of


def fills(pdf: bytes) -> Iterator[float]:
    """How far down the text of each page goes; what stands in the foot does not count."""
    height = page_sizes(pdf)[0][1] * 72 / 25.4
    lowest: dict[int, float] = {}
    for glyph in glyphs(pdf):
        if glyph.y > 0.06 * height:
            lowest[glyph.page] = min(glyph.y, lowest.get(glyph.page, height))
    for page in sorted(lowest):
        yield 1 - lowest[page] / height


@cache
def book() -> bytes:
    answers: list[Html | str] = [words(n, 170) for n in range(1, 4)]
    drawing: Html = (words(4, 20), HIGH)
    answers += [drawing, *(words(n, 170) for n in range(5, 10))]
    return printed(with_drawing(*answers), paper="A5")


def test_a_picture_that_is_too_high_changes_places_with_the_text_below_it() -> None:
    """Its page would be a third full; instead, the next card begins there."""
    *pages, _ = fills(book())
    assert min(pages) > 0.5
    text = "".join(glyph.text for glyph in glyphs(book()))
    after, label = text.index("(Shown below.)"), text.index("For question 4")
    assert text.index("Ask4?") < after < text.index("word5") < label < text.index("word9")
    (above,) = (at for at in range(len(text)) if text.startswith("above", at))
    assert label < above
    assert Counter(re.findall(r"word\d", text)) == {
        f"word{n}": 20 if n == 4 else 170 for n in range(1, 10)
    }


@pytest.mark.parametrize(("paper", "cards"), [("A5", 10), ("A4", 16)])
def test_the_index_begins_in_the_column_of_the_last_card(paper: str, cards: int) -> None:
    made = [card(f"c{n}", f"Ask{n}?", words(n, 110), tags=("nginx",)) for n in range(cards)]
    pdf = printed(deck(Section("one", "One", (), tuple(made)), lang="en"), paper=paper)
    last = [glyph for glyph in glyphs(pdf) if glyph.page == len(page_sizes(pdf)) - 1]
    last = [glyph for glyph in last if glyph.text.strip()]
    text = "".join(glyph.text for glyph in last)
    index, word = last[text.index("Indexnginx")], last[text.rindex(f"word{cards - 1}")]
    assert index.y < word.y
    assert abs(index.x - word.x) < index.size * 40


@pytest.mark.parametrize("length", [360, 370])
def test_the_sources_of_a_part_do_not_stand_in_a_column_alone(length: int) -> None:
    """The next part begins a column, so that one would stay empty."""
    made = [card(f"c{n}", f"Ask{n}?", words(n, 60), tags=()) for n in range(11)]
    sources = (part(PartName.SOURCES, "<ul><li>Somewhere</li></ul>"),)
    made.append(card("c11", "Ask11?", words(11, length), tags=(), parts=sources))
    of = deck(Section("one", "One", (), tuple(made)), lang="en")
    (chunk,) = Handbook(of, VERSION, PrintOptions()).book().chunks
    drawn = glyphs(print_part(chunk.sheet))
    last = "".join(each.text for each in drawn if each.page == drawn[-1].page)
    assert "word" in last
    assert "Sources" in last


def test_the_last_questions_share_two_pages() -> None:
    """One question would stand alone on a page, since the key begins the next one."""
    pdf = printed(with_drawing(*(words(n, 30) for n in range(16))), "test", paper="A5")
    *asked, _, _ = fills(pdf)
    assert min(asked) > 0.5


def test_a_long_callout_is_divided_where_it_would_leave_half_a_page_empty() -> None:
    said = "".join(f"<p>{f'call{n} ' * 60}</p>" for n in range(6))
    callout = f'<div class="callout note"><p class="callout-title">Note</p>{said}</div>'
    others = [words(n, 90) for n in range(8)]
    answers = [*others[:4], words(8, 20) + callout, *others[4:]]
    *pages, _ = fills(printed(with_drawing(*answers), paper="A5"))
    assert min(pages) > 0.7


def test_what_is_turned_is_not_cut_off_below_the_contents() -> None:
    """There, the columns are lower than others, and this drawing is higher than they are."""
    others = [words(n, 40) for n in range(2, 32)]
    pdf = printed(with_drawing((words(1, 20), WIDE), *others), columns=3)
    text = "".join(glyph.text for glyph in glyphs(pdf))
    at = [text.index("left"), text.index("right")]
    left, right = (glyphs(pdf)[place] for place in at)
    assert left.page == right.page
    assert left.y < right.y
    assert left.box[1] > 14 * 72 / 25.4
