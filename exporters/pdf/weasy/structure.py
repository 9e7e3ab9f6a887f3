"""The structure tree of a tagged PDF, improved before it is written.

WeasyPrint tags every stretch of text in a line as a Span of its own (upstream: #2482), gives table
headers no Scope (#2508), and names them by numbers that repeat in the next document.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pydyf

# Structure types that say nothing about their text, and types that may hold text directly.
_MUTE = ("/Span", "/NonStruct")
_HOLD_TEXT = (
    *("/P", "/H1", "/H2", "/H3", "/H4", "/H5", "/H6", "/LBody", "/Lbl", "/Link", "/TD", "/TH"),
    *("/Caption", "/Div", *_MUTE),
)


def tidy(pdf: Any, prefix: str) -> None:
    """Improve the structure tree of `pdf`, a document of pydyf, in place.

    Spans that say nothing are removed, and table headers get a Scope. The ids of headers begin
    with `prefix`, so that they differ from those of other documents, and are listed in the IDTree.
    Elements without content of their own do not name their page, which is moved when a book is
    bound.
    """
    _unwrap(pdf)
    _forget_pages(pdf)
    _scope_headers(pdf)
    _name_headers(pdf, prefix)


def _unwrap(pdf: Any) -> None:
    """Move the text of mute elements into the elements around them.

    WeasyPrint makes an element of each stretch of text in a line: half of all objects in the file.
    """
    elements = {item.reference: item for item in _of_type(pdf, "/StructElem")}
    above: dict[bytes, bytes] = {}
    for reference, item in reversed(elements.items()):
        parent = elements.get(item["P"])
        if parent is None or item["S"] not in _MUTE or parent["S"] not in _HOLD_TEXT:
            continue
        kids = parent["K"]
        if parent["Pg"] == item["Pg"] and all(isinstance(kid, int) for kid in item["K"]):
            place = kids.index(reference)
            kids[place : place + 1] = item["K"]
            above[reference] = item["P"]
            item.clear()  # and not `free`, of which pydyf counts the objects wrong
    for root in _of_type(pdf, "/StructTreeRoot"):
        numbered = pdf.objects[int(root["ParentTree"].split()[0])]["Nums"]
        for parents in numbered[1::2]:
            if isinstance(parents, list):
                parents[:] = [_kept(reference, above) for reference in parents]


def _kept(reference: bytes, above: dict[bytes, bytes]) -> bytes:
    while reference in above:
        reference = above[reference]
    return reference


def _forget_pages(pdf: Any) -> None:
    """Remove the page from what needs none (ISO 32000-1, tables 323 and 325)."""
    objects = {item.reference for item in _of_type(pdf, "/OBJR")}
    for item in _of_type(pdf, "/OBJR"):
        item.pop("Pg", None)
    for item in _of_type(pdf, "/StructElem"):
        if not any(isinstance(kid, int) or kid in objects for kid in item["K"]):
            item.pop("Pg", None)


def _scope_headers(pdf: Any) -> None:
    """Give each table header its Scope (ISO 32000-1, 14.8.5.7).

    A header in a row with cells belongs to that row, a header among headers to its column.
    """
    elements = {item.reference: item for item in _of_type(pdf, "/StructElem")}
    for row in elements.values():
        if row.get("S") == "/TR":
            cells = [elements[kid] for kid in row["K"] if kid in elements]
            scope = "/Row" if any(cell["S"] == "/TD" for cell in cells) else "/Column"
            for cell in cells:
                if cell["S"] == "/TH":
                    cell["A"]["Scope"] = scope


def _name_headers(pdf: Any, prefix: str) -> None:
    named: list[tuple[bytes, Any, Any]] = []
    renamed: dict[str, Any] = {}
    for item in _of_type(pdf, "/StructElem"):
        if "ID" in item:
            old = item["ID"].string
            renamed[old] = item["ID"] = pydyf.String(prefix + old)
            named.append(((prefix + old).encode(), item["ID"], item.reference))
    if not named:
        return
    for item in _of_type(pdf, "/StructElem"):
        headers = item.get("A", {}).get("Headers", [])
        headers[:] = [renamed[header.string] for header in headers]
    named.sort(key=lambda each: each[0])
    for root in _of_type(pdf, "/StructTreeRoot"):
        root["IDTree"] = pydyf.Dictionary(
            {
                "Names": pydyf.Array([value for _, *pair in named for value in pair]),
                "Limits": pydyf.Array([named[0][1], named[-1][1]]),
            }
        )


def _of_type(pdf: Any, kind: str) -> Iterator[Any]:
    for item in pdf.objects:
        if isinstance(item, pydyf.Dictionary) and item.get("Type") == kind:
            yield item
