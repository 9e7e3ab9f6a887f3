"""Where a line may end inside a word, with any version of Pango."""

from __future__ import annotations

import pytest

from deckpress.model import Section
from exporters.pdf.setting.cjk_spacing import THIN
from exporters.pdf.setting.line_breaks import JOINER, SPACE, decide_breaks
from exporters.pdf.setting.page_geometry import Geometry
from exporters.pdf.sheet import Sheet
from exporters.pdf.weasy.press import lay_out, print_environment
from tests.exporters.pdf_reading import MARGIN, MILLIMETRE, Glyph, glyphs, squeezed
from tests.exporters.printing import printed
from tests.exporters.samples import card, deck


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<code>docker build -t shop:1.0 .</code>", "<code>docker build -¦t shop:¦1.¦0 .</code>"),
        ("<code>ADD --checksum=sha256:…</code>", "<code>ADD -¦-¦checksum=sha256:…</code>"),
        ("<code>${HOST}:80</code>用<code>-f/--force</code>",
         "<code>$¦{HOST}¦:¦80</code>用<code>-¦f/¦-¦-¦force</code>"),
        ("<pre><code>kill <span class='o'>-</span><span class='m'>9</span></code></pre>",
         "<pre><code>kill <span class='o'>-</span><span class='m'>¦9</span></code></pre>"),
        ("<pre><code><span class='m'>127</span>.0.0.1 x[0](y)</code></pre>",
         "<pre><code><span class='m'>127</span>.¦0.¦0.¦1 x[0]¦(y)</code></pre>"),
        ("<code>a&amp;-b</code> &quot;-t&quot;", "<code>a&amp;-¦b</code> &quot;-¦t&quot;"),
        ("C++17、1–2天、1.0-rc1、.5", "C+¦+¦17、1–¦2天、1.¦0-¦rc1、.¦5"),
        ("I/O与/etc/nginx/conf.d/a.conf", "I/¦O与/¦etc/nginx/conf.d/a.conf"),
        ("a self-test, TCP/IP, find?name=x", "a self-test, TCP/IP, find?name=x"),
        ("<code>docker-compose</code>", "<code>docker-¦compose</code>"),
        ("他说“你好”，“再”见", "他说_“你好”，_“再”_见"),
        ('a "word" (here), it’s', 'a "word"_ (here), it’s'),
        ("<li>-</li><li>t</li>", "<li>-</li><li>t</li>"),
        ("<a href='x-y:z'>中-文</a>：20 - 1", "<a href='x-y:z'>中-文</a>：20 - 1"),
    ],
)  # fmt: skip
def test_no_line_ends_where_it_would_tear_a_word(html: str, shown: str) -> None:
    assert decide_breaks(html).replace(JOINER, "¦").replace(SPACE, "_") == shown


def test_options_and_tags_stay_whole_in_lines_of_any_length_and_copy_as_they_were_written() -> None:
    commands = [f"{'x' * length} docker build -t shop:1.0 --name web" for length in range(28, 60)]
    lines = lines_in_three_columns(*(f"<p><code>{each}</code></p>" for each in commands))
    assert not {text[-1] for text, _ in lines} & set("-:")
    whole = "".join(text for text, _ in lines)
    assert all(squeezed(each) in whole for each in commands)


def test_a_line_that_ends_between_chinese_and_latin_is_as_full_as_any() -> None:
    """Between them stands a thin space, which hangs over the end of the line."""
    rest = "V6.00起可以给一台storage写内外两个IP用逗号隔开两个都写上去才行。"
    lines = lines_in_three_columns(
        *(f"<p><strong>{'问' * number}</strong>{rest}</p>" for number in range(5, 35))
    )
    of_paragraphs = [(text, room) for text, room in lines if set(text) & set("问起写开行")]
    assert len(of_paragraphs) > 60
    longest = 7 * 0.6 * 8.4  # points: a word that may have been too long for the rest of its line
    assert all(room < longest for text, room in of_paragraphs if not text.endswith("。"))


@pytest.mark.parametrize(
    ("text", "narrow", "ends"),
    [
        ("One <i>two three four five <code>six_seven_eight</code> nine</i>", 43, ("four", "five")),
        (f"一<i>二三四<b>Nginx</b>{THIN}六七八{THIN}<b>supervisord</b>，九</i>", 41, ("七", "八")),
        ("一二<code>docker run it</code>三四五六七八九", 33.5, ("docker", "run")),
    ],
    ids=["before code", "between scripts", "around code"],
)
def test_a_space_ends_no_line_early(text: str, narrow: float, ends: tuple[str, str]) -> None:
    """A line that is a little wider holds no less."""
    shown = [first_line(f"<p>{text}</p>", narrow + step / 10) for step in range(40)]
    assert list(map(len, shown)) == sorted(map(len, shown))
    assert (shown[0].endswith(ends[0]), shown[-1].endswith(ends[1])) == (True, True)


def first_line(text: str, width: float) -> str:
    """The text of the first line in a column of `width` millimetres."""
    css = (
        f"@page {{ size: {width}mm 50mm; margin: 0 }} html {{ overflow-wrap: anywhere }}"
        "body { margin: 0 } code { padding: 0 0.3em }"
    )
    with print_environment():
        page = lay_out(Sheet(f"<!doctype html><style>{css}</style>{text}")).pages[0]
    boxes = page._page_box.descendants()
    line = next(box for box in boxes if type(box).__name__ == "LineBox")
    return "".join(getattr(box, "text", "") for box in line.descendants()).rstrip(f" {THIN}")


def lines_in_three_columns(*answers: str) -> list[tuple[str, float]]:
    """The text of each printed line without spaces, and the room behind it in points."""
    made = deck(Section("one", "一", (), (card("c", "?", *answers),)), homepage="")
    pdf = printed(made, "handbook", columns=3)
    geometry = Geometry(columns=3).with_close_margins()
    step = (geometry.column_width + geometry.gap) * MILLIMETRE
    found: dict[tuple[int, int, int], list[Glyph]] = {}
    for glyph in glyphs(pdf):
        if glyph.text.strip():
            column = int((glyph.x - MARGIN + 1) / step)
            found.setdefault((glyph.page, column, round(glyph.y)), []).append(glyph)
    return [
        (
            "".join(glyph.text for glyph in line),
            MARGIN + column * step + geometry.column_width * MILLIMETRE - line[-1].box[2],
        )
        for (_, column, _), line in found.items()
    ]
