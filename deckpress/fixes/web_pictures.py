"""Pictures that a source shows by their address on the web: where they are, and how they move in.

Nothing here touches a network; who fetches them hands over their bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from deckpress.checks.pictures.images import image_problem
from deckpress.diagnostics import Diagnostic, finding
from deckpress.model import RawDeck, Span
from deckpress.reading.lines import split_lines
from deckpress.reading.references import Folder, links
from deckpress.reading.texts import Field, fields
from deckpress.reading.tokens import BOM

_WEB = re.compile(r"https?://[^/\s]", re.IGNORECASE)
_SOURCE = re.compile(r"\ssrc=(?P<mark>[\"'])(?P<address>[^\"']*)(?P=mark)", re.IGNORECASE)
_ENDINGS = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "png"),
    (re.compile(rb"\xff\xd8\xff"), "jpg"),
    (re.compile(rb"GIF8[79]a"), "gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "webp"),
)


@dataclass(frozen=True, slots=True)
class WebPicture:
    """A picture by address, at its place in a source.

    ``start:stop`` of the line is replaced by ``before``, a path and ``after`` when it moves in.
    """

    address: str
    span: Span
    start: int
    stop: int
    before: str = ""
    after: str = ""


def web_pictures(deck: RawDeck) -> list[WebPicture]:
    """The pictures of a deck that have an address on the web, in the order of the source."""
    found: list[WebPicture] = []
    for field in fields(deck):
        if "://" in field.source or deck.definitions:
            found += _in_field(field, deck)
    return found


def _in_field(field: Field, deck: RawDeck) -> Iterator[WebPicture]:
    for link in links(field.source, deck.definitions):
        if not link.image or link.definition or not _WEB.match(link.target):
            continue
        span = field.span(link.start, link.width)
        written = field.source[link.start : link.start + link.width]
        start = span.column - 1
        if link.by_name:
            alt = _alternative(written)
            if alt is not None:
                stop = start + len(written)
                yield WebPicture(link.target, span, start, stop, f"![{alt}](", ")")
        elif written.startswith("<"):
            if tag := _SOURCE.search(written):
                first, last = start + tag.start("address"), start + tag.end("address")
                yield WebPicture(link.target, span, first, last)
        elif "\n" not in written:
            yield WebPicture(link.target, span, start, start + len(written))


def _alternative(written: str) -> str | None:
    """The description in ``![description][name]`` or ``![name]``."""
    if not (written.startswith("![") and written.endswith("]")):
        return None
    return written[2 : written.rindex("][")] if "][" in written else written[2:-1]


def figure_for(address: str, data: bytes) -> tuple[str, str]:
    """The path of a fetched picture in the deck, and why it cannot be shown; one of them is empty.

    The path is made of the address's last part and of the content. The reason is the key of a
    sentence.
    """
    ending = next((name for start, name in _ENDINGS if start.match(data)), "svg")
    if problem := image_problem(f"x.{ending}", data):
        return "", "reason-no-picture" if problem[0] == "D510" else "reason-unsafe-picture"
    last = unquote(urlsplit(address).path.rpartition("/")[2])
    stem = re.sub(r"[^a-z0-9]+", "-", last.rpartition(".")[0].lower() or last.lower()).strip("-")
    name = f"{stem[:40].strip('-') or 'picture'}-{sha256(data).hexdigest()[:12]}.{ending}"
    return f"{Folder.FIGURES.value}{name}", ""


def with_local_pictures(
    text: str, pictures: list[WebPicture], paths: Mapping[str, str]
) -> tuple[str, int]:
    """The text of a source that shows the files at `paths` instead of these addresses.

    `paths` has the path for an address; a picture without one stays. No other byte changes. The
    second value is the number of places.
    """
    mark = BOM if text.startswith(BOM) else ""
    lines = split_lines(text.removeprefix(BOM))
    count = 0
    for each in sorted(pictures, key=lambda each: (each.span.line, each.start), reverse=True):
        if path := paths.get(each.address):
            line = lines[each.span.line - 1]
            fresh = f"{each.before}{path}{each.after}"
            lines[each.span.line - 1] = line[: each.start] + fresh + line[each.stop :]
            count += 1
    return mark + "".join(lines), count


def unfetched(picture: WebPicture, reason: str, values: Mapping[str, str]) -> Diagnostic:
    """The finding that a picture could not be fetched, and why."""
    return finding("D520", picture.span, path=picture.address, reason=reason, **values)
