"""How large the text of a drawing is on paper, where a picture is as small as its place.

A drawing whose text could not be read in a column is set higher than others, or turned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from xml.etree import ElementTree

# A picture is meant for a screen, where text is 16 px high; on paper, text of 11 px is usual.
PAPER_SCALE = 0.7
HIGHEST = 420  # CSS pixels on paper; so there is room for the card of a figure on the same page
# The places of pictures on the usual paper, in CSS pixels: the text of a card in one of two
# columns, and a flash card of eight on a page.
_COLUMN, _CARD = (281, HIGHEST), (329, 124)
_HIGHER = 751  # CSS pixels; as high is a turned drawing at most: three quarters of a column of A4
_LEAST = 5.0  # points; what is smaller cannot be read
_WELL = 5.1  # points; no drawing is made smaller than that to save room
_LEAST_SHARE = 0.6  # nor below this share of its size
_ENOUGH = 6.0  # points; a drawing is made no larger than its text needs
_MOST_RULES = 500  # type sizes in one drawing; the last ones count
_MEDIUM = 16.0  # pixels; the size of text that has none
_POINTS = 0.75  # in a CSS pixel

_PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "mm": 96 / 25.4,
    "cm": 96 / 2.54,
    "in": 96.0,
}
_LENGTH = re.compile(r"\s*(\d*\.?\d+)\s*([a-z%]*)", re.IGNORECASE)
_DECLARED = re.compile(
    r"(?:^|[;{\s])font(?:-size\s*:\s*([^;}!]+)|\s*:[^;}]*?([\d.]+(?:px|pt|em|rem|%)))"
)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SIMPLE = re.compile(r"([a-zA-Z]*)((?:[.#][\w-]+)*)$")
_SCALE = re.compile(r"scale\(\s*([\d.]+)")
_MATRIX = re.compile(r"matrix\(\s*([\d.]+)")


# A type size of a style sheet: for which tag, with which classes and id, and which.
_Rule = tuple[str, frozenset[str], str]


@dataclass(frozen=True, slots=True)
class SmallText:
    """Text that is too small: the code of the finding, and its values.

    `size` is that on paper in points, and `needed` the size in the drawing, in pixels, in which it
    could be read.
    """

    code: str
    size: str
    needed: str


@dataclass(frozen=True, slots=True)
class Fit:
    """How a drawing is set: its scale, and whether it is turned by a right angle."""

    scale: float
    turned: bool


@dataclass(frozen=True, slots=True)
class _Drawing:
    """The width and height of a drawing, and the size of its smallest text, in pixels."""

    width: float
    height: float
    smallest: float

    def scale(self, wide: float, high: float, most: float = PAPER_SCALE) -> float:
        return min(most, wide / self.width, high / self.height)

    def points(self, scale: float) -> float:
        return self.smallest * scale * _POINTS

    def legible(self, scale: float) -> bool:
        return self.points(scale) >= _LEAST - 0.05

    def better_fit(self, wide: float, high: float, higher: float, most: float) -> Fit | None:
        usual = self.scale(wide, high, most)
        if self.legible(usual):
            return None
        upright = self.scale(wide, higher, most)
        turned = self.scale(higher, wide, most)
        if max(upright, turned) <= usual:
            return None
        enough = max(usual, _ENOUGH / self.points(1))
        if self.legible(upright) or upright >= turned:
            return Fit(min(upright, enough), turned=False)
        return Fit(min(turned, enough), turned=True)


def better_fit(svg: bytes, wide: float, higher: float, scale: float = PAPER_SCALE) -> Fit | None:
    """How to set a drawing whose text could not be read as usual; None for any other.

    A column is `wide` and may hold a drawing that is `higher` than usual, in CSS pixels. No drawing
    is larger than `scale`.
    """
    drawing = _measured(svg)
    return drawing.better_fit(wide, HIGHEST, higher, scale) if drawing else None


def least_share(svg: bytes, scale: float) -> float:
    """How much smaller a drawing of this scale may be so that its text can be read well."""
    drawing = _measured(svg)
    if drawing is None:
        return _LEAST_SHARE
    return min(1.0, max(_LEAST_SHARE, _WELL / drawing.points(scale)))


def small_text(svg: bytes, on_card: bool) -> SmallText | None:
    """The smallest text of a drawing, if it cannot be read on paper.

    A picture that is `on_card` is also printed on a flash card. A drawing that cannot be parsed, or
    has no size or no text, is not too small.
    """
    drawing = _measured(svg)
    if drawing is None:
        return None
    better = drawing.better_fit(*_COLUMN, _HIGHER, PAPER_SCALE)
    scales = [("D517", better.scale if better else drawing.scale(*_COLUMN))]
    if on_card:
        scales.append(("D518", drawing.scale(*_CARD)))
    for code, scale in scales:
        if not drawing.legible(scale):
            size = f"{drawing.points(scale):.1f}"
            return SmallText(code, size, str(ceil(_LEAST / (scale * _POINTS))))
    return None


def _measured(svg: bytes) -> _Drawing | None:
    try:
        root = ElementTree.fromstring(svg)
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
    box = [_pixels(part, 0) for part in (root.get("viewBox") or "").replace(",", " ").split()]
    across, down = box[2:] if len(box) == 4 else (0, 0)
    width = _pixels(root.get("width"), 0) or across
    height = _pixels(root.get("height"), 0) or down
    if not width or not height:
        return None
    unit = width / across if across else 1.0
    smallest = min(_sizes(root, _rules(root), unit), default=None)
    return _Drawing(width, height, smallest) if smallest else None


def _sizes(root: ElementTree.Element, rules: Sequence[_Rule], unit: float) -> Iterator[float]:
    """The sizes of all texts of a drawing, in pixels. Its own unit has `unit` pixels."""
    stack = [(root, _MEDIUM, unit)]
    while stack:
        node, around, scale = stack.pop()
        own = _own_size(node, rules, around)
        turned = node.get("transform") or ""
        if found := _SCALE.search(turned) or _MATRIX.search(turned):
            scale *= float(found[1])
        tag = _local(node)
        if tag in ("text", "tspan") and (node.text or "").strip():
            yield own * scale
        if tag not in ("style", "defs", "title", "desc"):
            stack += [(child, own, scale) for child in node]


def _own_size(node: ElementTree.Element, rules: Sequence[_Rule], around: float) -> float:
    """The type size of an element: of its style, the last rule that fits it, its attribute."""
    tag = _local(node)
    names = {f".{name}" for name in (node.get("class") or "").split()} | {f"#{node.get('id')}"}
    fitting = [value for of, needed, value in rules if of in ("", tag) and needed <= names]
    inline = _DECLARED.search(node.get("style") or "")
    written = _size(inline) if inline else fitting[-1] if fitting else node.get("font-size")
    return _pixels(written, around)


def _pixels(length: str | None, around: float) -> float:
    """A length in pixels, in text that is `around` pixels high, which is also the default."""
    found = _LENGTH.match(length or "")
    if found is None:
        return around
    number, unit = float(found[1]), found[2].lower()
    if unit in _PIXELS:
        return number * _PIXELS[unit]
    return number * {"em": around, "%": around / 100, "rem": _MEDIUM}.get(unit, around)


def _size(declared: re.Match[str]) -> str:
    return declared[1] or declared[2]


def _rules(root: ElementTree.Element) -> list[_Rule]:
    """The type sizes of the style sheets of a drawing."""
    found = []
    for element in root.iter():
        if _local(element) != "style":
            continue
        for selectors, body in _RULE.findall("".join(element.itertext())):
            if size := _DECLARED.search(body):
                for selector in selectors.split(","):
                    last = _SIMPLE.search((selector.split() or [""])[-1])
                    if last and (last[1] or last[2]):
                        names = frozenset(re.findall(r"[.#][\w-]+", last[2]))
                        found.append((last[1], names, _size(size)))
    return found[-_MOST_RULES:]


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]
