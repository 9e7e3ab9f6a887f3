"""Drawings with styles that print does not know: they are written as what they stand for."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from deckpress.render.drawings import plain_drawing
from deckpress.render.figures import figures


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("<style>:root{--c:purple}r{fill:var(--c)}</style>", "r{fill:purple}"),
        ('<style>:root{--a:var(--b);--b:red}</style><p fill="var(--a)"/>', '<p fill="red"/>'),
        ('<p style="fill:var(--none, blue)"/>', 'style="fill:blue"'),
        (
            '<p style="fill: light-dark(rgb(0,0,0), rgb(255,255,255));"/>',
            'style="fill: rgb(0,0,0);"',
        ),
        ('<p style="fill:light-dark(#000, var(--x, #fff))"/>', 'style="fill:#000"'),
        (
            "<style>.t{font:bold 14px sans-serif}</style>",
            ".t{font-size:14px;font-family:sans-serif;font-weight:bold;}",
        ),
        (
            '<t font="italic 12px/1.4 Noto, serif"/>',
            '<t font-size="12px" font-family="Noto, serif" font-style="italic"/>',
        ),
    ],
)
def test_a_style_becomes_what_it_stands_for(written: str, plain: str) -> None:
    assert plain in plain_drawing(written.encode()).decode()


def test_a_plain_drawing_keeps_its_bytes() -> None:
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><rect fill="red" font-size="3"/></svg>'
    assert plain_drawing(drawing) is drawing


def test_a_picture_with_16_bits_of_grey_keeps_its_grey() -> None:
    made = io.BytesIO()
    Image.new("I;16", (2, 1), 0xC0C0).save(made, "PNG")
    ((picture, asset),) = figures({"figures/a.png": made.getvalue()}).values()
    with Image.open(io.BytesIO(asset.data)) as image:
        assert (image.mode, image.getpixel((0, 0)), image.size) == ("L", 0xC0, (2, 1))
    assert (picture.width, picture.height) == (2, 1)
