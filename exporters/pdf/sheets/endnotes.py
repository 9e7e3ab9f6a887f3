"""The sources of a section as notes behind its cards, each source with the numbers of its cards.

On paper nobody follows a link. So a note has the address to type, if one can be typed; or, where
the section has a code that leads to its page, the name alone. Sources with one address, such as
the directives on one page of a manual, share a note, which says it once.
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
class Source:
    """A source and the numbers of the cards that name it."""

    numbers: tuple[int, ...]
    html: Markup


# Sources that have one address, which stands behind the last of them.
Endnote = tuple[Source, ...]


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
    notes: dict[object, list[Html]] = {}
    for line in found:
        if _is_useful(line, coded):
            key = "" if coded else _address_of_name(line)
            notes.setdefault(key or line, []).append(line)

    def source(line: Html, addressed: bool) -> Source:
        html = _with_addresses(line) if addressed else line
        return Source(tuple(dict.fromkeys(found[line])), field(html))

    return tuple(
        tuple(source(line, not coded and line is lines[-1]) for line in lines)
        for lines in notes.values()
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


def _text(line: Html) -> str:
    return "".join(piece for piece in line if isinstance(piece, str))


def _is_useful(line: Html, coded: bool) -> bool:
    """Whether the line has more than a host, or an address behind it that is printed."""
    text = _text(line)
    words = strip_tags(text).strip().rstrip("/")
    bare = words.partition("://")[2] or words
    hosts = {_host(href) for _, href, _, _ in _LINK.findall(text)}
    paths = {short_address(href) for _, href, _, _ in _LINK.findall(text)} - hosts
    return bare.removeprefix("www.") not in hosts or bool(paths and not coded)


def _address_of_name(line: Html) -> str:
    """The address that is printed behind a line if that is a name with a link; or nothing."""
    link = _LINK.fullmatch(_text(line).strip()) if len(line) == 1 else None
    if link is None:
        return ""
    _, href, name, end = link.groups()
    alone = end not in name and "://" not in name and unescape(name) != _host(href)
    return short_address(href) if alone else ""


def _with_addresses(line: Html) -> Html:
    """The line with the addresses of its links behind their names."""
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
