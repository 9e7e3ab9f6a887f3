"""What is special about paper in English: italics, full-width characters, hyphens."""

from __future__ import annotations

import re
from functools import cache

from deckpress.model import Section
from tests.exporters.pdf_reading import Glyph, glyphs
from tests.exporters.printing import printed
from tests.exporters.samples import VERSION, card, deck

LONG = "Misconfigured infrastructures disproportionately complicate interoperability. " * 4
ANSWER = (
    f"<p>Set <em>in italics</em>, “quoted”，<strong>or <em>both</em></strong>.</p><p>{LONG}</p>"
)


@cache
def page() -> tuple[Glyph, ...]:
    """The glyphs of a card in a narrow column."""
    made = deck(Section("s", "S", (), (card("a", "Which?", ANSWER),)), lang="en")
    return glyphs(printed(made, version=VERSION, columns=4))


def test_stress_is_set_in_italics() -> None:
    faces = {"SourceSans3-Italic": "initalics", "SourceSans3-BoldItalic": "both"}
    for face, text in faces.items():
        key = face.replace("-", "").lower()
        own = [g.text for g in page() if g.font.partition("+")[2].replace("-", "").lower() == key]
        assert "".join(own).replace(" ", "") == text


def test_full_width_characters_stay_wide_and_quotes_do_not() -> None:
    widths = {g.text: (g.box[2] - g.box[0]) / g.size for g in page()}
    assert widths["，"] > 0.9
    assert widths["“"] < 0.6


def test_long_words_are_hyphenated() -> None:
    lines: dict[float, str] = {}
    for glyph in page():
        lines[glyph.y] = lines.get(glyph.y, "") + glyph.text
    broken = [line for line in lines.values() if re.search("[a-z]{3}-$", line.strip())]
    assert len(broken) > 2
