"""The size of text in a drawing on paper, however a drawing program writes sizes."""

from __future__ import annotations

import pytest

from deckpress.print_size import better_fit, small_text

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 100" width="400" height="100">'


def drawn(inside: str, head: str = HEAD) -> bytes:
    return f"{head}{inside}</svg>".encode()


@pytest.mark.parametrize(
    "inside",
    [
        '<text font-size="8">a</text>',
        '<text style="font-size: 6pt">a</text>',
        '<g font-size="16"><text><tspan style="font-size:50%">a</tspan></text></g>',
        '<g font-size="16"><text font-size=".5em">a</text></g>',
        '<style>text.s, .t { font: bold 8px/1.2 serif }</style><text class="s">a</text>',
        '<style>.box .t { font-size: 8px }</style><g class="box"><text class="t">a</text></g>',
        '<g transform="scale(0.5)"><text>a</text></g>',
        '<text font-size="20">large</text><text font-size="8">a</text>',
    ],
)
def test_the_smallest_text_is_found(inside: str) -> None:
    """In a column, 400 pixels become 281, of which each has three quarters of a point."""
    small = small_text(drawn(inside), on_card=False)
    assert small is not None
    assert (small.code, small.size, small.needed) == ("D517", "4.2", "10")


@pytest.mark.parametrize(
    "inside",
    [
        '<text font-size="10">a</text>',
        '<text font-size="8"> </text>',
        "<style>.unused { font-size: 4px }</style><text>a</text>",
        "<text>a</text>",
        "<path d='M0 0'/>",
    ],
)
def test_text_that_can_be_read_is_not_told(inside: str) -> None:
    assert small_text(drawn(inside), on_card=True) is None


@pytest.mark.parametrize(("width", "height", "size"), [(400, 100, "1.3"), (4000, 1000, "3.4")])
def test_a_drawing_is_measured_in_its_own_unit(width: int, height: int, size: str) -> None:
    start = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4000 1000"'
    head = f'{start} width="{width}" height="{height}">'
    small = small_text(drawn('<text font-size="24">a</text>', head), on_card=False)
    assert small is not None
    assert small.size == size


def test_what_is_no_drawing_has_no_small_text() -> None:
    assert small_text(b"no drawing", on_card=True) is None
    assert small_text(drawn("<text font-size='1'>a</text>", "<svg>"), on_card=True) is None


@pytest.mark.parametrize(
    ("head", "turned"),
    [('viewBox="0 0 1200 200"', True), ('viewBox="0 0 200 1200"', False)],
)
def test_a_long_drawing_is_turned_and_a_high_one_set_higher(head: str, turned: bool) -> None:
    svg = drawn("<text>a</text>", f'<svg xmlns="http://www.w3.org/2000/svg" {head}>')
    fit = better_fit(svg, 281, 751)
    assert fit is not None
    assert fit.turned == turned
    assert small_text(svg, on_card=False) is None
