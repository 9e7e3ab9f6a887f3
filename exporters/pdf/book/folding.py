"""Places finished pages on larger paper that is folded afterwards: a booklet, or a pocket sheet.

What is made is for a printer. Its pages are pictures of pages, so it has no links, no bookmarks and
no structure; the sheet that it is made of has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from pikepdf import Dictionary, Name, ObjectStreamMode, Pdf, String

from exporters.job import PAPERS
from exporters.pdf.setting.text_width import POINTS_PER_MM

POCKET_PAGES = 4  # on a side of the paper
_THICKNESS = 0.1  # millimetres, of paper of 80 g/m²


@dataclass(frozen=True, slots=True)
class Panel:
    """Where a page, counted from 0, lies on a side of the paper.

    `column` and `row` count from the top left. A page that is `turned` stands on its head until the
    paper is folded. A page is moved by `shift` millimetres to the right.
    """

    page: int
    column: int
    row: int
    turned: bool = False
    shift: float = 0.0


Side = tuple[Panel, ...]


def booklet_sides(count: int) -> Iterator[Side]:
    """The sides of the paper of a booklet of `count` pages, two on each.

    The sheets are laid in one another, folded and stapled in the fold. What is missing to the last
    multiple of four is empty pages at the end. Each sheet is pushed out of the fold by those around
    it, as far as these are thick, so its pages lie so much nearer to the fold.
    """
    last = -(-count // 4) * 4 - 1
    for sheet in range((last + 1) // 4):
        outer, inner, creep = 2 * sheet, 2 * sheet + 1, sheet * _THICKNESS
        yield Panel(last - outer, 0, 0, shift=creep), Panel(outer, 1, 0, shift=-creep)
        yield Panel(inner, 0, 0, shift=creep), Panel(last - inner, 1, 0, shift=-creep)


def pocket_sides(count: int) -> Iterator[Side]:
    """The sides of sheets that are folded twice, first the top behind the bottom, then left behind.

    Each has eight of the `count` pages: the front, the two that are seen when it is opened once,
    the four inside, and the back.
    """
    for first in range(0, count, 2 * POCKET_PAGES):
        yield (
            Panel(first, 1, 1),
            Panel(first + 1, 1, 0, turned=True),
            Panel(first + 2, 0, 0, turned=True),
            Panel(first + 7, 0, 1),
        )
        yield tuple(Panel(first + 3 + place, place % 2, place // 2) for place in range(4))


def booklet(pdf: bytes, paper: str) -> bytes:
    """The pages of `pdf`, of half a `paper`, two on a side; turned over the short edge."""
    width, height = PAPERS[paper]
    with Pdf.open(BytesIO(pdf)) as pages:
        sides = list(booklet_sides(len(pages.pages)))
        return _folded(pages, (height, width), sides, Name.DuplexFlipShortEdge)


def pocket(pdf: bytes, paper: str) -> bytes:
    """The pages of `pdf`, of a quarter of `paper`, four on a side; turned over the long edge."""
    with Pdf.open(BytesIO(pdf)) as pages:
        sides = list(pocket_sides(len(pages.pages)))
        return _folded(pages, PAPERS[paper], sides, Name.DuplexFlipLongEdge)


def _folded(source: Pdf, paper: tuple[float, float], sides: Sequence[Side], duplex: Any) -> bytes:
    width, height = (length * POINTS_PER_MM for length in paper)
    with Pdf.new() as made:
        forms = [made.copy_foreign(page.as_form_xobject()) for page in source.pages]
        for side in sides:
            page = made.add_blank_page(page_size=(width, height)).obj
            shown = [panel for panel in side if panel.page < len(forms)]
            page.Resources = Dictionary(
                XObject=Dictionary({f"/P{panel.page}": forms[panel.page] for panel in shown})
            )
            drawn = (_operators(panel, forms[panel.page].BBox, height) for panel in shown)
            page.Contents = made.make_stream("".join(drawn).encode("ascii"))
        made.Root.Lang = String(str(source.Root.get(Name.Lang, "")))
        made.Root.ViewerPreferences = Dictionary(
            DisplayDocTitle=True, PrintScaling=Name("/None"), Duplex=duplex
        )
        for key, value in source.docinfo.items():
            made.docinfo[key] = String(bytes(value))
        buffer = BytesIO()
        made.save(buffer, deterministic_id=True, object_stream_mode=ObjectStreamMode.generate)
        return buffer.getvalue()


def _operators(panel: Panel, box: Any, height: float) -> str:
    """The PDF operators that draw a page, whose size is that of `box`."""
    wide, high = float(box[2]), float(box[3])
    left = panel.column * wide + panel.shift * POINTS_PER_MM
    bottom = height - (panel.row + 1) * high
    matrix = (
        f"-1 0 0 -1 {left + wide:.3f} {bottom + high:.3f}"
        if panel.turned
        else f"1 0 0 1 {left:.3f} {bottom:.3f}"
    )
    return f"q {matrix} cm /P{panel.page} Do Q\n"
