"""The author's figures: gives each a name by its content, and measures it."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from hashlib import sha256
from xml.etree import ElementTree

from deckpress.model import Asset, Picture
from deckpress.reading.references import IMAGE_TYPES, Folder
from deckpress.render.drawings import is_colourless, plain_drawing

# Numbers as CSS writes them, up to a size that no figure has.
_NUMBER = r"\+?(?:[0-9]{1,6}(?:\.[0-9]*)?|\.[0-9]+)"
_LENGTH = re.compile(rf"\s*({_NUMBER})(?:px)?\s*$")
_BOX = re.compile(rf"\s*-?{_NUMBER}[\s,]+-?{_NUMBER}[\s,]+({_NUMBER})[\s,]+({_NUMBER})\s*$")


def figures(files: Mapping[str, bytes]) -> dict[str, tuple[Picture, Asset]]:
    """The figures among the source's files, by path, each as a picture and an asset.

    The pictures have no text alternative yet.
    """
    found = {}
    for path in sorted(files):
        if path.startswith(Folder.FIGURES.value):
            found[path] = _figure(path, files[path])
    return found


def _figure(path: str, data: bytes) -> tuple[Picture, Asset]:
    stem, _, suffix = path.rpartition("/")[2].rpartition(".")
    data = _printable(suffix.lower(), data)
    safe = re.sub(r"[^a-z0-9-]+", "-", stem.lower()).strip("-") or "figure"
    name = f"{safe[:40]}-{sha256(data).hexdigest()[:16]}.{suffix.lower()}"
    width, height = _size(suffix.lower(), data)
    return (
        Picture(name, "", width, height, drawn=suffix.lower() == "svg" and is_colourless(data)),
        Asset(name, IMAGE_TYPES[suffix.lower()], data),
    )


def _printable(suffix: str, data: bytes) -> bytes:
    """A figure as all outputs can show it."""
    if suffix == "svg":
        return plain_drawing(data)
    if suffix == "png" and data[24:26] == b"\x10\x00":  # 16 bits of grey, which print as black
        from PIL import Image

        made = io.BytesIO()
        try:
            with Image.open(io.BytesIO(data)) as image:
                grey = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
                grey.save(made, "PNG")
        except (OSError, ValueError, Image.DecompressionBombError):
            return data  # the checks tell of a picture that cannot be read
        return made.getvalue()
    return data


def _size(suffix: str, data: bytes) -> tuple[int | None, int | None]:
    """The natural width and height of a figure in CSS pixels; None if they cannot be read."""
    if suffix == "svg":
        return _svg_size(data)
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None, None


def _svg_size(data: bytes) -> tuple[int | None, int | None]:
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError:
        return None, None
    width, height = (_LENGTH.match(root.get(name) or "") for name in ("width", "height"))
    size = (width[1], height[1]) if width and height else None
    if size is None and (box := _BOX.match(root.get("viewBox") or "")):
        size = (box[1], box[2])
    return (round(float(size[0])), round(float(size[1]))) if size else (None, None)
