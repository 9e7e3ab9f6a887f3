"""Hatches the areas of a chart that are told apart by their colours alone.

Charts of Mermaid name their series in a legend by colour: the slices of a pie, the bars of an XY
chart. Printed in grey, two colours may be the same; two hatches never are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from PIL import ImageColor

_SVG = "http://www.w3.org/2000/svg"
_AREAS = ("path", "rect", "circle", "ellipse", "polygon")
_STYLE_FILL = re.compile(r"\bfill\s*:\s*([^;]+)")
# How areas are filled, in turn: with a grey, or with a tile of strokes and their width. A ground
# below the strokes would show the seams of the tiles.
_TILE = 12
_DIAGONAL, _BACK = "M-1,13L13,-1M-1,1L1,-1M11,13L13,11", "M-1,-1L13,13M11,-1L13,1M-1,11L1,13"
_FILLINGS: tuple[str | tuple[str, float], ...] = (
    (_DIAGONAL, 1.2),
    "#d4d4d4",
    ("M2,3h2M8,9h2", 2.0),
    "#ffffff",
    (_BACK, 2.4),
    ("M0,6h12", 1.2),
    (_DIAGONAL + _BACK, 0.8),
    "#a8a8a8",
    ("M3,0v12M9,0v12", 0.8),
    ("M1,3h4M7,9h4", 4.0),
    ("M0,3h12M0,9h12M3,0v12M9,0v12", 0.6),
    ("M0,3h12M0,9h12", 2.0),
)


def hatch(svg: bytes) -> bytes:
    """A drawing with its charts hatched: areas of one colour alike, and each with an outline.

    A drawing without a chart, or with one colour in it, does not change.

    Raises:
        ValueError: it is no XML.
    """
    if b"pieCircle" not in svg and b"bar-plot" not in svg:
        return svg
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise ValueError("no drawing") from error
    areas = [(area, color) for area in _chart_areas(root) if (color := _fill(area))]
    numbers = {color: number for number, color in enumerate(dict.fromkeys(c for _, c in areas))}
    if len(numbers) < 2:
        return svg
    for area, color in areas:
        area.attrib.pop("style", None)
        area.set("fill", _filling(numbers[color] % len(_FILLINGS)))
        area.set("stroke", "#000000")
        area.set("stroke-width", "1")
    root.insert(0, _patterns(len(numbers)))
    ElementTree.register_namespace("", _SVG)
    return ElementTree.tostring(root)


def _chart_areas(root: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """The slices of pies, the bars of XY charts, and what a legend shows of them."""
    for group in root.iter(f"{{{_SVG}}}g"):
        kind = group.get("class", "")
        in_chart = kind == "legend" or kind.startswith("bar-plot")
        for child in group:
            is_area = child.tag.rpartition("}")[2] in _AREAS
            if is_area and (in_chart or "pieCircle" in child.get("class", "")):
                yield child


def _fill(area: ElementTree.Element) -> tuple[int, ...] | None:
    """The colour of an area, however it is written."""
    in_style = _STYLE_FILL.search(area.get("style", ""))
    try:
        return ImageColor.getrgb(in_style[1].strip() if in_style else area.get("fill", ""))
    except ValueError:
        return None


def _filling(number: int) -> str:
    filling = _FILLINGS[number]
    return filling if isinstance(filling, str) else f"url(#hatch-{number})"


def _patterns(count: int) -> ElementTree.Element:
    defs = ElementTree.Element(f"{{{_SVG}}}defs")
    for number, filling in enumerate(_FILLINGS[:count]):
        if isinstance(filling, str):
            continue
        tile = {"width": f"{_TILE}", "height": f"{_TILE}", "patternUnits": "userSpaceOnUse"}
        pattern = ElementTree.SubElement(
            defs, f"{{{_SVG}}}pattern", {"id": f"hatch-{number}", **tile}
        )
        strokes, width = filling
        drawn = {"d": strokes, "fill": "none", "stroke": "#606060", "stroke-width": f"{width}"}
        ElementTree.SubElement(pattern, f"{{{_SVG}}}path", drawn)
    return defs
