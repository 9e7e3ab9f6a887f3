"""What a drawing tells by its colours is still told in grey (`--ink-saver`)."""

from __future__ import annotations

import re

import pytest

from deckpress.model import Asset
from deckpress.render.diagrams import draw
from exporters.job import PrintOptions
from exporters.pdf.setting.grey_pictures import pictures_to_print

PIE = 'pie\n  "Cache" : 40\n  "Heap" : 35\n  "Stack" : 25'
BARS = "xychart-beta\n  x-axis [a, b]\n  y-axis 0 --> 9\n  bar [5, 6]\n  bar [3, 2]"


def grey(svg: bytes) -> str:
    printed = pictures_to_print(
        {"a": Asset("a", "image/svg+xml", svg)}, PrintOptions(ink_saver=True)
    )
    return printed["a"].data.decode()


@pytest.mark.parametrize(("source", "series"), [(PIE, 3), (BARS, 2)])
def test_no_two_series_of_a_chart_are_filled_alike(source: str, series: int) -> None:
    svg = grey(draw(source, "a chart")[1].data)
    areas = re.findall(r'<(?:path|rect)[^>]* fill="([^"]+)"[^>]*stroke="#000000"', svg)
    assert len(set(areas)) == series
    assert "url(#hatch-0)" in areas
    assert areas.count("url(#hatch-0)") == 2  # with its place in the legend, or its other bar


def test_two_colours_of_the_same_lightness_become_two_greys() -> None:
    shapes = "".join(f'<rect fill="{color}"/>' for color in ("#ff9966", "#66cc99", "#ffffff"))
    svg = grey(f'<svg xmlns="http://www.w3.org/2000/svg">{shapes}</svg>'.encode())
    one, other, white = (int(found, 16) for found in re.findall(r'fill="#(..)', svg))
    assert abs(one - other) > 20
    assert white == 255
