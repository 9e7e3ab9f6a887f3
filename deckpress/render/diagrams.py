"""Draws Mermaid diagrams as self-contained SVGs in the theme's colours, offline."""

from __future__ import annotations

import json
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree

from deckpress.model import Asset, Picture
from deckpress.reading.fences import LONGEST_DIAGRAM

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
# Settings in a diagram could override the safe ones of this module, so they are removed.
_DIRECTIVE = re.compile(r"%%\{.*?\}%%", re.DOTALL)
_HEADER = re.compile(r"\A\s*---\s*\n.*?\n---[ \t]*\n", re.DOTALL)
# The labels of a flow chart, and what in them is no tag of the few that a label may have.
_LABEL = re.compile(r'"[^"\n]*"|\[[^\[\]"\n]+\]|\{[^{}"\n]+\}|\([^()"\n]+\)|\|[^|"\n]+\|')
_LESS_THAN = re.compile(
    r"<(?!/?(?:br|b|i|u|s|em|strong|sub|sup|small|code)\b[ /]*>)", re.IGNORECASE
)
_FLOW_CHART = re.compile(r"(?:flowchart|graph)\b")
_NO_KIND = "No Mermaid diagram type"  # how the engine says that a diagram begins with none
_DROPPED = frozenset(
    ("script", "foreignobject", "iframe", "object", "embed", "image", "animate", "set")
)
_OUTSIDE_REFERENCE = re.compile(r"@import[^;]*;?|url\(\s*['\"]?(?!['\"]?#)[^)]*\)", re.IGNORECASE)


class DiagramError(Exception):
    """A diagram that cannot be drawn.

    `reason` says why, in the words of the engine or as the key of a sentence with `values`.
    """

    def __init__(self, reason: str, **values: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values


def draw(source: str, alt: str) -> tuple[Picture, Asset]:
    """The picture of a Mermaid diagram, and the asset with its drawing.

    `alt` is the text alternative. If it is empty, the labels of the diagram take its place.

    Raises:
        DiagramError: the source is not Mermaid, or too long.
    """
    if len(source) > LONGEST_DIAGRAM:
        raise DiagramError("reason-long", limit=str(LONGEST_DIAGRAM))
    text = _without_settings(source)
    if not text:
        raise DiagramError("reason-empty")
    name = sha256(f"{_settings()}\0{text}".encode()).hexdigest()[:16]
    svg, width, height = _clean(_render_mermaid(_with_signs(text)), f"d{name[:8]}")
    if _FLOW_CHART.match(text) and not _labels(svg):
        raise DiagramError("reason-labels")
    asset = Asset(f"diagram-{name}.svg", "image/svg+xml", svg)
    return Picture(asset.name, alt.strip() or _labels(svg), width, height, drawn=True), asset


def _without_settings(source: str) -> str:
    """A diagram without its settings. Removing one can form another, so this repeats."""
    text = ""
    while text != source:
        text, source = source, _HEADER.sub("", _DIRECTIVE.sub("", source))
    return text.strip()


def _with_signs(text: str) -> str:
    """A diagram in whose labels ``<`` is a sign, which the engine would take for a tag."""
    if "<" not in text:
        return text
    if _FLOW_CHART.match(text):
        return _LABEL.sub(lambda match: _LESS_THAN.sub("#lt;", match[0]), text)
    return re.sub(r'"[^"\n]*"', lambda match: _LESS_THAN.sub("#lt;", match[0]), text)


def _render_mermaid(text: str) -> str:
    import mmdr

    try:
        drawn: str = mmdr.render(f"{_settings()}\n{text}", backend="merman").svg()
    except Exception as error:  # the engine raises many types of its own
        detail = " ".join(str(error).split())[:200] or type(error).__name__
        known = "reason-kind" if detail.startswith(_NO_KIND) else "reason-engine"
        raise DiagramError(known, detail=detail) from error
    return drawn


@cache
def _settings() -> str:
    """The theme as a directive, which goes before the diagram."""
    settings = json.loads((Path(__file__).parent / "mermaid.json").read_text("utf-8"))
    return f"%%{{init: {json.dumps(settings, ensure_ascii=False)}}}%%"


def _clean(svg: str, prefix: str) -> tuple[bytes, int, int]:
    """`svg` made safe, with ids that begin with `prefix`; and its width and height in pixels.

    Everything active and every reference to the outside is removed.
    """
    try:
        root = ElementTree.fromstring(svg)
    except ElementTree.ParseError as error:
        raise DiagramError("reason-drawing", detail=str(error)) from error
    old = root.get("id") or "merman"
    for parent in list(root.iter()):
        for child in list(parent):
            if _local(child.tag) in _DROPPED:
                parent.remove(child)
    for element in root.iter():
        for key in list(element.attrib):
            local = _local(key)
            value = element.attrib[key]
            if local.startswith("on") or (local == "href" and not value.startswith("#")):
                del element.attrib[key]
            else:
                element.set(key, _OUTSIDE_REFERENCE.sub("", value).replace(old, prefix))
        if _local(element.tag) == "style":
            element.text = _OUTSIDE_REFERENCE.sub("", element.text or "").replace(old, prefix)
        elif _local(element.tag) == "a":
            element.tag = f"{{{_SVG}}}g"
    box = [float(number) for number in (root.get("viewBox") or "").split()]
    if len(box) != 4 or box[2] <= 0 or box[3] <= 0:
        raise DiagramError("reason-nothing")
    width, height = round(box[2]), round(box[3])
    root.attrib.pop("style", None)
    root.set("width", str(width))
    root.set("height", str(height))
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    return ElementTree.tostring(root), width, height


def _local(name: object) -> str:
    return str(name).rpartition("}")[2].lower()


def _labels(svg: bytes) -> str:
    """The labels of a diagram, each once, as its text alternative."""
    root = ElementTree.fromstring(svg)
    texts = (
        " ".join("".join(element.itertext()).split()) for element in root.iter(f"{{{_SVG}}}text")
    )
    return ", ".join(dict.fromkeys(text for text in texts if text))[:300]
