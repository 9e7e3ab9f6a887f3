"""What the holes of a field become on a screen."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from markupsafe import Markup, escape

from deckpress.model import Asset, ClozeStart, Html, LinkStart, Math, Picture
from exporters.theme.join import join
from exporters.view import blanked

# The ids of a drawing and what refers to them.
_REFERENCE = re.compile(r'(\bid="|href="#|url\(#)([^")]+)')

# The corner of a table, which heads nothing: to a screen reader it is not a heading either.
_EMPTY_HEADING = re.compile(r'<th((?: class="[a-z]+")?)></th>')

# What may stand in an address as it is, so that a drawing stays readable text and packs well.
_SAFE = "!$'()*+,-./:;=?@_~"


@dataclass(frozen=True, slots=True)
class Screen:
    """Sets fields for one page, each once. `anchors` are the ids that links can lead to.

    `depths` collects how far the page's formulas hang below their line, in twentieths of an em:
    the page's policy forbids to say so on the formula itself.
    """

    anchors: frozenset[str]
    assets: Mapping[str, Asset]
    depths: set[int] = field(default_factory=set)
    _drawn: Counter[str] = field(default_factory=Counter)

    def field(self, html: Html) -> Markup:
        """A field as HTML, its gaps filled in and marked."""
        return join(
            html,
            math=self._math,
            picture=self._picture,
            cloze_start=_gap,
            cloze_end=lambda _: "</mark>",
            link_start=self._link,
            link_end=lambda _: "</a>",
            text=lambda text: _EMPTY_HEADING.sub(r"<td\1></td>", text),
        )

    def blank(self, html: Html) -> Markup:
        """The same with its gaps left open, as the card asks it."""
        return self.field(blanked(html, _blank))

    def _link(self, link: LinkStart) -> str:
        """A link whose card is not on this page keeps its words and leads nowhere."""
        return f'<a href="#{escape(link.card)}">' if link.card in self.anchors else "<a>"

    def _math(self, math: Math) -> str:
        self.depths.add(math.depth)
        self._drawn[math.svg] += 1
        svg = _again(math.svg, self._drawn[math.svg])
        names = "math" if math.display else f"math d{math.depth}"
        image = svg.replace("<svg", f'<svg class="{names}"', 1)
        return f'<span class="formula">{image}</span>' if math.display else image

    def _picture(self, picture: Picture) -> str:
        asset = self.assets[picture.asset]
        size = ""
        if picture.width and picture.height:
            size = f' width="{picture.width}" height="{picture.height}"'
        drawn = ' class="drawn"' if picture.drawn else ""
        source = escape(data_uri(asset.media_type, asset.data))
        return f'<img{drawn} src="{source}" alt="{escape(picture.alt)}"{size}>'


def data_uri(media_type: str, data: bytes) -> str:
    """A file as an address that needs no request: text percent-encoded, all else in base64."""
    if media_type == "image/svg+xml":
        return f"data:{media_type},{quote(data, safe=_SAFE)}"
    return f"data:{media_type};base64,{b64encode(data).decode('ascii')}"


def _gap(start: ClozeStart) -> str:
    """Its number and hint are for studying, gap by gap."""
    hint = f' data-hint="{escape(start.hint)}"' if start.hint else ""
    return f'<mark class="gap" data-gap="{start.number}"{hint}>'


def _blank(start: ClozeStart, _: Html) -> str:
    return f'<span class="blank">{escape(start.hint or "…")}</span>'


def _again(svg: str, time: int) -> str:
    """A formula drawn before gets ids of its own: an id stands on a page once."""
    return svg if time == 1 else _REFERENCE.sub(rf"\1\2-{time}", svg)
