"""What the holes of a field become on paper, and the few things that paper shows differently."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import unescape

from markupsafe import Markup, escape

from deckpress.model import Asset, ClozeStart, Html, LinkStart, Math, Picture
from exporters.pdf.setting.cjk_spacing import spaced
from exporters.pdf.setting.code_lines import marked
from exporters.pdf.setting.tables import fitted
from exporters.theme.join import join

# A picture's CSS pixels are meant for a screen, where text is 16 px high. On this sheet it is 11.
_SCREEN_TO_PAPER = 0.7
_TALLEST = 420  # CSS pixels: a figure leaves room for its card on the same page
_ICON = 32  # CSS pixels: a picture no higher than that stands in its line of text

_LINK = re.compile(r'(<a href="(https?://[^"]+)"[^>]*>)(.*?)(</a>)', re.DOTALL)
_WIDTH = re.compile(r'<svg[^>]*?\bwidth="([\d.]+)(em|px|)"')


@dataclass(frozen=True, slots=True)
class Paper:
    """Sets fields for one sheet. `numbers` maps each printed card's id to its number, and `scale`
    says how large the sheet's type is beside the usual one; a line of `code` may have so many
    characters before it is marked as one that goes on, or `indent` less for each list around it.
    A field has `room` for so many millimetres, in type of a `size` in points.

    Formulas become pictures; `drawings` collects them by name for the printer.
    """

    numbers: Mapping[str, int]
    scale: float = 1.0
    code: int = 50
    indent: int = 4
    room: float = 70.0
    size: float = 8.4
    drawings: dict[str, Asset] = field(default_factory=dict)

    def field(self, html: Html, hosts: bool = False) -> Markup:
        """A field as HTML. With `hosts`, a link whose text does not say where it goes says so:
        nobody can point at a link on paper.
        """
        targets: list[int | None] = []

        def link_start(link: LinkStart) -> str:
            number = self.numbers.get(link.card)
            targets.append(number)
            return "" if number is None else f'<a class="card-link" href="#{escape(link.card)}">'

        def link_end(_: object) -> str:
            number = targets.pop()
            return "" if number is None else f'<span class="number">{number}</span></a>'

        joined = join(
            html,
            math=self._math,
            picture=self._picture,
            cloze_start=_gap,
            cloze_end=lambda _: "</b>",
            link_start=link_start,
            link_end=link_end,
        )
        coded = marked(spaced(joined), self.code, self.indent)
        tabled = fitted(coded, self.room, self.size)
        return Markup(_LINK.sub(lambda link: _shown(link, hosts), tabled))

    def _math(self, math: Math) -> str:
        drawing = math.svg.encode()
        name = f"formula-{sha256(drawing).hexdigest()[:16]}.svg"
        self.drawings[name] = Asset(name, "image/svg+xml", drawing)
        size = _WIDTH.match(math.svg)
        width = f"width:{_em(*size.groups()):.3f}em;" if size else ""
        style = f"{width}vertical-align:{-math.depth / 20:.2f}em"
        image = f'<img class="math" src="asset:{name}" alt="{escape(math.tex)}" style="{style}">'
        return f'<span class="formula">{image}</span>' if math.display else image

    def _picture(self, picture: Picture) -> str:
        """A figure on a line of its own, no larger than a page can hold beside its card."""
        size = ""
        kind = "figure"
        if picture.width and picture.height:
            scale = min(_SCREEN_TO_PAPER * self.scale, _TALLEST / picture.height)
            size = f' width="{max(1, round(picture.width * scale))}"'
            kind = "icon" if picture.height <= _ICON else "figure"
        source = f"asset:{escape(picture.asset)}"
        return f'<img class="{kind}" src="{source}" alt="{escape(picture.alt)}"{size}>'


def _em(number: str, unit: str) -> float:
    return float(number) if unit == "em" else float(number) / 16


def _gap(gap: ClozeStart) -> str:
    return '<b class="gap">'


def _shown(link: re.Match[str], hosts: bool) -> str:
    """A bare address without its scheme; in the sources, a named link with its host."""
    start, href, text, end = link.groups()
    address = unescape(href)
    if unescape(text) == address:
        short = address.partition("://")[2].removesuffix("/")
        return f'{start}<span class="address">{escape(short)}</span>{end}'
    host = address.partition("://")[2].partition("/")[0].removeprefix("www.")
    if not hosts or host in text:
        return link[0]
    return f'{start}{text}{end} <span class="host">{escape(host)}</span>'
