"""The list that is the answer of a choice or an ordered card, cut out of the text around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from deckpress.diagnostics import Diagnostic, finding
from deckpress.model import CardKind, RawItem, Text
from deckpress.reading.lines import Line, classify, indent_of, opening

_BULLET = re.compile(r"(?P<indent> {0,3})[-*+](?:[ \t]++|$)")
_NUMBER = re.compile(r"(?P<indent> {0,3})\d{1,9}[.)](?:[ \t]++|$)")
_BOX = re.compile(r"\[(?P<mark>[^\[\]]{0,2})\](?!\()(?P<space>[ \t]++|$)?")
_ENDS_LIST = re.compile(r" {0,3}(?:>|(?:-{3,}|\*{3,}|_{3,})[ \t]*$)")
_INDENT = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class Body:
    """A short answer taken apart; `items` is empty if it has no list of the wanted kind."""

    lead: Text
    items: tuple[RawItem, ...]
    short: Text
    found: tuple[Diagnostic, ...]


def cut(text: Text, first: int, stop: int) -> Text:
    """The lines from `first` (from 0) up to `stop`, without blank lines around them."""
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
    """Find the first list at the margin: a task list for `choice`, a numbered one for `ordered`."""
    lines = text.source.split("\n")
    kinds = list(classify(lines))
    marker = _BULLET if kind is CardKind.CHOICE else _NUMBER
    start = next(
        (n for n, line in enumerate(lines) if kinds[n] is Line.TEXT and _begins(line, kind)), None
    )
    if start is None:
        return Body(cut(text, 0, 0), (), text, ())
    starts, stop = _extent(lines, kinds, start, marker)
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
        items.append(RawItem(_item(text, lines[first:end], first, column), right))
    return Body(cut(text, 0, start), tuple(items), cut(text, stop, len(lines)), tuple(found))


def has_box(line: str) -> bool:
    """Whether a line is an item of a task list at the margin."""
    match = _BULLET.match(line)
    return match is not None and _BOX.match(line, match.end()) is not None


def _begins(line: str, kind: CardKind) -> bool:
    return has_box(line) if kind is CardKind.CHOICE else _NUMBER.match(line) is not None


def _box_width(box: re.Match[str] | None) -> int:
    return len(box.group().rstrip()) if box else 1


def _extent(
    lines: Sequence[str], kinds: Sequence[Line], start: int, marker: re.Pattern[str]
) -> tuple[list[int], int]:
    """The first lines of the items of the list that begins at `start`, and the line after it."""
    base = indent_of(lines[start])
    starts = []
    stop = start
    blank = inside = False
    for number in range(start, len(lines)):
        line, kind = lines[number], kinds[number]
        if kind is Line.BLANK:
            blank = True
            continue
        deep = indent_of(line) >= base + 2
        if kind in (Line.FENCED, Line.CLOSING):
            belongs = inside
        elif kind is Line.TEXT and not deep and marker.match(line):
            starts.append(number)
            belongs = True
        elif kind is Line.OPENING:
            match = opening(line)
            own = match is not None and marker.match(line) is not None
            if own:
                starts.append(number)
            belongs = inside = deep or own
        else:
            lazy = kind is Line.TEXT and not blank and not _ENDS_LIST.match(line)
            belongs = deep or lazy
        if not belongs:
            break
        blank = False
        stop = number + 1
    return starts, stop


def _item(text: Text, lines: Sequence[str], first: int, column: int) -> Text:
    """An item's text: its mark cut off, and the indentation that its other lines share."""
    rest = list(lines[1:])
    while rest and not rest[-1].strip():
        rest.pop()
    shared = min((_spaces(line) for line in rest if line.strip()), default=0)
    head = lines[0][column:]
    body = "\n".join([head.rstrip() if not rest else head, *(line[shared:] for line in rest)])
    span = text.at(first, column + 1, max(1, len(head.rstrip())))
    return Text(body, span, text.indent + shared)


def _spaces(line: str) -> int:
    match = _INDENT.match(line)
    return match.end() if match else 0
