"""The sources of a section as notes behind its cards, each line with the numbers of its cards.

On paper nobody follows a link. So a note has the address to type, if one can be typed; or, where
the section has a code that leads to its page, the name alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape

from markupsafe import Markup, escape

from deckpress.model import Html, PartName
from deckpress.render.plain_text import strip_tags
from exporters.view import Chapter

_LONGEST = 60  # characters; nobody types an address that is longer
_LIST = re.compile(r"\s*<ul>\s*(?:<li>(?:(?!</?(?:li|ul|ol)\b).)*</li>\s*)+</ul>\s*", re.DOTALL)
_LINE = re.compile(r"<li>(.*?)</li>", re.DOTALL)
_LINK = re.compile(r'(<a href="(https?://[^"]+)"[^>]*>)(.*?)(</a>)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Endnote:
    """A source and the numbers of the cards that name it."""

    numbers: tuple[int, ...]
    html: Markup


def endnotes(chapter: Chapter, field: Callable[[Html], Markup], coded: bool) -> tuple[Endnote, ...]:
    """The sources of the cards of `chapter`, in their order, each once.

    `field` renders a field; `coded` says that a QR code leads from the section to its page. A line
    that has nothing but a host is left out.
    """
    found: dict[Html, list[int]] = {}
    for entry in chapter.entries:
        for part in entry.card.parts:
            if part.name is PartName.SOURCES:
                for line in _lines(part.html):
                    found.setdefault(line, []).append(entry.number)
    shown = ((numbers, _shown(line, coded)) for line, numbers in found.items())
    return tuple(
        Endnote(tuple(dict.fromkeys(numbers)), field(line)) for numbers, line in shown if line
    )


def short_address(href: str) -> str:
    """What to type for an address, without what a browser adds; the host if that is too long."""
    place = unescape(href).partition("://")[2].partition("#")[0].removeprefix("www.").rstrip("/")
    return place if len(place) <= _LONGEST else place.partition("/")[0]


def _lines(html: Html) -> Iterator[Html]:
    """The items of a list of sources; what is no plain list is one line."""
    pieces = [piece for piece in html if isinstance(piece, str)]
    text = "".join(pieces)
    if len(pieces) == len(html) and _LIST.fullmatch(text):
        yield from ((line,) for line in _LINE.findall(text))
    else:
        yield html


def _shown(line: Html, coded: bool) -> Html:
    """The line as it is printed; empty if it is of no use."""
    text = "".join(piece for piece in line if isinstance(piece, str))
    words = strip_tags(text).strip().rstrip("/")
    bare = words.partition("://")[2] or words
    hosts = {_host(href) for _, href, _, _ in _LINK.findall(text)}
    paths = {short_address(href) for _, href, _, _ in _LINK.findall(text)} - hosts
    if bare.removeprefix("www.") in hosts and (coded or not paths):
        return ()
    if coded:
        return line
    return tuple(
        _LINK.sub(_with_address, piece) if isinstance(piece, str) else piece for piece in line
    )


def _host(href: str) -> str:
    return unescape(href).partition("://")[2].partition("/")[0].removeprefix("www.")


def _with_address(link: re.Match[str]) -> str:
    start, href, text, end = link.groups()
    if "://" in text:  # an address, which the renderer shows without its scheme
        return link[0]
    address = f'<span class="address">{escape(short_address(href))}</span>'
    if unescape(text) == _host(href):
        return f"{start}{address}{end}"
    return f"{start}{text}{end} {address}"
