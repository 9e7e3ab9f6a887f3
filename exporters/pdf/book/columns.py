"""Puts the columns of printed parts side by side on the pages of a book.

A part is printed column by column, each on a page of its own at the place of the first column. So a
part may begin in any column of a page: right behind the part before it, of which it knows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import ceil
from typing import Any, Protocol

from pikepdf import Array, Dictionary, Name, Pdf

_MARKED = re.compile(rb"/MCID (\d+)")
# Kinds of resources that are called by their names in a page; fonts have the same ones everywhere.
_NAMED = ("/ExtGState", "/XObject", "/Pattern", "/Shading", "/ColorSpace")


class Columns(Protocol):
    """Columns that follow one another."""

    def __len__(self) -> int:
        """Their number."""

    @property
    def slots(self) -> int:
        """How many of them a page has room for."""

    @property
    def begins_page(self) -> bool:
        """Whether they begin a page."""

    @property
    def below(self) -> int:
        """How many of the first of them stand below the last ones before."""


def place_columns(
    parts: Iterable[Columns], before: int = 0
) -> Iterator[tuple[tuple[int, int], ...]]:
    """The page and the slot on it, both from 0, of each column of each part.

    There are `before` pages already.
    """
    page, used = before - 1, Fraction(1)
    for part in parts:
        used = Fraction(1) if part.begins_page else used - Fraction(part.below, part.slots)
        placed = []
        for _ in range(len(part)):
            slot = ceil(used * part.slots)
            if slot >= part.slots:
                page, slot = page + 1, 0
            placed.append((page, slot))
            used = Fraction(slot + 1, part.slots)
        yield tuple(placed)


def add_column(pdf: Pdf, page: Any, column: Any, shift: float, marked: int) -> None:
    """Draw the page `column` on `page` of the same `pdf`, `shift` points further right.

    `marked` is the number of marked contents that `page` has; those of `column` are counted on. If
    the two have not the same resources, `page` gets a new dictionary of them.
    """
    names = _share_resources(pdf, page, column)
    drawn = _MARKED.sub(
        lambda found: b"/MCID %d" % (int(found[1]) + marked), column.Contents.read_bytes()
    )
    if names:
        called = b"|".join(re.escape(name) for name in names)
        drawn = re.sub(rb"(%b)(?=\s)" % called, lambda found: names[found[1]], drawn)
    before, after = b"q\n", b"\nQ\nq 1 0 0 1 %.3f 0 cm\n" % shift
    if isinstance(page.Contents, Array):
        page.Contents.append(pdf.make_stream(after[3:] + drawn + b"\nQ"))
    else:
        page.Contents = Array(
            [
                pdf.make_stream(before),
                page.Contents,
                pdf.make_stream(after + drawn + b"\nQ"),
            ]
        )
    if Name.Annots in column:
        if Name.Annots not in page:
            page.Annots = Array()
        for annotation in column.Annots:
            annotation.Rect = _shifted(annotation.Rect, shift)
            page.Annots.append(annotation)


def move_structure(elements: Sequence[Any], page: Any, marked: int) -> None:
    """Let the structure `elements` of a column that is now on `page` say so."""
    done = set()
    for element in elements:
        if element.objgen in done:
            continue
        done.add(element.objgen)
        element.Pg = page
        kids = element.K
        for at, kid in enumerate(kids):
            if isinstance(kid, int):
                kids[at] = kid + marked


def _share_resources(pdf: Pdf, page: Any, column: Any) -> dict[bytes, bytes]:
    """Give `page` the resources of `column` too; return new names for those whose name is taken."""
    if page.Resources.objgen == column.Resources.objgen:
        return {}
    shared = Dictionary(dict(page.Resources.items()))
    renamed: dict[bytes, bytes] = {}
    for kind, added in column.Resources.items():
        if not isinstance(added, Dictionary):
            continue
        both = Dictionary(dict(shared.get(kind, Dictionary()).items()))
        for name, resource in added.items():
            free = name
            if kind in _NAMED and name in both and both[name] != resource:
                free = next(f"{name}-{n}" for n in range(1, 1000) if f"{name}-{n}" not in both)
                renamed[name.encode()] = free.encode()
            both[free] = resource
        shared[kind] = both
    page.Resources = pdf.make_indirect(shared)
    return renamed


def _shifted(box: Any, shift: float) -> Array:
    left, bottom, right, top = map(float, box)
    return Array([left + shift, bottom, right + shift, top])
