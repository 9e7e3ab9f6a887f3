"""QR codes that lead from paper to the sections of the web page."""

from __future__ import annotations

import io

import segno

from deckpress.homepage import page_address
from deckpress.model import Asset, Deck


def qr_codes(deck: Deck) -> dict[str, Asset]:
    """A QR code for each section, by the name of its picture; none if `deck` has no web page."""
    address = page_address(deck.meta.homepage)
    if not address:
        return {}
    found = {}
    for section in deck.sections:
        name = f"code-{section.id}.svg"
        drawing = io.BytesIO()
        code = segno.make(f"{address}#{section.id}", micro=False, error="m")
        code.save(drawing, kind="svg", border=0, xmldecl=False, svgns=True, dark="#000")
        found[name] = Asset(name, "image/svg+xml", drawing.getvalue())
    return found
