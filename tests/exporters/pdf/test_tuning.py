"""WeasyPrint is made faster where it runs: what it prints stays the same, to the byte."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element, tostring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckpress.model import Deck
from deckpress.render.renderer import render
from exporters.job import Printing
from exporters.pdf.sheet import Sheet
from exporters.pdf.sheets.card_packs import packs
from exporters.pdf.sheets.cheat_sheet import Manuscript
from exporters.pdf.sheets.flash_cards import printed_pack
from exporters.pdf.sheets.self_test import SelfTest
from exporters.pdf.weasy.press import laid_out, pressing, printed
from releases.checked_source import checked
from tests.exporters.samples import VERSION, sample

with pressing():  # so that the libraries find our fonts
    import tinyhtml5
    import weasyprint
    from weasyprint.layout import preferred

    from exporters.pdf.weasy import tuning
    from exporters.pdf.weasy.html_parser import parsed
    from exporters.pdf.weasy.line_breaking import broken_anywhere

ROOT = Path(__file__).parents[3]
FIXTURES = ROOT / "tests" / "fixtures"
TORTURE = {path.stem: path for path in sorted((FIXTURES / "torture").glob("*.md"))}
ATTACKS = {path.stem: path for path in sorted((FIXTURES / "attacks").glob("*.md"))}
for refused in ("nul", "not-text"):
    del ATTACKS[refused]
SOURCES = {"shipped": ROOT / "source" / "ops-interview.md", **TORTURE, **ATTACKS}
NARROW = Printing(columns=4)


@cache
def _deck(name: str) -> Deck:
    if name == "sample":
        return sample()
    return render(checked(SOURCES[name]).deck)[0]


def _sheets(name: str) -> list[Sheet]:
    deck = _deck(name)
    cheat = Manuscript(deck, VERSION, NARROW)
    return [
        cheat.sheet(),
        SelfTest(deck, VERSION, NARROW).sheet(),
        *(chunk.sheet for chunk in cheat.book().chunks),
    ]


def hashes(*names: str) -> list[str]:
    """Of everything that is printed of these decks."""
    pdfs = [printed(sheet) for name in names for sheet in _sheets(name)]
    pdfs += [printed_pack(pack) for name in names for pack in packs(_deck(name), NARROW)]
    return [hashlib.sha256(pdf).hexdigest() for pdf in pdfs]


def _untuned(*names: str) -> list[str]:
    """The same, of a process in which WeasyPrint is as it was installed."""
    script = (
        "import sys\n"
        "from exporters.pdf import press\n"
        "with press.pressing():\n"
        "    from exporters.pdf import tuning\n"
        "tuning.tune = lambda: None\n"
        "from tests.exporters.pdf.test_tuning import hashes\n"
        "print(*hashes(*sys.argv[1:]))\n"
    )
    command = [sys.executable, "-c", script, *names]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return run.stdout.split()


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("sample",), id="sample"),
        pytest.param(("shipped", *TORTURE), id="shipped and torture", marks=pytest.mark.slow),
    ],
)
def test_every_sheet_is_printed_as_without_it(names: tuple[str, ...]) -> None:
    assert hashes(*names) == _untuned(*names)


def test_it_is_made_for_the_version_that_is_locked() -> None:
    """Another version is printed with as it is: look at `tuning` again, then name it there."""
    assert weasyprint.__version__ == tuning.VERSION


# What a cell of a table may hold, and what is no word of its own to a reader or to Pango.
CELLS = st.text(
    st.sampled_from(
        "abc XYZ 0-9./_(){}#?!,;:\"' 反向代理，。「」（）—…ー々 \u2009é\u0301👍🏽ي\u00ad\u200b"
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(CELLS, min_size=2, max_size=4), st.sampled_from(["anywhere", "break-word", "normal"])
)
def test_columns_are_as_wide_as_without_it(cells: list[str], wrap: str) -> None:
    def cell(text: str, number: int) -> str:
        text = text.replace("&", "&amp;").replace("<", "&lt;")
        half = len(text) // 2
        return f"<td>{text[:half]}<b>{text[half:]}</b>" if number % 2 else f"<td>{text}"

    row = "".join(cell(text, number) for number, text in enumerate(cells))
    style = f"@page {{ size: 6cm 20cm }} table {{ overflow-wrap: {wrap} }}"
    page = f"<html lang=zh-CN><title>-</title><style>{style}</style><table><tr>{row}</table>"

    def widths() -> list[float]:
        with pressing():
            papers = laid_out(Sheet(page)).pages
        boxes = (box for paper in papers for box in paper._page_box.descendants())
        return [box.width for box in boxes if box.element_tag == "td"]

    quick = widths()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preferred, "split_first_line", broken_anywhere(tuning._split))
        assert quick == widths()


def _elements(root: Element) -> list[bytes]:
    """What stands in the head and in the body; the white space around them is shown nowhere."""
    return [tostring(child).strip() for part in root for child in part]


@pytest.mark.parametrize("name", ["sample", *SOURCES])
def test_pages_are_read_as_a_browser_reads_them(name: str) -> None:
    for sheet in _sheets(name):
        page = io.BytesIO(sheet.html.encode())
        by_the_rules = tinyhtml5.parse(page, namespace_html_elements=False)
        assert _elements(parsed(sheet.html)) == _elements(by_the_rules)
