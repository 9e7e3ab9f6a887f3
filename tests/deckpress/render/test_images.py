"""Drawings that copy themselves: harmless ones pass, bombs do not."""

from __future__ import annotations

import pytest

from deckpress.checks.pictures.images import image_problem


def drawing(body: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{body}</svg>'.encode()


def layers(count: int) -> str:
    """A shape, and groups that each show the one before ten times."""
    groups = [
        f'<g id="a{n}">' + f'<use href="#a{n - 1}"/>' * 10 + "</g>" for n in range(1, count + 1)
    ]
    return '<g id="a0"><path d="M0 0"/></g>' + "".join(groups)


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ('<g id="a"><path d="M0 0"/></g><use href="#a"/><use href="#a"/>', False),
        ('<use href="#nowhere"/>', False),
        (layers(3), False),
        (layers(9), True),
        ('<g id="a"><use href="#a"/></g>', True),
        (
            '<g id="a"><use xmlns:x="http://www.w3.org/1999/xlink" x:href="#b"/></g>'
            '<g id="b"><use href="#a"/></g>',
            True,
        ),
        ("<g>" * 5000 + "</g>" * 5000, True),
    ],
)
def test_shapes_that_are_copied_without_end_are_refused(body: str, refused: bool) -> None:
    problem = image_problem("figures/x.svg", drawing(body))
    assert problem == (("D511", {"item": "<use>"}) if refused else None)


def markers(count: int) -> str:
    """Markers that each show the next at each of their points."""
    path = "M0 0" + "L1 1" * 10
    inner = "".join(
        f'<marker id="m{n}"><path d="{path}" marker-mid="url(#m{n + 1})"/></marker>'
        for n in range(count)
    )
    return f'{inner}<path d="{path}" style="marker-mid:url(#m0)"/>'


@pytest.mark.parametrize(("count", "refused"), [(1, False), (2, False), (9, True)])
def test_markers_that_show_markers_are_bombs(count: int, refused: bool) -> None:
    assert (image_problem("a.svg", drawing(markers(count))) is not None) is refused


@pytest.mark.parametrize("size", [".", "1.2.3", "9" * 400, "inf", "nan", "1e400", "--1", "x"])
def test_a_size_that_is_no_number_is_refused(size: str) -> None:
    for text in (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="1"/>',
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} 1"/>',
        f'<svg xmlns="http://www.w3.org/2000/svg"><circle r="{size}"/></svg>',
    ):
        assert image_problem("a.svg", text.encode()) is not None


@pytest.mark.parametrize("size", ["9", "9.5", ".5", "9px", "100%", "3.5e1", "12mm"])
def test_a_size_that_is_one_is_not(size: str) -> None:
    text = f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="1"/>'
    assert image_problem("a.svg", text.encode()) is None
