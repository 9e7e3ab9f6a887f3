"""Drawings with styles that print does not know: they are written as what they stand for."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from deckpress.model import Asset, Picture
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


_PATH = '<path d="M0 0h4" {}/>'


@pytest.mark.parametrize(
    "inside",
    [
        _PATH.format(""),
        _PATH.format('fill="none" stroke="#333"'),
        _PATH.format('style="fill: rgb(20, 20, 20); stroke:currentColor"'),
        "<style>text { fill: DarkGray } path { stroke: #1a1a1a !important }</style>"
        + _PATH.format('fill="white" style="color-interpolation: sRGB"'),
        '<linearGradient id="g"><stop stop-color="#eee"/></linearGradient>'
        + _PATH.format('fill="url(#g)"'),
        "<style>@media (prefers-color-scheme: dark) { path { stroke: #9cf } }</style>"
        + _PATH.format('stroke="black"'),
    ],
)
def test_what_is_drawn_in_black_white_and_grey_takes_the_ink_of_the_night(inside: str) -> None:
    (picture, _) = _figure(inside)
    assert picture.drawn


@pytest.mark.parametrize(
    "inside",
    [
        _PATH.format('fill="#fc8"'),
        _PATH.format('style="stroke: hsl(200, 50%, 40%)"'),
        "<style>.a { fill: navy }</style>" + _PATH.format('class="a"'),
        '<linearGradient id="g"><stop stop-color="red"/></linearGradient>'
        + _PATH.format('fill="url(#g)"'),
        '<image href="data:image/png;base64,AAAA"/>',
        "<style>:root { color-scheme: light dark }</style>" + _PATH.format(""),
    ],
)
def test_what_has_colours_of_its_own_keeps_them_and_its_paper(inside: str) -> None:
    (picture, _) = _figure(inside)
    assert not picture.drawn


def test_colours_of_a_drawing_for_the_dark_are_not_mixed_with_its_paper() -> None:
    dark = "@media screen and (prefers-color-scheme: dark) { path { stroke: #eee } text { a: b } }"
    _, asset = _figure(f"<style>path {{ stroke: navy }} {dark} text {{ x: y }}</style>")
    assert b"#eee" not in asset.data
    assert b"<style>path { stroke: navy }  text { x: y }</style>" in asset.data


def _figure(inside: str) -> tuple[Picture, Asset]:
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4">{inside}</svg>'
    return figures({"figures/x.svg": drawing.encode()})["figures/x.svg"]
