"""Renders fields for paper: fills the holes of their HTML and fits code, tables and links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import unescape

from markupsafe import Markup, escape

from deckpress.model import Asset, ClozeStart, Html, LinkStart, Math, Picture
from deckpress.print_size import HIGHEST, PAPER_SCALE, Fit, better_fit, least_share
from exporters.pdf.setting.cjk_spacing import add_thin_spaces
from exporters.pdf.setting.code_lines import fit_code
from exporters.pdf.setting.line_breaks import decide_breaks
from exporters.pdf.setting.nesting import INDENT
from exporters.pdf.setting.tables import fit_tables
from exporters.pdf.setting.turning import turned
from exporters.theme.join import join

_DRAWING = "image/svg+xml"
_PIXEL = 25.4 / 96  # millimetres
_MOST_HIGH = 0.75  # of a column: the most that a turned drawing takes
_ICON_HEIGHT = 32  # CSS pixels; a picture up to this height stays in its line of text

_LINK = re.compile(r'(<a href="(https?://[^"]+)"[^>]*>)(.*?)(</a>)', re.DOTALL)
_WIDTH = re.compile(r'<svg[^>]*?\bwidth="([\d.]+)(em|px|)"')


@dataclass(frozen=True, slots=True)
class PaperRenderer:
    """Renders the fields of one sheet.

    `card_numbers` maps the id of each printed card to its number. `scale` is the size of the type
    relative to the usual one. A line of code is marked as too long if it has more than
    `code_characters`, or `code_indent` fewer for each list around it. `width` is that of a field in
    millimetres, `type_size` that of its text in points.

    With `page_of`, a link to a card is followed by the page of that card: it is the start of the
    address of a link, in front of the id of the card.

    With a `height`, that of a column in millimetres, a drawing whose text would be too small is set
    higher than others, or turned, and so is a table that is too wide. `pictures` are those of the
    deck. The text of a drawing that is meant to be as large as the type has this share of it,
    `picture_type`, where the smallest text of the drawing can still be read.

    No sign of a formula is smaller than `least` points, unless the formula is too wide for that.

    Formulas become pictures. `drawings` collects them by name; the sheet needs them as assets.
    """

    card_numbers: Mapping[str, int]
    scale: float = 1.0
    code_characters: int = 50
    code_indent: int = 4
    width: float = 70.0
    type_size: float = 8.4
    page_of: str = ""
    height: float = 0.0
    pictures: Mapping[str, Asset] = field(default_factory=dict)
    picture_type: float = 1.0
    drawings: dict[str, Asset] = field(default_factory=dict)
    least: float = 0.0

    def field(self, html: Html) -> Markup:
        """The field `html` as HTML for paper."""
        targets: list[tuple[int | None, str]] = []

        def link_start(link: LinkStart) -> str:
            number = self.card_numbers.get(link.card)
            targets.append((number, link.card))
            return "" if number is None else f'<a class="card-link" href="#{escape(link.card)}">'

        def link_end(_: object) -> str:
            number, card = targets.pop()
            if number is None:
                return ""
            end = f'<span class="number">{number}</span></a>'
            page = f'<a class="page-of" href="{self.page_of}{escape(card)}"></a>'
            return end + page if self.page_of else end

        joined = join(
            html,
            math=self._math,
            picture=self._picture,
            cloze_start=_gap,
            cloze_end=lambda _: "</b>",
            link_start=link_start,
            link_end=link_end,
        )
        coded = fit_code(add_thin_spaces(joined), self.code_characters, self.code_indent)
        tabled = fit_tables(coded, self.width, self.type_size, _MOST_HIGH * self.height)
        linked = _LINK.sub(_show_address, tabled)
        return Markup(decide_breaks(linked))

    def _math(self, math: Math) -> str:
        drawing = math.svg.encode()
        name = f"formula-{sha256(drawing).hexdigest()[:16]}.svg"
        self.drawings[name] = Asset(name, "image/svg+xml", drawing)
        size = _WIDTH.match(math.svg)
        larger = max(1.0, self.least / (self.type_size * math.least))
        width = f"width:{larger * _em(*size.groups()):.3f}em;" if size else ""
        style = f"{width}vertical-align:{-larger * math.depth / 20:.2f}em"
        image = f'<img class="math" src="asset:{name}" alt="{escape(math.tex)}" style="{style}">'
        return f'<span class="formula">{image}</span>' if math.display else image

    def _picture(self, picture: Picture) -> str:
        """A picture, small enough for a page that also holds its card."""
        source, alt = f"asset:{escape(picture.asset)}", escape(picture.alt)
        if not (picture.width and picture.height):
            return f'<img class="figure" src="{source}" alt="{alt}">'
        if fit := self._better_fit(picture):
            scale, kind = fit.scale, "figure"
            if fit.turned:
                size = [side * scale * _PIXEL for side in (picture.width, picture.height)]
                style = f"width:{size[0]:.2f}mm"
                return turned(
                    f'<img class="figure" src="{source}" alt="{alt}" style="{style}">', *size
                )
        else:
            scale = min(PAPER_SCALE * self.scale, HIGHEST / picture.height)
            kind = "icon" if picture.height <= _ICON_HEIGHT else "figure"
            if kind == "figure":
                scale = min(scale, self._drawing_scale(picture))
        width = max(1, round(picture.width * scale))
        least = self._least_share(picture, scale) if kind == "figure" and self.height else ""
        return f'<img class="{kind}" src="{source}" alt="{alt}" width="{width}"{least}>'

    def _least_share(self, picture: Picture, scale: float) -> str:
        """The attribute that says how much smaller a picture may be (weasy/card_breaks.py)."""
        asset = self.pictures.get(picture.asset)
        assert picture.width
        drawn = min(scale, self.width / _PIXEL / picture.width)
        share = least_share(asset.data if asset else b"", drawn)
        return f' data-least="{share:.3f}"' if share < 1 else ""

    def _drawing_scale(self, picture: Picture) -> float:
        """The largest scale of a picture."""
        usual = PAPER_SCALE * self.scale
        asset = self.pictures.get(picture.asset)
        if asset is None or asset.media_type != _DRAWING:
            return usual
        return usual * max(self.picture_type, least_share(asset.data, usual))

    def _better_fit(self, picture: Picture) -> Fit | None:
        asset = self.pictures.get(picture.asset)
        if not self.height or asset is None or asset.media_type != _DRAWING:
            return None
        wide, higher = (self.width - INDENT) / _PIXEL, _MOST_HIGH * self.height / _PIXEL
        return better_fit(asset.data, wide, higher, PAPER_SCALE * self.scale)


def _em(number: str, unit: str) -> float:
    """A length of an SVG in ems; 1 em is 16 px."""
    return float(number) if unit == "em" else float(number) / 16


def _gap(gap: ClozeStart) -> str:
    return '<b class="gap">'


def _show_address(link: re.Match[str]) -> str:
    """The HTML of a link. A bare address is shown without its scheme."""
    start, href, text, end = link.groups()
    address = unescape(href)
    if unescape(text) == address:
        short = address.partition("://")[2].removesuffix("/")
        return f'{start}<span class="address">{escape(short)}</span>{end}'
    return link[0]
