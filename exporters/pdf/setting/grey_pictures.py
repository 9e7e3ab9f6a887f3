"""Pictures in greys, for whoever saves ink."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO

from PIL import Image, ImageColor

from deckpress.model import Asset
from exporters.job import Printing

_DRAWING = "image/svg+xml"
_PHOTOGRAPH = "image/jpeg"
_PAINT = re.compile(
    r"""\b((?:fill|stroke|(?:[a-z]+-)?color)\s*[:=]\s*["']?\s*)"""
    r"(#[0-9a-f]{3,8}\b|(?:rgb|hsl)a?\([^)]*\)|[a-z]+)",
    re.IGNORECASE,
)


def inked(assets: Mapping[str, Asset], printing: Printing) -> Mapping[str, Asset]:
    """The pictures as they are printed: to save ink, each colour as light as it was.

    One that cannot be read stays what it is.
    """
    if not printing.ink_saver:
        return assets
    return {name: _grey(asset) for name, asset in assets.items()}


def _grey(asset: Asset) -> Asset:
    try:
        if asset.media_type == _DRAWING:
            return replace(asset, data=_PAINT.sub(_paint, asset.data.decode()).encode())
        return _picture(asset)
    except (OSError, ValueError, Image.DecompressionBombError):
        return asset


def _paint(said: re.Match[str]) -> str:
    try:
        color = ImageColor.getrgb(said[2])
    except ValueError:  # none, currentColor, url(#…) and the like
        return said[0]
    light = Image.new("RGB", (1, 1), color[:3]).convert("L").getpixel((0, 0))
    alpha = f"{color[3]:02x}" if len(color) == 4 else ""
    return f"{said[1]}#{light:02x}{light:02x}{light:02x}{alpha}"


def _picture(asset: Asset) -> Asset:
    drawn = BytesIO()
    with Image.open(BytesIO(asset.data)) as picture:
        if asset.media_type == _PHOTOGRAPH:
            picture.convert("L").save(drawn, "JPEG", quality=90)
            return replace(asset, data=drawn.getvalue())
        picture.convert("RGBA").convert("LA").save(drawn, "PNG")
    return replace(asset, media_type="image/png", data=drawn.getvalue())
