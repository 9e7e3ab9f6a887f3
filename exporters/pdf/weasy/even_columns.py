"""Shares the room of columns among questions with lines to write on.

A column that ends where the next question does not fit is not full, and the last one of a part may
be all but empty. So the questions of a part are laid out once and then moved: to the columns that
they fill most evenly, and there apart, down to the foot. Room that is over becomes lines to write
on; where a little is missing, questions have a line less. Nothing is laid out again, since a
question has the same shape in each column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf
from typing import Any

_LESS, _MORE = 1, 2  # lines that a question may lose, or gain
_LEAST_LINES = 2  # which it keeps
# Of the lines of a part, at least; with fewer, it takes another column.
_LEAST_SHARE = 0.78
# Of the height of its columns a part has at least so much, before room is shared.
_LEAST_FULL = 0.5
_WIDEST = 3.0  # times the usual space between two questions
_ROUNDING = 0.01  # pixels


@dataclass(frozen=True, slots=True)
class _Item:
    """What stays together: a question, below the heading of its section if it is the first.

    `fixed` is its height in pixels without its `lines`, each of the height `line`; `gap` is the
    space above it. The pieces of a question that is higher than a column are items without one.
    """

    boxes: tuple[Any, ...]
    fixed: float
    gap: float
    lines: int
    line: float

    @property
    def fewest(self) -> int:
        """The lines that it keeps in any case."""
        return min(self.lines, max(_LEAST_LINES, self.lines - _LESS))

    def height(self, lines: int) -> float:
        """Its height with so many lines."""
        return self.fixed + lines * self.line


def even_columns(document: Any, least: int = 1) -> Any:
    """The laid-out `document`, whose pages are columns, with its questions moved.

    It has the fewest columns in which there is room to write; or `least`, if it can fill them.
    """
    items = list(_items(document.pages))
    if not any(item.lines for item in items):
        return document
    pages = [*document.pages, *[document.pages[-1]] * len(items)]
    rows = _Rows(items, [float(page._page_box.height) for page in pages]).most_even(least)
    columns = (items[start:end] for start, end in rows)
    return document.copy([_filled(*each) for each in zip(pages, columns, strict=False)])


def _items(pages: Sequence[Any]) -> Iterator[_Item]:
    boxes: list[Any] = []
    below = 0.0
    for page, after in zip(pages, [*pages[1:], None], strict=True):
        blocks = _main(page).children
        next_one = _main(after).children[0].element if after else None
        for box in blocks:
            boxes.append(box)
            if box.element_tag == "h1" and box is not blocks[-1]:
                continue
            goes_on = box.element is next_one
            yield _item(boxes, below, () if goes_on else _lines(box))
            below, boxes = 0.0 if goes_on else box.margin_bottom, []


def _item(boxes: Sequence[Any], below: float, lines: Sequence[Any]) -> _Item:
    line = lines[0].border_height() if lines else 0.0
    fixed = _foot(boxes[-1]) - boxes[0].border_box_y() - len(lines) * line
    gap = max(below, boxes[0].margin_top) if below else 0.0
    return _Item(tuple(boxes), fixed, gap, len(lines), line)


def _lines(question: Any) -> tuple[Any, ...]:
    """The lines to write on, with which a question ends."""
    return tuple(box for box in question.children if _is_line(box))


def _is_line(box: Any) -> bool:
    return box.element is not None and box.element.get("class") == "line"


def _foot(box: Any) -> float:
    return float(box.border_box_y() + box.border_height())


def _main(page: Any) -> Any:
    (body,) = page._page_box.children[0].children
    return body.children[0]


class _Rows:
    """How items in a row are divided among columns of these heights."""

    def __init__(self, items: Sequence[_Item], heights: Sequence[float]) -> None:
        self._items, self._heights = items, heights
        self._usual = _sums(item.gap + item.height(item.lines) for item in items)
        self._least = _sums(item.gap + item.height(item.fewest) for item in items)

    def most_even(self, least: int) -> list[tuple[int, int]]:
        """Of each column, its first item and the one behind its last; see `even_columns`."""
        latest = self._filled_up()
        count = len(latest)
        while count < len(self._items) and self._needs_more(count, least):
            count += 1
            latest.append(len(self._items))
        # Where a column may end: what is behind fits into the others.
        ends = [
            range(at, last + 1) for at, last in zip(self._kept_free(count), latest, strict=True)
        ]
        best: dict[int, tuple[float, list[tuple[int, int]]]] = {0: (0.0, [])}
        for height, possible in zip(self._heights, ends, strict=False):
            best = {
                end: (cost, rows)
                for end in possible
                for cost, rows in [self._best_with(end, height, best)]
                if cost < inf
            }
        return best[len(self._items)][1]

    def _needs_more(self, count: int, least: int) -> bool:
        """Whether so many columns are too few."""
        lines = sum(item.lines * item.line for item in self._items)
        if sum(self._heights[:count]) < self._usual[-1] - (1 - _LEAST_SHARE) * lines:
            return True
        return count < least and _LEAST_FULL * sum(self._heights[: count + 1]) < self._usual[-1]

    def _best_with(
        self, end: int, height: float, best: dict[int, tuple[float, list[tuple[int, int]]]]
    ) -> tuple[float, list[tuple[int, int]]]:
        """The most even columns, the last of which has this `height` and `end`."""
        found: tuple[float, list[tuple[int, int]]] = (inf, [])
        for start, (before, rows) in best.items():
            if start < end and self._fits(start, end, height):
                empty = 1 - self._height(self._usual, start, end) / height
                found = min(found, (before + empty**2, [*rows, (start, end)]))
        return found

    def _filled_up(self) -> list[int]:
        """Where the columns end if each takes all that fits."""
        ends: list[int] = []
        end = 0
        while end < len(self._items):
            start, end = end, end + 1
            while end < len(self._items) and self._fits(start, end + 1, self._heights[len(ends)]):
                end += 1
            ends.append(end)
        return ends

    def _kept_free(self, count: int) -> list[int]:
        """Where each of so many columns ends if those behind it take all that fits."""
        ends: list[int] = []
        start = len(self._items)
        for height in reversed(self._heights[:count]):
            ends.append(start)
            end, start = start, start - 1
            while start > 0 and self._fits(start - 1, end, height):
                start -= 1
        return ends[::-1]

    def _fits(self, start: int, end: int, height: float) -> bool:
        return end - start == 1 or self._height(self._least, start, end) <= height + _ROUNDING

    def _height(self, sums: Sequence[float], start: int, end: int) -> float:
        """The height of the items of a column, without the space above the first."""
        return sums[end] - sums[start] - self._items[start].gap


def _sums(lengths: Iterator[float]) -> list[float]:
    return list(accumulate(lengths, initial=0.0))


def _filled(page: Any, items: Sequence[_Item]) -> Any:
    """The column `page` with these items down to its foot."""
    from weasyprint.layout.background import layout_box_backgrounds

    paper = page._page_box
    html = paper.children[0]
    body, main = html.children[0], _main(page)
    top = main.content_box_y()
    lines, space = _shares(items, paper.height)
    boxes: list[Any] = []
    foot = top
    for item, count in zip(items, lines, strict=True):
        down = foot - item.boxes[0].border_box_y()
        if boxes:
            down += item.gap * space
        for box in item.boxes:
            box.translate(0, down)
        boxes += item.boxes[:-1]
        boxes.append(_with_lines(item, count))
        foot = _foot(boxes[-1])
    new = main.copy_with_children(boxes)
    new.height = foot - top
    body = body.copy_with_children([new])
    html = html.copy_with_children([body])
    new_paper = paper.copy_with_children([html, *paper.children[1:]])
    for box in boxes:
        layout_box_backgrounds(new_paper, box, None)
    return type(page)(new_paper)


def _shares(items: Sequence[_Item], height: float) -> tuple[list[int], float]:
    """The lines of each item, and how many times the usual space is between two of them."""
    lines = [item.fewest for item in items]
    gaps = sum(item.gap for item in items[1:])
    left = height - gaps - sum(i.height(n) for i, n in zip(items, lines, strict=True))
    while True:
        shares = [
            (count / item.lines, at)
            for at, (item, count) in enumerate(zip(items, lines, strict=True))
            if 0 < count < item.lines + _MORE and item.line <= left + _ROUNDING
        ]
        if not shares:
            break
        _, at = min(shares)
        lines[at] += 1
        left -= items[at].line
    return lines, min(1 + max(0.0, left) / gaps, _WIDEST) if gaps else 1.0


def _with_lines(item: _Item, count: int) -> Any:
    """The box of the question, with so many lines to write on."""
    question = item.boxes[-1]
    if count == item.lines:
        return question
    *_, last = lines = _lines(question)
    added = [last.copy() for _ in range(item.lines, count)]
    for number, line in enumerate(added, 1):
        line.translate(0, number * item.line)
    kept = [box for box in question.children if not _is_line(box)]
    new = question.copy_with_children([*kept, *lines[:count], *added])
    new.height += (count - item.lines) * item.line
    return new
