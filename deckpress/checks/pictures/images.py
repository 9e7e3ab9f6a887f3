"""Images: whether their content fits their names, and whether they are safe to show."""

from __future__ import annotations

import io
import re
from base64 import b64decode
from collections.abc import Iterator
from xml.etree import ElementTree

from deckpress.diagnostics import Diagnostic, finding
from deckpress.model import RawDeck, Span
from deckpress.reading.references import Folder, references
from deckpress.reading.texts import fields

LARGEST_PAGE = 20  # MB; a phone takes seconds to open more, and many a mailbox refuses it
_MEGA = 1_000_000

_SIGNATURES = {
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "jpg": re.compile(rb"\xff\xd8\xff"),
    "jpeg": re.compile(rb"\xff\xd8\xff"),
    "gif": re.compile(rb"GIF8[79]a"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
_SVG = "{http://www.w3.org/2000/svg}svg"
_ACTIVE = frozenset({"script", "foreignobject", "iframe", "embed", "object", "audio", "video"})
_ANIMATED = frozenset({"animate", "set", "animatetransform", "animatemotion"})
_LINKS = frozenset({"href", "src", "base"})
# A drawing may refer to its own elements, and may contain bitmaps.
_INSIDE = re.compile(r"#|data:image/(?:png|jpeg|gif|webp);base64,")
_SIZE = re.compile(
    r"[+-]?(?:\d{1,9}(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d)?(?:px|em|ex|rem|mm|cm|in|pt|pc|vw|vh|%)?|auto|inherit",
    re.IGNORECASE,
)
_NUMBER = r"[+-]?(?:\d{1,9}(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d)?"
_VIEW = re.compile(rf"{_NUMBER}(?:[\s,]+{_NUMBER}){{3}}")
_WILD = re.compile(
    r"(?<![A-Za-z])(?:inf(?:inity)?|nan)(?![A-Za-z])|\d{16,}|\de\+?\d{2,}", re.IGNORECASE
)
_SINGLE = frozenset({"cx", "cy", "r", "rx", "ry", "x1", "x2", "y1", "y2"})
_GEOMETRY = _SINGLE | {
    *("x", "y", "dx", "dy", "width", "height", "d", "points", "transform", "gradientTransform"),
    *("patternTransform", "stroke-width", "stroke-dasharray", "stroke-dashoffset", "font-size"),
    *("markerWidth", "markerHeight", "refX", "refY", "offset", "fx", "fy", "textLength", "rotate"),
    *("letter-spacing", "opacity", "stop-opacity", "fill-opacity", "stroke-opacity"),
}
_SHOWN = re.compile(r"url\(\s*['\"]?#([^'\")\s]+)")
_VERTEX = re.compile(r"[A-Za-z]|[\d.]+[\s,]+[-+]?[\d.]+")
_LARGEST_DRAWING = 20_000  # elements; each counts as often as it is drawn
_STYLE_OUTSIDE = re.compile(
    r"@import|expression\s*\(|javascript:|url\(\s*['\"]?\s*(?!['\"]?\s*#|data:image/(?!svg)|\s)[^\s)]",
    re.IGNORECASE,
)


def check(deck: RawDeck) -> Iterator[Diagnostic]:
    """A finding for each image with unusable content, at the first place that shows it, and one if
    all of them make the page too large, at the image with the largest part in that.
    """
    shown: dict[str, list[Span]] = {}
    for path, span in _shown_images(deck):
        shown.setdefault(path, []).append(span)
    for path, spans in shown.items():
        if problem := image_problem(path, deck.files[path]):
            code, args = problem
            yield finding(code, spans[0], path=path, **args)
    # The page's one file holds each image as often as it is shown, in base64.
    sizes = {path: len(spans) * len(deck.files[path]) * 4 // 3 for path, spans in shown.items()}
    whole = sum(sizes.values())
    if whole > LARGEST_PAGE * _MEGA:
        path = max(sizes, key=lambda path: sizes[path])
        size, share = (str(-(-number // _MEGA)) for number in (whole, sizes[path]))
        limit = str(LARGEST_PAGE)
        yield finding("D519", shown[path][0], path=path, size=size, share=share, limit=limit)


def _shown_images(deck: RawDeck) -> Iterator[tuple[str, Span]]:
    """The paths of the images that the deck shows and has, each with its place, in their order."""
    for field in fields(deck) if deck.files else ():
        if Folder.FIGURES.value not in field.source and not deck.definitions:
            continue
        for reference in references(field.source, deck.definitions):
            path = reference.path
            if reference.folder is Folder.FIGURES and path in deck.files:
                yield path, field.text.at(reference.line, reference.column, len(path))


def image_problem(path: str, data: bytes) -> tuple[str, dict[str, str]] | None:
    """The problem with the bytes of the image at `path`, or None if there is none.

    A problem is the code of a finding and its values.
    """
    ending = path.rpartition(".")[2].lower()
    if ending == "svg":
        return _svg_problem(data)
    magic = _SIGNATURES.get(ending)
    if magic is not None and not magic.match(data):
        return "D510", {"type": ending.upper()}
    return None if _is_readable(data) else ("D703", {})


def _is_readable(data: bytes) -> bool:
    """Whether a bitmap is complete, and small enough not to be a decompression bomb."""
    from PIL import Image, ImageFile

    lenient = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint sets it when it is imported
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError, EOFError):
        return False
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient
    return True


def _is_sound(address: str) -> bool:
    """Whether an address inside a drawing leads to an element, or is a bitmap that can be read."""
    if address.startswith("#"):
        return True
    try:
        return _is_readable(b64decode(address.partition(",")[2], validate=False))
    except ValueError:
        return False


def _svg_problem(data: bytes) -> tuple[str, dict[str, str]] | None:
    wrong = ("D510", {"type": "SVG"})
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return wrong
    # An internal subset can define entities, which can grow without end or hide text. The public
    # identifier that drawing programs write is harmless, because nothing is ever fetched.
    if re.search(r"<!ENTITY|<!DOCTYPE[^>]*\[", text, re.IGNORECASE):
        return "D511", {"item": "<!ENTITY>"}
    if "<?xml-stylesheet" in text:
        return "D511", {"item": "<?xml-stylesheet?>"}
    try:
        root = ElementTree.fromstring(text.encode())
    except (ElementTree.ParseError, ValueError, LookupError):
        return wrong
    if root.tag not in (_SVG, "svg"):
        return wrong
    item = next((bad for element in root.iter() if (bad := _unsafe_item(element))), "")
    item = item or _wild_number(root) or (_repeating(root) if _is_bomb(root) else "")
    return ("D511", {"item": item}) if item else None


def _wild_number(root: ElementTree.Element) -> str:
    """The first attribute with a size that no drawing has, or that is no number; empty if none."""
    for name in ("width", "height"):
        value = root.get(name)
        if value is not None and not _SIZE.fullmatch(value.strip()):
            return f'{name}="{value}"'
    for element in root.iter():
        for name, value in element.attrib.items():
            if name in _GEOMETRY and _WILD.search(value):
                return f'{name}="{value}"'
            if name in _SINGLE and not _SIZE.fullmatch(value.strip()):
                return f'{name}="{value}"'
            if name == "viewBox" and not _VIEW.fullmatch(value.strip()):
                return f'{name}="{value}"'
    return ""


def _is_bomb(root: ElementTree.Element) -> bool:
    """Whether elements that show each other make a drawing too large, or endless.

    They do that with ``<use>``, and with markers, patterns, masks and clips. A marker is drawn at
    each point of a path.
    """
    named = {name: element for element in root.iter() if (name := element.get("id"))}
    classes = _marking_styles(root)
    sizes: dict[ElementTree.Element, float] = {}

    def size(element: ElementTree.Element) -> float:
        if element not in sizes:
            sizes[element] = float("inf")  # it is met again meanwhile if the drawing is endless
            total = 1 + sum(map(size, element))
            for id, times in _shown_by(element, classes):
                if id in named:
                    total += times * size(named[id])
            sizes[element] = total
        return sizes[element]

    try:
        return size(root) > _LARGEST_DRAWING
    except RecursionError:
        return True


def _repeating(root: ElementTree.Element) -> str:
    """What makes a drawing too large."""
    marked = any(str(element.tag).endswith("marker") for element in root.iter())
    return "<marker>" if marked else "<use>"


def _marking_styles(root: ElementTree.Element) -> list[str]:
    """The ids that the style sheets of a drawing show: they may hold for any element."""
    sheets = (
        "".join(element.itertext()) for element in root.iter() if str(element.tag).endswith("style")
    )
    return [id for sheet in sheets for id in _SHOWN.findall(sheet)]


def _shown_by(element: ElementTree.Element, styled: list[str]) -> Iterator[tuple[str, int]]:
    """The ids of what an element shows, each with how often."""
    tag = str(element.tag).rpartition("}")[2]
    points = len(_VERTEX.findall(element.get("d") or element.get("points") or "")) + 2
    for name, value in element.attrib.items():
        local = name.rpartition("}")[2]
        if local == "href" and tag == "use":
            yield value[1:], 1
        for id in _SHOWN.findall(value) if "url(" in value else ():
            yield id, points if "marker" in local or "marker" in value else 1
    if styled and tag in ("path", "line", "polyline", "polygon"):
        for id in styled:
            yield id, points


def _unsafe_item(element: ElementTree.Element) -> str:
    """The tag or attribute that makes an element active or load from outside; empty if none."""
    tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
    if tag.lower() in _ACTIVE:
        return f"<{tag}>"
    if tag.lower() == "style" and _STYLE_OUTSIDE.search("".join(element.itertext())):
        return "<style>"
    for name, value in element.attrib.items():
        local = name.rpartition("}")[2].lower()
        if local.startswith("on"):
            return f"{local}="
        if local in _LINKS and not (_INSIDE.match(value.strip()) and _is_sound(value.strip())):
            return f'{local}="{value}"'
        if local == "attributename" and tag.lower() in _ANIMATED and "href" in value.lower():
            return f"<{tag}>"
        if "(" in value and _STYLE_OUTSIDE.search(value):
            return f'{local}="{value}"'
    return ""
