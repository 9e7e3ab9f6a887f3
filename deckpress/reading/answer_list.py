"""Cuts the list out of the answer of a choice card or an ordered card."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deckpress.commonmark.document import Document, parse
from deckpress.diagnostics import Diagnostic, finding
from deckpress.model import CardKind, RawItem, Text

_MARK = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?:[ \t]++|$)")
_BOX = re.compile(r"\[(?P<mark>[^\[\]]{0,2})\](?!\()(?P<space>[ \t]++|$)?")
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
    extent = next(_lists(parse(text.source), kind), None)
    if extent is None:
        return Body(cut_lines(text, 0, 0), (), text, ())
    starts, stop = extent
    items = []
    found: list[Diagnostic] = []
    for first, end in zip(starts, [*starts[1:], stop], strict=True):
        match = _MARK.match(lines[first])
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
        cut_lines(text, 0, starts[0]), tuple(items), cut_lines(text, stop, len(lines)), tuple(found)
    )


def second_list(text: Text) -> int | None:
    """The line (from 0) of a task list at the margin of a text; None if it has none."""
    if "[" not in text.source:
        return None
    extent = next(_lists(parse(text.source), CardKind.CHOICE), None)
    return extent[0][0] if extent else None


def _lists(document: Document, kind: CardKind) -> Iterator[tuple[list[int], int]]:
    """The lists at the margin that fit the `kind` of a card.

    Of each there are the lines on which its items begin, and the line behind its last one.
    """
    opening = "bullet_list_open" if kind is CardKind.CHOICE else "ordered_list_open"
    starts: list[int] = []
    end = 0
    inside = fits = False
    for token in document.tokens:
        if token.type == opening and not token.level and token.map:
            starts, end = [], token.map[1]
            inside, fits = True, kind is not CardKind.CHOICE
        elif token.type == "list_item_open" and token.level == 1 and token.map and inside:
            starts.append(token.map[0])
            fits = fits or _has_box(document.line(token.map[0]))
        elif token.type.endswith("_list_close") and not token.level:
            if inside and fits:
                yield starts, end
            inside = False


def _has_box(line: str) -> bool:
    match = _MARK.match(line)
    return match is not None and _BOX.match(line, match.end()) is not None


def _box_width(box: re.Match[str] | None) -> int:
    return len(box.group().rstrip()) if box else 1


def _item_text(text: Text, lines: Sequence[str], first: int, column: int) -> Text:
    """An item's text, without its mark and without the indentation that its other lines share.

    What is indented by four more than the text of the item is code, and stays so.
    """
    rest = list(lines[1:])
    while rest and not rest[-1].strip():
        rest.pop()
    shared = min((_margin(line) for line in rest if line.strip()), default=0)
    mark = _MARK.match(lines[0])
    width = len(mark.group().rstrip()) + 1 if mark else 0
    if shared >= width + 4:
        shared = width
    head = lines[0][column:]
    body = "\n".join([head.rstrip() if not rest else head, *(line[shared:] for line in rest)])
    span = text.at(first, column + 1, max(1, len(head.rstrip())))
    return Text(body, span, text.indent + shared)


def _margin(line: str) -> int:
    match = _INDENT.match(line)
    return match.end() if match else 0
