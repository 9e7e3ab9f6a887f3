"""Drawings that copy themselves: harmless ones pass, bombs do not."""

from __future__ import annotations

import pytest

from deckpress.checks.images import image_problem


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
