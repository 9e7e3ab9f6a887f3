"""WeasyPrint is made faster where it runs: what it prints stays the same, to the byte."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckpress.model import Deck
from deckpress.render.renderer import render
from exporters.job import PrintOptions
from exporters.pdf.sheet import Sheet
from exporters.pdf.sheets.card_packs import packs
from exporters.pdf.sheets.flash_cards import print_pack
from exporters.pdf.sheets.handbook import Handbook
from exporters.pdf.sheets.self_test import SelfTest
from exporters.pdf.weasy.press import lay_out, print_environment, print_sheet
from releases.checked_source import check_source
from tests.exporters.samples import VERSION, sample
from tests.shipped import SOURCE as SHIPPED

with print_environment():  # so that the libraries find our fonts
    from weasyprint.layout import preferred

    from exporters.pdf.weasy.line_breaking import broken_anywhere
    from exporters.pdf.weasy.tuning import text as tuning

ROOT = Path(__file__).parents[3]
FIXTURES = ROOT / "tests" / "fixtures"
NARROW = PrintOptions(columns=4)


@cache
def _deck(name: str) -> Deck:
    if name == "sample":
        return sample()
    if name == "torture":
        read = [check_source(path).deck for path in sorted((FIXTURES / "torture").glob("*.md"))]
        sections = tuple(section for each in read for section in each.sections)
        return render(replace(read[0], sections=sections))[0]
    deck = render(check_source(SHIPPED).deck)[0]
    # A large deck: some cards of each section, or the test would take minutes.
    return replace(
        deck, sections=tuple(replace(each, cards=each.cards[::16]) for each in deck.sections)
    )


def _sheets(name: str) -> list[Sheet]:
    deck = _deck(name)
    handbook = Handbook(deck, VERSION, NARROW)
    if name == "sample":
        return [handbook.sheet(), SelfTest(deck, VERSION, NARROW).sheet()]
    return [chunk.sheet for chunk in handbook.book().chunks]


def hashes(*names: str) -> list[str]:
    """Of everything that is printed of these decks."""
    pdfs = [print_sheet(sheet) for name in names for sheet in _sheets(name)]
    cards = [name for name in names if name != "shipped"]
    pdfs += [print_pack(pack) for name in cards for pack in packs(_deck(name), NARROW)]
    return [hashlib.sha256(pdf).hexdigest() for pdf in pdfs]


def _untuned(*names: str) -> list[str]:
    """The same, of a process in which WeasyPrint is as it was installed."""
    script = (
        "import sys\n"
        "from exporters.pdf.weasy import press\n"
        "with press.print_environment():\n"
        "    from exporters.pdf.weasy import tuning\n"
        "tuning.tune = lambda: None\n"
        "from tests.exporters.pdf.test_tuning import hashes\n"
        "print(*hashes(*sys.argv[1:]))\n"
    )
    command = [sys.executable, "-c", script, *names]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return run.stdout.split()


@pytest.mark.slow
def test_every_sheet_is_printed_as_without_it() -> None:
    names = ("sample", "shipped", "torture")
    assert hashes(*names) == _untuned(*names)


# What a cell of a table may hold, and what is no word of its own to a reader or to Pango.
CELLS = st.text(
    st.sampled_from(
        "abc XYZ 0-9./_(){}#?!,;:\"' 反向代理，。「」（）—…ー々 \u2009é\u0301👍🏽ي\u00ad\u200b"
    ),
    max_size=40,
)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(
    # Ten tables a page: to begin one takes longer than to lay out a table.
    st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=10, max_size=10),
    st.sampled_from(["anywhere", "break-word", "normal"]),
)
def test_columns_are_as_wide_as_without_it(tables: list[list[str]], wrap: str) -> None:
    def cell(text: str, number: int) -> str:
        text = text.replace("&", "&amp;").replace("<", "&lt;")
        half = len(text) // 2
        return f"<td>{text[:half]}<b>{text[half:]}</b>" if number % 2 else f"<td>{text}"

    rows = ("".join(cell(text, number) for number, text in enumerate(cells)) for cells in tables)
    body = "".join(f"<table><tr>{row}</table>" for row in rows)
    style = f"@page {{ size: 6cm 20cm }} table {{ overflow-wrap: {wrap} }}"
    page = f"<html lang=zh-CN><title>-</title><style>{style}</style>{body}"

    def widths() -> list[float]:
        with print_environment():
            papers = lay_out(Sheet(page)).pages
        boxes = (box for paper in papers for box in paper._page_box.descendants())
        return [box.width for box in boxes if box.element_tag == "td"]

    quick = widths()
    assert len(quick) >= sum(map(len, tables))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preferred, "split_first_line", broken_anywhere(tuning._split))
        assert quick == widths()
