"""Converts pictures to grey, to save ink."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO

from PIL import Image, ImageColor

from deckpress.model import Asset
from exporters.job import PrintOptions

_DRAWING = "image/svg+xml"
_PHOTOGRAPH = "image/jpeg"
_PAINT = re.compile(
    r"""\b((?:fill|stroke|(?:[a-z]+-)?color)\s*[:=]\s*["']?\s*)"""
    r"(#[0-9a-f]{3,8}\b|(?:rgb|hsl)a?\([^)]*\)|[a-z]+)",
    re.IGNORECASE,
)


def pictures_to_print(
    assets: Mapping[str, Asset], print_options: PrintOptions
) -> Mapping[str, Asset]:
    """The pictures of `assets` for printing: in grey if `print_options.ink_saver` is set.

    A grey is as light as the colour it replaces. A picture that cannot be read does not change.
    """
    if not print_options.ink_saver:
        return assets
    return {name: _grey(asset) for name, asset in assets.items()}


def _grey(asset: Asset) -> Asset:
    try:
        if asset.media_type == _DRAWING:
            return replace(asset, data=_PAINT.sub(_grey_paint, asset.data.decode()).encode())
        return _grey_picture(asset)
    except (OSError, ValueError, Image.DecompressionBombError):
        return asset


def _grey_paint(found: re.Match[str]) -> str:
    try:
        color = ImageColor.getrgb(found[2])
    except ValueError:  # none, currentColor, url(#…) and the like
        return found[0]
    light = Image.new("RGB", (1, 1), color[:3]).convert("L").getpixel((0, 0))
    alpha = f"{color[3]:02x}" if len(color) == 4 else ""
    return f"{found[1]}#{light:02x}{light:02x}{light:02x}{alpha}"


def _grey_picture(asset: Asset) -> Asset:
    drawn = BytesIO()
    with Image.open(BytesIO(asset.data)) as picture:
        if asset.media_type == _PHOTOGRAPH:
            picture.convert("L").save(drawn, "JPEG", quality=90)
            return replace(asset, data=drawn.getvalue())
        picture.convert("RGBA").convert("LA").save(drawn, "PNG")
    return replace(asset, media_type="image/png", data=drawn.getvalue())
