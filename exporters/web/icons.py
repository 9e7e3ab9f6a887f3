"""The icon of the page as PNG files, for a phone on which the page is installed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from xml.etree import ElementTree

from deckpress import toolchain
from exporters.job import Memo
from exporters.theme import color

_DRAWING = Path(__file__).with_name("icon.svg")
_DRAWING_SIDE = 32  # the width and height of the drawing, in its own units
# The margin around the drawing in a maskable icon, which a phone cuts into a shape of its own. It
# keeps the drawing within the safe zone, a circle in the middle with four fifths of the width.
# https://www.w3.org/TR/appmanifest/#icon-masks
_MARGIN = 7
_OVERSAMPLING = 4  # the icon is drawn this many times larger and scaled down, for smooth edges


@dataclass(frozen=True, slots=True)
class Icon:
    """An icon file called `name`, of `side` by `side` pixels.

    A maskable one is filled with the colour of paper up to its edges.
    """

    name: str
    side: int
    maskable: bool = False


ICONS = (Icon("icon-192.png", 192), Icon("icon-512.png", 512), Icon("icon-cut-512.png", 512, True))


def icon_png(icon: Icon, comment: str, memo: Memo) -> bytes:
    """`icon` as a PNG with the text `comment`, in Latin-1. `memo` keeps the drawn pixels."""
    identity = f"{icon}\0{toolchain.fingerprint(printing=False)}"
    key = blake2b(identity.encode(), digest_size=20).digest()
    pixels = memo.get(key)
    if pixels is None:
        pixels = _packed_pixels(icon)
        memo.put(key, pixels)
    head = struct.pack(">IIBBBBB", icon.side, icon.side, 8, 6, 0, 0, 0)  # 8 bits of RGBA
    text = b"Comment\0" + comment.encode("latin-1", "replace")
    chunks = ((b"IHDR", head), (b"tEXt", text), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _packed_pixels(icon: Icon) -> bytes:
    """The compressed pixels of the PNG.

    They are compressed with Python's zlib: the one in Pillow differs from platform to platform.
    """
    from PIL import Image, ImageDraw

    margin = _MARGIN if icon.maskable else 0
    scale = icon.side * _OVERSAMPLING / (_DRAWING_SIDE + 2 * margin)
    ground = color("paper") if icon.maskable else (0, 0, 0, 0)
    drawing = Image.new("RGBA", (icon.side * _OVERSAMPLING,) * 2, ground)
    pen = ImageDraw.Draw(drawing)
    for (left, top, right, bottom), radius, fill in _rectangles():
        corners = [(margin + edge) * scale for edge in (left, top, right, bottom)]
        # Pillow includes the right and bottom edge.
        box = (corners[0], corners[1], corners[2] - 1, corners[3] - 1)
        pen.rounded_rectangle(box, radius * scale, fill)
    pixels = drawing.resize((icon.side, icon.side), Image.Resampling.BOX).tobytes()
    line = icon.side * 4
    rows = (b"\0" + pixels[at : at + line] for at in range(0, len(pixels), line))
    return zlib.compress(b"".join(rows), 9)


def _rectangles() -> Iterator[tuple[tuple[float, float, float, float], float, str]]:
    """The rectangles of the drawing: left, top, right and bottom edge; corner radius; colour."""
    for shape in ElementTree.fromstring(_DRAWING.read_text("utf-8")):
        left, top, width, height, radius = (
            float(shape.attrib[name]) for name in ("x", "y", "width", "height", "rx")
        )
        yield (left, top, left + width, top + height), radius, shape.attrib["fill"]


def _chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG file. https://www.w3.org/TR/png-3/#5Chunk-layout"""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
