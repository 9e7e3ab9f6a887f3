"""Fills the holes of a rendered field, the places at which the outputs differ."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from deckpress.model import ClozeEnd, ClozeStart, Html, LinkEnd, LinkStart, Math, Picture


def join(
    html: Html,
    *,
    math: Callable[[Math], str],
    picture: Callable[[Picture], str],
    cloze_start: Callable[[ClozeStart], str],
    cloze_end: Callable[[ClozeEnd], str],
    link_start: Callable[[LinkStart], str],
    link_end: Callable[[LinkEnd], str],
    text: Callable[[str], str] = str,
) -> Markup:
    """The field `html` as one string of safe HTML.

    Each callback gets one kind of hole and returns the HTML that replaces it, already escaped.
    `text` gets each sanitised string between two holes and returns it, changed if an output needs
    that.
    """
    parts: list[str] = []
    for piece in html:
        match piece:
            case str():
                parts.append(text(piece))
            case Math():
                parts.append(math(piece))
            case Picture():
                parts.append(picture(piece))
            case ClozeStart():
                parts.append(cloze_start(piece))
            case ClozeEnd():
                parts.append(cloze_end(piece))
            case LinkStart():
                parts.append(link_start(piece))
            case LinkEnd():
                parts.append(link_end(piece))
    return Markup("".join(parts))
