"""Renders fields for a screen: fills the holes of their HTML."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from markupsafe import Markup, escape

from deckpress.model import Asset, ClozeStart, Html, LinkStart, Math, Picture
from exporters.theme.join import join
from exporters.view import replace_gaps

# The ids in an SVG, and the references to them.
_ID_OR_REFERENCE = re.compile(r'(\bid="|href="#|url\(#)([^")]+)')

# An empty corner of a table is no heading, so a screen reader should not announce it as one.
_EMPTY_HEADING = re.compile(r'<th((?: class="[a-z]+")?)></th>')

# Code without the name of a file, with the name of its language above it.
_CODE = re.compile(r'<div class="code">(?=<pre><code class="lang-([^"]+)")')
_NAMED = r'<div class="code" data-lang="\1">'

_MARK = re.compile("\0[^\0]+\0")

# Characters that need no escape in a data URI, so that an SVG stays readable and compresses well.
_UNQUOTED = "!$'()*+,-./:;=?@_~"


@dataclass(frozen=True, slots=True)
class ScreenRenderer:
    """Renders the fields of one page, each field once.

    `link_targets` are the ids to which links can lead. `depths` collects how far the formulas hang
    below the baseline, in twentieths of an em. The style sheet has a class for each depth, since
    the page's content security policy forbids style attributes. Pictures have no source before
    `with_sources`.
    """

    link_targets: frozenset[str]
    assets: Mapping[str, Asset]
    depths: set[int] = field(default_factory=set)
    _shown: set[str] = field(default_factory=set)
    _formula_counts: Counter[str] = field(default_factory=Counter)

    def field(self, html: Html) -> Markup:
        """The field `html` as HTML for the page, with its gaps filled in and marked."""
        return join(
            html,
            math=self._math,
            picture=self._picture,
            cloze_start=_gap,
            cloze_end=lambda _: "</mark>",
            link_start=self._link,
            link_end=lambda _: "</a>",
            text=lambda text: _CODE.sub(_NAMED, _EMPTY_HEADING.sub(r"<td\1></td>", text)),
        )

    def blank(self, html: Html) -> Markup:
        """The field `html` with its gaps left open, as the question shows it."""
        return self.field(replace_gaps(html, _blank))

    @property
    def shown(self) -> list[Asset]:
        """The pictures that are on the page so far, in the order of their names."""
        return [self.assets[name] for name in sorted(self._shown)]

    def _link(self, link: LinkStart) -> str:
        """The start of a link. If its card is not on this page, the link leads nowhere."""
        return f'<a href="#{escape(link.card)}">' if link.card in self.link_targets else "<a>"

    def _math(self, math: Math) -> str:
        self.depths.add(math.depth)
        self._formula_counts[math.svg] += 1
        svg = _with_own_ids(math.svg, self._formula_counts[math.svg])
        names = "math" if math.display else f"math d{math.depth}"
        image = svg.replace("<svg", f'<svg class="{names}"', 1)
        return f'<span class="formula">{image}</span>' if math.display else image

    def _picture(self, picture: Picture) -> str:
        asset = self.assets[picture.asset]
        self._shown.add(asset.name)
        size = ""
        if picture.width and picture.height:
            size = f' width="{picture.width}" height="{picture.height}"'
        drawn = ' class="drawn"' if picture.drawn else ""
        return f'<img{drawn} {_mark(asset)} alt="{escape(picture.alt)}"{size}>'

    def with_sources(self, html: str, source: Callable[[Asset], str]) -> str:
        """`html` made of fields, with the address `source` of each picture."""
        sources = {_mark(asset): f'src="{escape(source(asset))}"' for asset in self.shown}
        return _MARK.sub(lambda mark: sources.get(mark[0], mark[0]), html)


def _mark(asset: Asset) -> str:
    """What stands for the source of a picture at first: no source can hold such a character."""
    return f"\0{asset.name}\0"


def data_uri(media_type: str, data: bytes) -> str:
    """`data` as a data URI: an SVG is percent-encoded, everything else is in base64."""
    if media_type == "image/svg+xml":
        return f"data:{media_type},{quote(data, safe=_UNQUOTED)}"
    return f"data:{media_type};base64,{b64encode(data).decode('ascii')}"


def _gap(start: ClozeStart) -> str:
    """The start of a filled gap. The study view needs its number and hint."""
    hint = f' data-hint="{escape(start.hint)}"' if start.hint else ""
    return f'<mark class="gap" data-gap="{start.number}"{hint}>'


def _blank(start: ClozeStart, _: Html) -> str:
    return f'<span class="blank">{escape(start.hint or "…")}</span>'


def _with_own_ids(svg: str, time: int) -> str:
    """The SVG of a formula that appears for the `time`-th time, with ids of its own.

    An id must be unique on a page.
    """
    return svg if time == 1 else _ID_OR_REFERENCE.sub(rf"\1\2-{time}", svg)
