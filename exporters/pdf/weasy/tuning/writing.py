"""Writing: numbers and names as bytes, and the references to pages."""

from __future__ import annotations

from typing import Any

import pydyf

_to_bytes = pydyf._to_bytes


def tune() -> None:
    """Change the library with which WeasyPrint writes."""
    pydyf._to_bytes = _quick_bytes
    pydyf.PDF.page_references = property(_quick_references)


def _quick_bytes(item: Any) -> bytes:
    """What is written most often without a look at what it might be instead."""
    kind = type(item)
    if kind is bytes:
        known: bytes = item
        return known
    if kind is str:
        return str.encode(item, "ascii")
    if kind is int:
        return b"%d" % item
    if kind is float:
        if item.is_integer():
            return b"%d" % int(item)
        return f"{item:f}".rstrip("0").encode("ascii")
    made: bytes = _to_bytes(item)
    return made


def _quick_references(self: Any) -> tuple[bytes, ...]:
    """Made anew for a new page only: they are asked for with each element of the structure."""
    kids = self.pages["Kids"]
    known: tuple[bytes, ...] = vars(self).get("known_references", ())
    if 3 * len(known) != len(kids):
        known = self.known_references = tuple(b"%d 0 R" % number for number in kids[::3])
    return known
