"""The icon of the page as pictures, for those who put it among the programs of their phone."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from xml.etree import ElementTree

from deckpress.toolchain import installed_versions
from exporters.job import Memo
from exporters.theme import color

_DRAWING = Path(__file__).with_name("icon.svg")
_UNITS = 32  # the side of the drawing
# Around the drawing of a picture that a phone cuts into its own shape: what matters then lies in
# the middle circle of four fifths. https://www.w3.org/TR/appmanifest/#icon-masks
_MARGIN = 7
_FINER = 4  # what is drawn is so many times as fine as what is kept, for smooth edges


@dataclass(frozen=True, slots=True)
class Icon:
    """A picture of `side` pixels; one to be cut has the colour of paper up to its edges."""

    name: str
    side: int
    cut: bool = False


ICONS = (Icon("icon-192.png", 192), Icon("icon-512.png", 512), Icon("icon-cut-512.png", 512, True))


def picture(icon: Icon, said: str, memo: Memo) -> bytes:
    """The icon as a PNG that says `said`, in Latin letters. `memo` spares drawing it again."""
    asked = f"{icon}\0{_pillow()}\0{zlib.ZLIB_RUNTIME_VERSION}\0{color('paper')}\0"
    key = blake2b(asked.encode() + _DRAWING.read_bytes(), digest_size=20).digest()
    kept = memo.get(key)
    if kept is None:
        kept = _drawn(icon)
        memo.put(key, kept)
    head = struct.pack(">IIBBBBB", icon.side, icon.side, 8, 6, 0, 0, 0)  # 8 bits of RGBA
    comment = b"Comment\0" + said.encode("latin-1", "replace")
    chunks = ((b"IHDR", head), (b"tEXt", comment), (b"IDAT", kept), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


@cache
def _pillow() -> str:
    return installed_versions(("pillow",))["pillow"]


def _drawn(icon: Icon) -> bytes:
    """The pixels as a PNG packs them: by Python's own zlib, for Pillow's differs by platform."""
    from PIL import Image, ImageDraw

    margin = _MARGIN if icon.cut else 0
    scale = icon.side * _FINER / (_UNITS + 2 * margin)
    ground = color("paper") if icon.cut else (0, 0, 0, 0)
    drawing = Image.new("RGBA", (icon.side * _FINER,) * 2, ground)
    pen = ImageDraw.Draw(drawing)
    for (left, top, right, bottom), radius, fill in _rectangles():
        corners = [(margin + edge) * scale for edge in (left, top, right, bottom)]
        # Pillow counts the last pixel in.
        box = (corners[0], corners[1], corners[2] - 1, corners[3] - 1)
        pen.rounded_rectangle(box, radius * scale, fill)
    pixels = drawing.resize((icon.side, icon.side), Image.Resampling.BOX).tobytes()
    line = icon.side * 4
    rows = (b"\0" + pixels[at : at + line] for at in range(0, len(pixels), line))
    return zlib.compress(b"".join(rows), 9)


def _rectangles() -> Iterator[tuple[tuple[float, float, float, float], float, str]]:
    """What the drawing is made of: edges, the radius of the corners, the colour."""
    for shape in ElementTree.fromstring(_DRAWING.read_text("utf-8")):
        left, top, width, height, radius = (
            float(shape.attrib[name]) for name in ("x", "y", "width", "height", "rx")
        )
        yield (left, top, left + width, top + height), radius, shape.attrib["fill"]


def _chunk(name: bytes, data: bytes) -> bytes:
    """https://www.w3.org/TR/png-3/#5Chunk-layout"""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
