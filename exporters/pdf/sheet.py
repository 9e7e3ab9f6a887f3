"""What is printed: a sheet of HTML, the places of its pages on paper, and labels on pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deckpress.model import Asset

# The start of the address of a link to a place that may be in another part (see `book.pdf_merge`).
PLACE = "place:"
# The start of the name of a place whose page is written into the box of the link itself.
PAGE_OF = "page-of:"
# In the information of a part: how many of its columns begin below what is printed before.
BELOW = "beginsbelow"
# In the information of a part: how much of its last column is empty, in millimetres.
REST = "rest"


@dataclass(frozen=True, slots=True)
class Imposition:
    """Where the pages of a document are placed on sheets of paper.

    `paper` is the width and height of the paper. `places` are the left and top edges of the pages,
    in the order in which a sheet is filled. All lengths are in millimetres.
    """

    paper: tuple[float, float]
    places: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Above:
    """What stands on the page above the first columns of a sheet: a page as HTML.

    `margin` is that of the columns at their top, in millimetres.
    """

    html: str
    margin: float


@dataclass(frozen=True, slots=True)
class Label:
    """A line of text on a page.

    `x` is its left end, or its right end if it is `right_aligned`. `y` is its baseline, measured
    from the top of the page. A text that is wider than `width` is cut short. `size` is in points,
    all other lengths are in millimetres. `color` is written as ``#rrggbb``.
    """

    text: str
    x: float
    y: float
    width: float
    size: float
    color: str = "#000000"
    bold: bool = False
    right_aligned: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document to print.

    `html` refers to its `assets` as ``asset:NAME``. `imposition` places its pages on paper; if it
    is None, each page is a sheet of paper. `attached` are the files attached to the PDF. The first
    columns begin below the page `above`, if that leaves room for them; or the first one begins
    `lowered` by so many millimetres, in the last column of what is printed before. If it is `even`,
    its questions are shared evenly among its columns, which are so many at least.
    """

    html: str
    assets: Mapping[str, Asset] = field(default_factory=dict)
    imposition: Imposition | None = None
    attached: tuple[Asset, ...] = ()
    above: Above | None = None
    lowered: float = 0.0
    even: int = 0

    def shown_assets(self) -> list[Asset]:
        """The assets to which the HTML refers, sorted by name."""
        return [self.assets[name] for name in sorted(self.assets) if f"asset:{name}" in self.html]
