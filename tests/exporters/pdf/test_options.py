"""The handbook as it was asked for: columns, detail, large print, little ink, and its index."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import zxingcpp
from pikepdf import parse_content_stream
from PIL import Image

from deckpress.model import Asset, Deck, PartName, Picture, Section
from exporters.job import PrintOptions
from exporters.pdf.setting.field_html import PaperRenderer
from exporters.pdf.setting.line_breaks import JOINER
from exporters.pdf.sheets.handbook import Handbook
from exporters.pdf.weasy.press import print_sheet
from tests.exporters import printing, samples
from tests.exporters.pdf_reading import (
    MILLIMETRE,
    body,
    glyphs,
    links,
    page_sizes,
    places,
    sample_pdf,
    sentences,
    squeezed,
)
from tests.exporters.samples import RELEASE, VERSION, card, deck, sample

PRINTED = [card for card in sample().cards() if not card.retired]
LINE = "docker run --name " + "-".join(f"part{number}" for number in range(12))


@cache
def printed(**options: Any) -> bytes:
    return printing.printed(sample(), **options) if options else sample_pdf()


def small(homepage: str = "https://example.org/") -> Deck:
    """Three sections and two cards."""
    return deck(
        Section("one", "One", (), (card("a", "Q?", "<p>A</p>"),)),
        Section("two", "Two", (), ()),
        Section("three", "Three", (), (card("b", "R?", "<p>B</p>", section="three"),)),
        homepage=homepage,
    )


def lefts(pdf: bytes, page: int) -> set[int]:
    """Where lines begin on a page, in millimetres."""
    return {round(g.x / MILLIMETRE) for g in glyphs(pdf) if g.page == page}


@pytest.mark.parametrize(
    "columns",
    [3, *(pytest.param(count, marks=pytest.mark.slow) for count in (1, 2, 4))],
)
def test_the_cards_stand_in_so_many_columns(columns: int) -> None:
    cards = tuple(card(f"c{n}", f"Q{n}?", f"<p>{'字' * 160}</p>") for n in range(26))
    pdf = printing.printed(deck(Section("one", "One", (), cards)), columns=columns)
    starts = sorted(lefts(pdf, 1))
    width = (210 - 26 + 8) / columns
    for column in range(columns):
        left = 13 + column * width
        assert any(left <= start <= left + 10 for start in starts), column


def test_short_is_the_answer_and_the_mistake() -> None:
    text = body(printed(detail="short"))
    for each in PRINTED:
        assert all(part in text for part in sentences(each.short)), each.id
        for part in each.parts:
            there = [sentence in text for sentence in sentences(part.html) if len(sentence) > 12]
            if part.name is PartName.PITFALL:
                assert all(there), each.id
            elif part.name in (PartName.WHY, PartName.SOURCES):
                assert not any(there), each.id


@pytest.mark.slow
def test_large_print_is_large() -> None:
    large = printed(paper="A5", large_print=True)
    sizes = [round(glyph.size) for glyph in glyphs(large)]
    usual = [round(glyph.size) for glyph in glyphs(printed())]
    assert sorted(sizes)[len(sizes) // 2] >= 1.7 * sorted(usual)[len(usual) // 2]


@cache
def in_grey(sheet: str) -> bytes:
    """The sample without its figures."""
    return printing.printed(replace(sample(), assets={}), sheet, ink_saver=True)


@pytest.mark.parametrize(
    "sheet",
    ["handbook", *(pytest.param(name, marks=pytest.mark.slow) for name in ("test", "cards"))],
)
def test_little_ink_is_grey(sheet: str) -> None:
    """Figures aside, which keep the colours that their authors gave them."""
    with pikepdf.open(BytesIO(in_grey(sheet))) as opened:
        for page in opened.pages:
            for step in pikepdf.parse_content_stream(page):
                if str(step.operator) in ("rg", "RG"):
                    red, green, blue = map(float, step.operands)
                    assert red == green == blue, step


def test_in_grey_a_mistake_and_a_right_option_are_still_told() -> None:
    text = body(in_grey("handbook"))
    assert "误区" in text
    assert "轮询，默认就是它正确" in text


@pytest.mark.slow
def test_the_index_has_every_topic_with_the_numbers_of_its_cards() -> None:
    text = body(printed())
    _, _, index = text.rpartition("索引")
    for tag, name in sample().meta.tags.items():
        numbers = [n for n, each in enumerate(PRINTED, 1) if tag in each.tags]
        if numbers:
            cards = r"(\d页)?,".join(map(str, numbers))  # equal pages are said once
            assert re.search(re.escape(squeezed(name)) + cards + r"\d页", index)
    _, inside = links(printed())
    assert inside <= places(printed())


def test_the_source_is_attached() -> None:
    with pikepdf.open(BytesIO(printed())) as opened:
        (name,) = opened.attachments
        assert name == "sample.md"
        assert opened.attachments[name].get_file().read_bytes() == sample().source


def test_the_foot_of_a_release_has_its_month() -> None:
    pdf = printing.printed(small(), version=RELEASE)
    text = squeezed("".join(glyph.text for glyph in glyphs(pdf)))
    assert "1.2.3·2023-11·" in text


def pages(pdf: bytes, folder: Path, dpi: int) -> list[Image.Image]:
    """Every page as a picture."""
    if shutil.which("pdftoppm") is None:
        pytest.skip("poppler is not installed")
    command = ["pdftoppm", "-r", str(dpi), "-", str(folder / "page")]
    subprocess.run(command, input=pdf, check=True)
    return [Image.open(path).convert("RGB") for path in sorted(folder.glob("page*.ppm"))]


@pytest.mark.parametrize(
    ("homepage", "page"),
    [
        ("https://example.org/a/", "https://example.org/a/"),
        ("https://github.com/some-one/deck", "https://some-one.github.io/deck/"),
    ],
)
def test_a_telephone_reads_the_code_of_each_section(
    tmp_path: Path, homepage: str, page: str
) -> None:
    of = small(homepage)
    read = {
        code.text
        for sheet in pages(printing.printed(of), tmp_path, 150)
        for code in zxingcpp.read_barcodes(sheet)
    }
    assert read == {f"{page}#{section.id}" for section in of.sections}


def test_a_deck_without_a_page_has_no_codes(tmp_path: Path) -> None:
    pdf = printing.printed(small(homepage=""))
    found = [zxingcpp.read_barcodes(page) for page in pages(pdf, tmp_path, 150)]
    assert not any(found)


def coloured() -> Deck:
    """A deck whose figures have colour in every way that a picture can have it."""
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20">'
        "<style>.a{fill:#fc0;stroke:rgb(10, 200, 30)}</style>"
        '<linearGradient id="red"><stop stop-color="tomato"/><stop offset="1" stop-color="#00f"/>'
        '</linearGradient><rect class="a" width="20" height="20"/>'
        '<rect x="30" width="20" height="20" fill="url(#red)"/>'
        '<rect x="60" width="20" height="20" style="fill: teal; stroke:none"/></svg>'
    )
    photograph, screenshot = BytesIO(), BytesIO()
    Image.new("RGB", (40, 40), "orange").save(photograph, "JPEG")
    Image.new("RGBA", (40, 40), (0, 90, 255, 200)).save(screenshot, "PNG")
    assets = (
        Asset("a.svg", "image/svg+xml", drawing.encode()),
        Asset("b.jpg", "image/jpeg", photograph.getvalue()),
        Asset("c.png", "image/png", screenshot.getvalue()),
    )
    figures = tuple(Picture(each.name, each.name, 40, 40) for each in assets)
    code = '<p>A</p><pre><code><span class="k">if</span> <span class="s">"x"</span></code></pre>'
    cards = (replace(card("a", "Q?", code), short=(code, *figures)),)
    of = deck(Section("one", "One", (), cards))
    return replace(of, assets={each.name: each for each in assets})


@pytest.mark.parametrize(
    "sheet",
    [*(pytest.param(name, marks=pytest.mark.slow) for name in ("handbook", "test")), "cards"],
)
def test_little_ink_prints_nothing_in_colour_and_every_figure(tmp_path: Path, sheet: str) -> None:
    def tints(ink_saver: bool) -> tuple[bool, int]:
        """Whether there is colour, and how many dots are neither black nor white."""
        folder = tmp_path / str(ink_saver)
        folder.mkdir()
        pdf = printing.printed(coloured(), sheet, ink_saver=ink_saver)
        dots = Counter[tuple[int, int, int]]()
        for page in pages(pdf, folder, 60):
            data = page.tobytes()
            dots.update(zip(data[::3], data[1::3], data[2::3], strict=True))
        spread = {dot: max(dot) - min(dot) for dot in dots}
        some = [dot for dot in dots if 20 < min(dot) < 235 or spread[dot] > 12]
        return any(wide > 12 for wide in spread.values()), sum(dots[dot] for dot in some)

    in_colour, many = tints(False)
    assert in_colour
    in_colour, left = tints(True)
    assert not in_colour
    assert left > many / 3


def test_a_line_of_code_that_goes_on_is_marked_and_copied_whole() -> None:
    lines = f'short\n{LINE}\n<span class="k">if</span> x'
    code = f'<div class="code"><pre><code>{lines}</code></pre></div>'
    pdf = printing.printed(deck(Section("one", "One", (), (card("a", "Q?", code),))))
    assert squeezed(f"short{LINE}if x") in body(pdf)
    with pikepdf.open(BytesIO(pdf)) as opened:
        drawn: list[Any] = [each for page in opened.pages for each in parse_content_stream(page)]
    spans = [operands[1] for operands, operator in drawn if str(operator) == "BDC"]
    held = [str(span["/ActualText"]) for span in spans if "/ActualText" in span]
    assert held == [LINE]
    html = PaperRenderer({}).field((code,)).replace(JOINER, "")
    assert html.count('<span class="long') == 1
    assert f'<span class="long top end">{LINE}</span><span class="k">if</span> x' in html


def test_code_in_a_list_has_less_room_before_it_goes_on() -> None:
    paper = PaperRenderer({}, code_characters=20, code_indent=4)
    code = f"<pre><code>{'x' * 15}</code></pre>"
    once, twice = f"<ul><li>{code}</li></ul>", f"<ul><li><ol><li>{code}</li></ol></li></ul>"
    marks = [paper.field((html,)).count("long") for html in (code, once, twice, f"{twice}{code}")]
    assert marks == [0, 0, 1, 1]


def test_a_style_that_goes_on_over_a_long_line_is_closed_and_opened_again() -> None:
    code = f'<pre><code>a <span class="s">b\n{LINE}\nc</span> d</code></pre>'
    html = PaperRenderer({}).field((code,)).replace(JOINER, "")
    assert html == (
        '<pre><code>a <span class="s">b</span>\n'
        f'<span class="long top end"><span class="s">{LINE}</span></span>'
        '<span class="s">c</span> d</code></pre>'
    )


def test_a_long_line_hangs_at_its_own_indent_and_its_comment_gets_a_line() -> None:
    paper = PaperRenderer({}, code_characters=12)
    comment = '<span class="c"># why</span>'

    def lines(code: str) -> str:
        return paper.field((f"<pre><code>{code}</code></pre>",)).replace(JOINER, "")

    assert f"<code>  {comment}\n  do it now\nx" in lines(f"  do it now  {comment}\nx")
    assert f"\\\n  do it now\n  {comment}" in lines(f"a \\\n  do it now  {comment}")
    assert f"<code>do it {comment}" in lines(f"do it {comment}")
    assert '<span class="long top" style="--in:2.4em">    do it' in lines("    do it right now")


def test_no_line_of_code_stands_in_a_column_alone() -> None:
    """Not beside a long line either, which is a block of its own."""
    codes = (
        f"{'<p>Filler.</p>' * (n % 7)}<pre><code>one{n}x\ntwo{n}x {LINE}\n"
        f"three{n}x\nfour{n}x\nfive{n}x</code></pre>"
        for n in range(24)
    )
    long = card("a", "Q?", "".join(codes))  # a card of more than a column
    drawn = glyphs(printing.printed(deck(Section("one", "One", (), (long,)))))
    text = "".join(glyph.text for glyph in drawn)

    def column(word: str) -> tuple[int, bool]:
        glyph = drawn[text.index(word)]
        return glyph.page, glyph.x > drawn[0].x + 200

    for n in range(24):
        columns = [column(f"{word}{n}x") for word in ("one", "two", "three", "four", "five")]
        assert columns[0] == columns[1], n
        assert columns[2] == columns[3] == columns[4], n


def test_the_name_of_a_file_stands_beside_the_first_line_if_that_leaves_room() -> None:
    def block(code: str) -> str:
        name = '<p class="file">app.conf</p>'
        return f'<div class="code">{name}<pre><code>{code}\nnext</code></pre></div>'

    line = "x" * 50
    for first, above in (("short", 0), (line, 1)):
        pdf = printing.printed(deck(Section("one", "One", (), (card("a", "Q?", block(first)),))))
        tops = {name: _baseline(pdf, name) for name in ("app.conf", first)}
        assert (tops["app.conf"] - tops[first] > 4) == bool(above), tops
        if not above:
            assert tops["app.conf"] == pytest.approx(tops[first], abs=1)


def _baseline(pdf: bytes, text: str) -> float:
    """The height at which `text` stands, in points."""
    drawn = glyphs(pdf)
    return drawn["".join(glyph.text for glyph in drawn).index(text)].y


def test_a_long_word_of_code_is_broken_behind_a_comma_and_a_backslash_never_alone() -> None:
    paper = PaperRenderer({}, code_characters=20)

    def broken(code: str) -> list[str]:
        html = paper.field((f"<pre><code>{code}</code></pre>",))
        return re.sub("<[^>]*>", "", html).split("\u200b")

    assert broken("run a=1,b=2 &amp;&amp; some more words") == [
        "run a=1,b=2 &amp;&amp; some more words"
    ]
    assert broken("run a=one,b=&lt;two&gt;,c=three d,e") == [
        "run a=one,",
        "b=&lt;two&gt;,",
        "c=three d,e",
    ]
    assert broken('run all the words of it <span class="k">\\</span>')[-1].endswith(f" {JOINER}\\")


@pytest.mark.parametrize(
    ("paper", "large"),
    [
        ("A4", False),
        # Each paper, and each size of type.
        *(pytest.param(*each, marks=pytest.mark.slow) for each in (("A5", True), ("Letter", True))),
    ],
)
def test_nothing_stands_outside_the_page(paper: str, large: bool) -> None:
    pdf = printed(paper=paper, large_print=large) if (paper, large) != ("A4", False) else printed()
    width, height = page_sizes(pdf)[0]
    for glyph in glyphs(pdf):
        left, bottom, right, top = (side / MILLIMETRE for side in glyph.box)
        assert left > 8, glyph
        assert right < width - 7, glyph
        assert bottom > 4, glyph
        assert top < height - 4, glyph


def test_fitted_into_pages_no_glyph_is_too_small_to_read() -> None:
    """Not in code, indices, tables and links either, nor in the contents and the foot."""
    cells = "".join(f"<td><code>cell{n}</code></td>" for n in range(8))
    table = f'<div class="table"><table><tr>{cells}</tr></table></div>'
    small = f"<p>H<sub>2</sub>O<sup>3</sup></p>{table}"
    why = samples.part(PartName.WHY, f"<p>x<sup>2</sup> <code>code</code></p>{small}")
    cards = tuple(card(f"c{n}", f"Question {n}?", small, parts=(why,)) for n in range(2))
    of = deck(Section("one", "One", (), cards), lang="en")
    pdf = print_sheet(Handbook(of, VERSION, PrintOptions(columns=3), 7.0).sheet())
    assert min(glyph.size for glyph in glyphs(pdf)) >= 5.5 - 0.01
