"""What is printed: a sheet of HTML, how its pages go on paper, and labels written onto pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deckpress.model import Asset

# What a link of a part says of a place that may stand in another part (see `book.pdf_merge`).
PLACE = "place:"


@dataclass(frozen=True, slots=True)
class Imposition:
    """Where the pages of a document go on sheets of paper.

    `paper` is its width and height, `places` the left and top edges of the pages, in the order in
    which a sheet is filled. All of it is in millimetres.
    """

    paper: tuple[float, float]
    places: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Label:
    """A line of text. `x` is its left end, or its right end if it is `right`; `y` its baseline,
    from the top of the page. It is cut short where it is longer than `width`.

    Lengths are in millimetres, but for `size`, which is in points.
    """

    text: str
    x: float
    y: float
    width: float
    size: float
    color: str = "#000000"
    bold: bool = False
    right: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document to print: its HTML, the assets that it shows as ``asset:NAME``, the files that
    are attached to it, and how its pages are put on paper, where they are not sheets themselves.
    `tighter` is the style in which it is tried once more if its last sheet is nearly empty.
    """

    html: str
    assets: Mapping[str, Asset] = field(default_factory=dict)
    imposition: Imposition | None = None
    attached: tuple[Asset, ...] = ()
    tighter: str = ""

    def shown(self) -> list[Asset]:
        """The assets that its HTML names, in the order of their names."""
        return [self.assets[name] for name in sorted(self.assets) if f"asset:{name}" in self.html]
