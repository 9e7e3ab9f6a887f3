"""How the cards of a book go on from one column to the next."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from deckpress.model import CardKind, Option, PartName, Proof, Section
from exporters.job import PrintOptions
from exporters.pdf.book.columns import place_columns
from exporters.pdf.book.pdf_merge import Part
from exporters.pdf.setting.page_geometry import Geometry
from exporters.pdf.sheets.handbook import Handbook
from exporters.pdf.weasy.press import print_part
from tests.exporters.pdf_reading import MARGIN, MILLIMETRE, glyphs
from tests.exporters.samples import VERSION, card, deck, part

ROWS, CARDS = 4, 56


@cache
def columns() -> list[list[str]]:
    """The lines of each column of cards, which are of many lengths, so breaks fall everywhere."""
    table = "".join(f"<tr><td>行{row}</td><td>x</td></tr>" for row in range(ROWS))
    why = "<p>因。</p>"
    example = (
        "<p>引入：</p>"
        f'<div class="table"><table><thead><tr><th>头</th><th>y</th></tr></thead>'
        f"<tbody>{table}</tbody></table></div>"
    )
    cards = tuple(
        replace(
            card(
                f"c{number}",
                "问？",
                "<p>答。</p>" * (number * 7 % 13),
                kind=CardKind.CHOICE,
                options=tuple(Option((f"<p>选{at}</p>",), at == 1) for at in range(3)),
                parts=(
                    part(PartName.WHY, why * (number * 5 % 11)),
                    part(PartName.EXAMPLE, example),
                    part(PartName.SOURCES, "<ul><li>来源甲</li><li>来源乙</li></ul>"),
                ),
            ),
            proof=Proof((("nginx", "1.22.1"),)),
        )
        for number in range(1, CARDS + 1)
    )
    book = Handbook(deck(Section("one", "一", (), cards)), VERSION, PrintOptions(columns=3)).book()
    geometry = Geometry(columns=3).with_close_margins()
    step = (geometry.column_width + geometry.gap) * MILLIMETRE
    found: dict[tuple[int, int], dict[int, list[str]]] = {}
    for chunk in book.chunks:
        pages = len({page for page, _ in found})
        for glyph in glyphs(print_part(chunk.sheet)):
            place = (pages + glyph.page, int((glyph.x - MARGIN + 1) / step))
            lines = found.setdefault(place, {})
            lines.setdefault(-round(glyph.y / 3), []).append(glyph.text)
    texts = [
        ["".join(lines[y]).replace(" ", "").replace("\u2009", "") for y in sorted(lines)]
        for _, lines in sorted(found.items())
    ]
    notes = next(at for at, column in enumerate(texts) if "来源" in column)
    return [*texts[:notes], texts[notes][: texts[notes].index("来源")]]


def begun(column: list[str]) -> list[str]:
    """What stands in a column, without what says above it which card goes on."""
    return column[1:] if column[0].endswith("续") else column


def test_a_column_that_begins_within_a_card_says_which_and_no_other_says_anything() -> None:
    last = 0
    said = 0
    for column in columns():
        within = not re.match(r"一$|\d+问", begun(column)[0])
        assert column[0] == f"{last}续" if within else not column[0].endswith("续")
        said += within
        last = max((int(line.partition("问")[0]) for line in column if "问" in line), default=last)
    assert 5 <= said <= len(columns()) - 5


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param([(1, 1), (3, 2)], ["1", "2a 2b 3a"], id="after a title"),
        pytest.param([(1, 2), (2, 2)], ["1a", "1b 2a"], id="in the next column"),
        pytest.param([(1, 2), (3, 4)], ["1a", "1c 1d 2a"], id="narrower columns"),
        pytest.param([(1, 3), (1, 4)], ["1a", "1c"], id="columns of other widths"),
        pytest.param([(1, 2), (1, 2, "begins_page")], ["1a", "2a"], id="on a new page"),
        pytest.param([(1, 1), (3, 2, "below", "below")], ["1", "1a 1b 2a"], id="below the title"),
        pytest.param([(3, 2), (2, 2, "below")], ["1a 1b 2a", "2a 2b"], id="in the last column"),
        pytest.param([(2, 2), (2, 2, "below")], ["1a 1b", "1b 2a"], id="at the end of a page"),
    ],
)
def test_columns_stand_one_behind_the_other(
    parts: list[tuple[Any, ...]], expected: list[str]
) -> None:
    made = [
        Part(b"", count, (), False, (0.0,) * slots, "begins_page" in how, how.count("below"))
        for count, slots, *how in parts
    ]
    placed = [
        " ".join(f"{page + 1}{'abcd'[slot] if part.slots > 1 else ''}" for page, slot in columns)
        for part, columns in zip(made, place_columns(made), strict=True)
    ]
    assert placed == expected


def test_no_row_of_a_table_stands_alone() -> None:
    for column in columns():
        kinds = "".join(line[0] for line in begun(column))
        assert not re.match("头?行[^行]", kinds)
        assert not re.search("头行?$", kinds)
    assert any("行" in column[-1] for column in columns())


def test_what_a_card_ends_with_begins_no_column_and_what_leads_on_ends_none() -> None:
    for column in columns():
        assert not re.match("已实测", begun(column)[0])
        assert not re.match("例子引入|选[01]", column[-1])


def test_a_card_that_would_begin_at_the_foot_of_a_column_begins_the_next_one() -> None:
    for column in columns():
        last = max(at for at, line in enumerate(["", *column]) if not at or "问" in line)
        assert len(column) - last > 3
