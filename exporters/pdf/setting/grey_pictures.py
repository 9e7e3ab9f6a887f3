"""Converts pictures to grey, to save ink."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from io import BytesIO

from PIL import Image, ImageColor

from deckpress.model import Asset
from exporters.job import PrintOptions
from exporters.pdf.setting.hatching import hatch

# Colours of at most this difference between their parts are grey already. Others that are about as
# light as those between the two numbers are told apart by so many steps of 256.
_GREYISH, _MOVABLE, _STEP = 24, (50, 235), 28
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

    A grey is as light as the colour it replaces, or so much lighter or darker that no two colours
    of a drawing become one; the areas of charts are hatched. A picture that cannot be read does not
    change.
    """
    if not print_options.ink_saver:
        return assets
    return {name: _grey(asset) for name, asset in assets.items()}


def _grey(asset: Asset) -> Asset:
    try:
        if asset.media_type == _DRAWING:
            return replace(asset, data=_grey_drawing(hatch(asset.data).decode()).encode())
        return _grey_picture(asset)
    except (OSError, ValueError, Image.DecompressionBombError):
        return asset


def _grey_drawing(svg: str) -> str:
    colors = {color for found in _PAINT.finditer(svg) if (color := _color(found[2]))}
    greys = _distinct(colors)

    def paint(found: re.Match[str]) -> str:
        color = _color(found[2])
        if color is None:  # none, currentColor, url(#…) and the like
            return found[0]
        light = greys.get(color[:3], _light(color))
        alpha = f"{color[3]:02x}" if len(color) == 4 else ""
        return f"{found[1]}#{light:02x}{light:02x}{light:02x}{alpha}"

    return _PAINT.sub(paint, svg)


def _color(paint: str) -> tuple[int, ...] | None:
    try:
        return ImageColor.getrgb(paint)
    except ValueError:
        return None


def _light(color: tuple[int, ...]) -> int:
    light = Image.new("RGB", (1, 1), color[:3]).convert("L").getpixel((0, 0))
    assert isinstance(light, int)
    return light


def _distinct(colors: Iterable[tuple[int, ...]]) -> dict[tuple[int, ...], int]:
    """A grey for each of the colours that are neither grey nor nearly black or white.

    Those that would be as light as another one are moved apart, in their order.
    """
    darkest, lightest = _MOVABLE
    tints = {color[:3] for color in colors if max(color[:3]) - min(color[:3]) > _GREYISH}
    moved = sorted(color for color in tints if darkest <= _light(color) <= lightest)
    moved.sort(key=_light)
    step = min(_STEP, (lightest - darkest) // max(1, len(moved)))
    lights = [_light(color) for color in moved]
    for at in range(1, len(lights)):
        lights[at] = max(lights[at], lights[at - 1] + step)
    for at in reversed(range(len(lights))):
        lights[at] = min(lights[at], lights[at + 1] - step if at + 1 < len(lights) else lightest)
    return dict(zip(moved, lights, strict=True))


def _grey_picture(asset: Asset) -> Asset:
    drawn = BytesIO()
    with Image.open(BytesIO(asset.data)) as picture:
        if asset.media_type == _PHOTOGRAPH:
            picture.convert("L").save(drawn, "JPEG", quality=90)
            return replace(asset, data=drawn.getvalue())
        picture.convert("RGBA").convert("LA").save(drawn, "PNG")
    return replace(asset, media_type="image/png", data=drawn.getvalue())
