"""Fills columns that would stay half empty.

A picture that does not fit into the rest of its column begins the next one, and leaves that rest
empty. As in books, it then changes places with the text that follows: a note stands where it was,
and the number of its card above it. CSS has no such thing, so the document is laid out, the picture
is moved in its tree, and the document is laid out again. That is done where more than half a column
is empty, and kept where it helps.

Where a column is a page, a part of a book also ends on a page that may be all but empty. There, its
cards move closer to one another, or apart. Elsewhere they only move closer, where a part would end
with some lines in a column of their own: the next part begins the next column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from xml.etree.ElementTree import Element

_FULL = 0.55  # of the height of a page; a column of less is half empty
_FEW_LINES = 0.12  # of it; they would stand alone at the top of a column
_HALF = 0.5  # of its height, at least, for each of two pages that share their cards evenly
_MOST_TRIES = 6  # layouts for pictures, in one document
_NOTE = 18.0  # pixels: the note in the place of a picture
_WORTH = 40.0  # pixels; less text in its place is not worth it
_LEAST_CARDS = 3  # that take up or give the room of a page
_CLOSEST, _WIDEST = 0.5, 3.5  # times the usual space between two cards

Render = Callable[[str], Any]

# What stays with what is below it, and so begins a column before a picture.
_LEADING = {"h1", "h2", "h3"}
_CARDS = ("card", "solution")


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its box, and the top and bottom of its text, from the top of the room of a page."""

    box: Any
    top: float
    bottom: float
    height: float

    @property
    def half_empty(self) -> bool:
        return self.bottom < _FULL * self.height

    @property
    def overflows(self) -> bool:
        """Whether a picture is higher than the column, which begins below something else."""
        return self.bottom > self.height + _NOTE


def fill_columns(document: Any, render: Render) -> Any:
    """The laid-out `document`, or a better one: `render` lays out its changed tree again.

    `render` gets further CSS, and the result takes no more pages than before.
    """
    root = document.pages[0]._page_box.children[0].element
    tried: set[Element] = set()
    best = document
    for _ in range(_MOST_TRIES):
        moved = next(_moves(best, root, tried), None)
        if moved is None:
            break
        again = render("")
        if _rank(again, whole=False) < _rank(best, whole=False):
            best = again
        else:
            moved()
    return best


def overflows(document: Any) -> bool:
    """Whether something in the laid-out `document` is cut off, since its column is too low."""
    return any(column.overflows for column in _columns(document))


def fill_last_page(document: Any, render: Render) -> Any:
    """The laid-out part `document`, whose columns are pages, without a last page half empty."""
    last = list(_columns(document))[-1:]
    pages = len(document.pages)
    if pages == 1 or not last or not last[0].half_empty:
        return document
    gaps = _gaps(document)
    spaces = len(gaps) - pages  # what is below the last card of a page is not seen
    if spaces < _LEAST_CARDS:
        return _with_even_end(document, render)
    usual, needed = max(gaps), last[0].bottom / spaces
    missing = (_FULL * last[0].height - last[0].bottom) / spaces
    tried = (usual - 1.5 * needed, usual + 1.1 * missing, usual + 1.6 * missing)
    return _with_spaces(document, render, usual, tried) or _with_even_end(document, render)


def save_last_column(document: Any, render: Render) -> Any:
    """The laid-out part `document`, without a last column that has only a few lines."""
    if not ends_in_few_lines(document):
        return document
    gaps = _gaps(document)
    spaces = len(gaps) - len(document.pages)
    if spaces < _LEAST_CARDS:
        return document
    usual, last = max(gaps), list(_columns(document))[-1]
    tried = (usual - 1.5 * last.bottom / spaces, _CLOSEST * usual)
    return _with_spaces(document, render, usual, tried) or document


def ends_in_few_lines(document: Any) -> bool:
    """Whether the last column of the laid-out `document`, but not its first, has only few lines."""
    last = list(_columns(document))[-1]
    return len(document.pages) > 1 and last.bottom < _FEW_LINES * last.height


def _with_spaces(document: Any, render: Render, usual: float, tried: Sequence[float]) -> Any:
    """The first better layout with one of these spaces between cards, or None."""
    for space in tried:
        if _CLOSEST * usual <= space <= _WIDEST * usual:
            again = render(f"article {{ margin-bottom: {space:.3f}px !important }}")
            if _rank(again) < _rank(document):
                return again
    return None


def _with_even_end(document: Any, render: Render) -> Any:
    """The part `document`; if its last two pages have enough for two, these are alike."""
    page, last = list(_columns(document))[-2:]
    cards = [box for box in _blocks(page.box) if box.element_tag == "article"]
    # How full the two pages are if a card begins the last one.
    shares = [
        (min(top, page.bottom - top + last.bottom), box.element)
        for box in cards
        if (top := box.position_y - page.box.position_y) > 0
    ]
    fill, first = max(shares, key=itemgetter(0), default=(0.0, None))
    if first is None or fill < _HALF * page.height:
        return document
    first.set("style", "break-before: page")
    again = render("")
    return again if len(again.pages) == len(document.pages) else document


def _rank(document: Any, whole: bool = True) -> tuple[int, int, int]:
    """How good a layout is; less is better. The last column counts in the `whole`."""
    columns = list(_columns(document))
    counted = columns if whole else columns[:-1]
    cut, empty = sum(c.overflows for c in columns), sum(c.half_empty for c in counted)
    return cut, len(document.pages), empty


def _columns(document: Any) -> Iterator[_Column]:
    for page in document.pages:
        box = page._page_box
        top = box.content_box_y()
        found = list(_column_boxes(box.children[0])) or [box.children[0]]
        for column in found:
            yield _Column(column, column.position_y - top, _bottom(column) - top, box.height)


def _column_boxes(box: Any) -> Iterator[Any]:
    for child in getattr(box, "children", ()):
        if getattr(child, "is_column", False):
            yield child
        else:
            yield from _column_boxes(child)


def _bottom(box: Any) -> float:
    """The lower end of the last line, table or picture in a box."""
    children = [child for child in getattr(box, "children", ()) if child.is_in_normal_flow()]
    if not children or _is_picture(box) or box.element_tag == "table":
        return float(box.position_y + box.margin_height())
    return _bottom(children[-1])


def _is_picture(box: Any) -> bool:
    element = box.element
    return element is not None and (element.get("class") or "") in ("figure", "turned")


def _first_picture(box: Any) -> Element | None:
    """The picture with which a column begins, perhaps below headings."""
    for leaf in _leaves(box):
        if _is_picture(leaf):
            found: Element = leaf.element
            return found
        if leaf.element_tag not in _LEADING and "number" not in (leaf.element.get("class") or ""):
            return None
    return None


def _leaves(box: Any) -> Iterator[Any]:
    """The boxes of blocks of text and of pictures, in order."""
    if _is_picture(box):
        yield box
        return
    for child in getattr(box, "children", ()):
        if not child.is_in_normal_flow():
            continue
        if hasattr(child, "children") and child.element is not None:
            inner = list(_leaves(child))
            yield from inner or [child]
        elif child.element is not None and _is_picture(child):
            yield child
        elif hasattr(child, "children"):
            yield from _leaves(child)


def _moves(document: Any, root: Element, tried: set[Element]) -> Iterator[Callable[[], None]]:
    """Move the first picture that is cut off, or leaves the column before it half empty.

    What is yielded moves it back.
    """
    columns = list(_columns(document))
    parents = {child: parent for parent in root.iter() for child in parent}
    for at, room in _rooms(columns):
        picture = _first_picture(columns[at].box)
        if picture is None or picture in tried:
            continue
        tried.add(picture)
        place = _place_behind(picture, columns[at:], room - _NOTE, parents)
        if place is not None and (card := _card_of(picture, parents)) is not None:
            yield _move(picture, place, card, parents, root)


def _rooms(columns: Sequence[_Column]) -> Iterator[tuple[int, float]]:
    """The columns that may begin with a picture to be moved, and the room for text before it."""
    most = max(column.height for column in columns)
    for at, column in enumerate(columns):
        if column.overflows:
            low = sum(each.height for each in columns if each.height < most)
            yield at, low - sum(each.bottom for each in columns[:at])
        elif at and columns[at - 1].half_empty:
            yield at, columns[at - 1].height - columns[at - 1].bottom


def _card_of(picture: Element, parents: dict[Element, Element]) -> Element | None:
    around: Element | None = picture
    while around is not None and not set(_classes(around)) & set(_CARDS):
        around = parents.get(around)
    return around


def _place_behind(
    picture: Element, columns: Sequence[_Column], room: float, parents: dict[Element, Element]
) -> Element | None:
    """The last element behind `picture` that begins within `room` of text."""
    inside = set(picture.iter())
    passed = False
    found, height, start = None, 0.0, 0.0
    for column in columns:
        start = 0.0
        for box in _blocks(column.box):
            top = box.position_y - column.box.position_y
            if box.element in inside:
                passed, start = True, top + box.margin_height()
            elif passed and height + top - start > room:
                return found
            elif passed and height + top - start > _WORTH and _may_follow(box.element, parents):
                found = box.element
        height += column.bottom - column.top - start if passed else 0.0
    return found


def _blocks(box: Any) -> Iterator[Any]:
    """The boxes of elements in a column, with all that they hold, in order."""
    for child in getattr(box, "children", ()):
        if child.element is not None and child.is_in_normal_flow():
            yield child
        if not _is_picture(child):
            yield from _blocks(child)


def _may_follow(element: Element, parents: dict[Element, Element]) -> bool:
    """Whether a picture may stand before `element`."""
    if element.tag == "h1" or set(_classes(element)) & {*_CARDS, "part"}:
        return True
    parent = parents.get(element)
    if parent is None or not set(_classes(parent)) & {"part", "short"}:
        return False
    before = list(parent)[: list(parent).index(element)]
    return element.tag in ("p", "ul", "ol", "div") and bool(before) and before[-1].tag != "h3"


def _move(
    picture: Element,
    place: Element,
    card: Element,
    parents: dict[Element, Element],
    root: Element,
) -> Callable[[], None]:
    """Put `picture` before `place`, and a note where it was; return how to undo it."""
    words = next(root.iter("main"))
    number = next(
        ("".join(each.itertext()) for each in card.iter() if "number" in _classes(each)), ""
    )
    note = Element("span", {"class": "figure-follows"})
    note.text, note.tail = words.get("data-follows"), picture.tail
    label = Element("p", {"class": "figure-of"})
    label.text = (words.get("data-figure-of") or "{number}").format(number=number.split()[0])
    moved = Element("div", {"class": "moved"})
    old, new, tail = parents[picture], parents[place], picture.tail
    at = list(old).index(picture)
    old.remove(picture)
    old.insert(at, note)
    picture.tail = None
    moved.extend((label, picture))
    new.insert(list(new).index(place), moved)

    def undo() -> None:
        new.remove(moved)
        old.remove(note)
        picture.tail = tail
        old.insert(at, picture)

    return undo


def _classes(element: Element) -> list[str]:
    return (element.get("class") or "").split()


def _gaps(document: Any) -> list[float]:
    """The space below each card of a part."""
    return [
        float(box.margin_bottom)
        for page in document.pages
        for box in _blocks(page._page_box.children[0])
        if box.element_tag == "article"
    ]
