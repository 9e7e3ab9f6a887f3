"""Cuts the list out of the answer of a choice card or an ordered card."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from deckpress.diagnostics import Diagnostic, finding
from deckpress.model import CardKind, RawItem, Text
from deckpress.reading.lines import LineKind, classify, indent_of, match_opening

_BULLET = re.compile(r"(?P<indent> {0,3})[-*+](?:[ \t]++|$)")
_NUMBER = re.compile(r"(?P<indent> {0,3})\d{1,9}[.)](?:[ \t]++|$)")
_BOX = re.compile(r"\[(?P<mark>[^\[\]]{0,2})\](?!\()(?P<space>[ \t]++|$)?")
_ENDS_LIST = re.compile(r" {0,3}(?:>|(?:-{3,}|\*{3,}|_{3,})[ \t]*$)")
_INDENT = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class Body:
    """A short answer taken apart: `lead` above the list, its `items`, and `short` below it.

    `items` is empty if there is no list of the right kind. `found` holds findings about the list.
    """

    lead: Text
    items: tuple[RawItem, ...]
    short: Text
    found: tuple[Diagnostic, ...]


def cut_lines(text: Text, first: int, stop: int) -> Text:
    """The lines of `text` from `first` (from 0) up to, not including, `stop`.

    Blank lines at both ends are left out.
    """
    lines = text.source.split("\n")
    while first < stop and not lines[first].strip():
        first += 1
    while first < stop and not lines[stop - 1].strip():
        stop -= 1
    if first >= stop:
        return Text("", text.at(min(first, len(lines) - 1)), text.indent)
    width = max(1, len(lines[first]))
    return Text("\n".join(lines[first:stop]), text.at(first, 1, width), text.indent)


def split_body(text: Text, kind: CardKind) -> Body:
    """The short answer of a card of this `kind`, split at the first list at the margin.

    For a choice card that is a task list, for an ordered card a numbered list. A finding tells of
    each option whose box is ill-formed.
    """
    lines = text.source.split("\n")
    kinds = list(classify(lines))
    marker = _BULLET if kind is CardKind.CHOICE else _NUMBER
    start = next(
        (
            n
            for n, line in enumerate(lines)
            if kinds[n] is LineKind.TEXT and _begins_list(line, kind)
        ),
        None,
    )
    if start is None:
        return Body(cut_lines(text, 0, 0), (), text, ())
    starts, stop = _list_extent(lines, kinds, start, marker)
    items = []
    found: list[Diagnostic] = []
    for first, end in zip(starts, [*starts[1:], stop], strict=True):
        match = marker.match(lines[first])
        column = match.end() if match else 0
        right = None
        if kind is CardKind.CHOICE:
            box = _BOX.match(lines[first], column)
            well_formed = box and box["mark"] in (" ", "x", "X") and box["space"] is not None
            right = bool(box and box["mark"].strip()) if well_formed else None
            if not well_formed:
                found.append(finding("D311", text.at(first, column + 1, _box_width(box))))
            column = box.end() if box else column
        items.append(RawItem(_item_text(text, lines[first:end], first, column), right))
    return Body(
        cut_lines(text, 0, start), tuple(items), cut_lines(text, stop, len(lines)), tuple(found)
    )


def is_task_item(line: str) -> bool:
    """Whether a line is an item of a task list at the margin, such as ``- [x] text``."""
    match = _BULLET.match(line)
    return match is not None and _BOX.match(line, match.end()) is not None


def _begins_list(line: str, kind: CardKind) -> bool:
    return is_task_item(line) if kind is CardKind.CHOICE else _NUMBER.match(line) is not None


def _box_width(box: re.Match[str] | None) -> int:
    return len(box.group().rstrip()) if box else 1


def _list_extent(
    lines: Sequence[str], kinds: Sequence[LineKind], start: int, marker: re.Pattern[str]
) -> tuple[list[int], int]:
    """The numbers of the lines on which the items of a list begin, and that of the line after it.

    The list begins on line `start`.
    """
    base = indent_of(lines[start])
    starts = []
    stop = start
    blank = inside = False
    for number in range(start, len(lines)):
        line, kind = lines[number], kinds[number]
        if kind is LineKind.BLANK:
            blank = True
            continue
        deep = indent_of(line) >= base + 2
        if kind in (LineKind.FENCED, LineKind.CLOSING):
            belongs = inside
        elif kind is LineKind.TEXT and not deep and marker.match(line):
            starts.append(number)
            belongs = True
        elif kind is LineKind.OPENING:
            match = match_opening(line)
            own = match is not None and marker.match(line) is not None
            if own:
                starts.append(number)
            belongs = inside = deep or own
        else:
            lazy = kind is LineKind.TEXT and not blank and not _ENDS_LIST.match(line)
            belongs = deep or lazy
        if not belongs:
            break
        blank = False
        stop = number + 1
    return starts, stop


def _item_text(text: Text, lines: Sequence[str], first: int, column: int) -> Text:
    """An item's text, without its mark and without the indentation that its other lines share."""
    rest = list(lines[1:])
    while rest and not rest[-1].strip():
        rest.pop()
    shared = min((_margin(line) for line in rest if line.strip()), default=0)
    head = lines[0][column:]
    body = "\n".join([head.rstrip() if not rest else head, *(line[shared:] for line in rest)])
    span = text.at(first, column + 1, max(1, len(head.rstrip())))
    return Text(body, span, text.indent + shared)


def _margin(line: str) -> int:
    match = _INDENT.match(line)
    return match.end() if match else 0
