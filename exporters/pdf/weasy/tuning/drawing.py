"""Drawing: the glyphs of a line, read at once and not field by field."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from struct import Struct
from typing import Any

from weasyprint.draw import text as drawing
from weasyprint.text.ffi import FROM_UNITS, ffi, pango

# PangoGlyphInfo: the glyph, its width, its offsets to the right and down, and flags.
_GLYPH = Struct("=IiiiI")
_LEAST_SIZE = 1e-6  # what is smaller is written as zero

_draw = drawing.draw_first_line


def tune() -> None:
    """Change WeasyPrint."""
    drawing.draw_first_line = _quick_draw


class _UnusualError(Exception):
    """Something is on the line that WeasyPrint itself has to draw."""


def _quick_draw(
    stream: Any, textbox: Any, text_overflow: str, block_ellipsis: str, matrix: Any
) -> list[Any]:
    """`draw_first_line` for horizontal text without pictures in it, which is nearly all."""
    layout = textbox.pango_layout
    if not textbox.text.strip() or textbox.style["font_size"] < _LEAST_SIZE:
        return []
    drawn = vars(layout).get("drawn")
    if not drawn:
        try:
            if text_overflow == "ellipsis" or block_ellipsis != "none" or not _is_recent():
                raise _UnusualError
            drawn = list(_runs(stream, layout))
        except _UnusualError:
            emojis: list[Any] = _draw(stream, textbox, text_overflow, block_ellipsis, matrix)
            return emojis
        if getattr(layout, "is_shared", False):  # see `text`
            layout.drawn = drawn
    stream.set_text_matrix(*matrix.values)
    for font, size, glyphs in drawn:
        stream.set_font_size(font, size)
        stream.show_text(glyphs)
    return []


@cache
def _is_recent() -> bool:
    """Whether the sizes of Pango's fonts can be relied on, as WeasyPrint has it."""
    return bool(pango.pango_version() >= 14802 and ffi.sizeof("PangoGlyphInfo") == _GLYPH.size)


def _runs(stream: Any, layout: Any) -> Iterator[tuple[str, float, str]]:
    """The glyphs of the line of `layout`, as a PDF shows them, with the names and sizes of fonts.

    What has the same font is one run.
    """
    pango.pango_layout_set_single_paragraph_mode(layout.layout, True)
    run = layout.get_first_line()[0].runs[0]
    last, glyphs, font, size = None, "", None, 0.0
    while run != ffi.NULL:
        made_of, run = run.data, run.next
        here = made_of.item.analysis.font
        if here != last:
            if font:
                yield font.hash, size, glyphs
            last, glyphs = here, ""
            font, size = _font(stream, layout, here)
        glyphs += _shown(stream, layout, made_of, here, font, size)
    if font:
        yield font.hash, size, glyphs


def _font(stream: Any, layout: Any, pango_font: Any) -> tuple[Any, float]:
    """What `add_font` returns: it is asked once for each font of a document."""
    known = vars(stream._resources).setdefault("known_fonts", {})
    address = int(ffi.cast("intptr_t", pango_font))
    if address not in known:
        font, size = stream.add_font(pango_font)
        known[address] = font, size, layout  # the address is that of this font while this lives
    font, size, _ = known[address]
    if font.bitmap or font.png or font.svg or font.colr:
        raise _UnusualError
    return font, size


def _shown(stream: Any, layout: Any, made_of: Any, pango_font: Any, font: Any, size: float) -> str:
    """The glyphs of one of Pango's items, as a PDF shows them."""
    string = made_of.glyphs
    count = string.num_glyphs
    if made_of.item.analysis.level % 2:
        raise _UnusualError
    shown = "<"
    widths, first_special = font.widths, pango.PANGO_GLYPH_EMPTY
    data = ffi.buffer(string.glyphs, count * _GLYPH.size)
    for at, (glyph, width, right, down, _) in enumerate(_GLYPH.iter_unpack(data)):
        if down or glyph >= first_special:  # or one that the font has not
            raise _UnusualError
        if glyph not in font.to_unicode:
            font.to_unicode[glyph] = _text(layout, made_of, at, count)
        if glyph not in widths:
            pango.pango_font_get_glyph_extents(
                pango_font, glyph, stream.ink_rect, stream.logical_rect
            )
            widths[glyph] = round(stream.logical_rect.width * 1000 * FROM_UNITS / size)
        offset = right / size
        if offset:
            shown += f">{-offset}<"
        kerning = widths[glyph] + offset - width * 1000 * FROM_UNITS / size
        shown += f"{glyph:04x}>{int(kerning)}<" if kerning else f"{glyph:04x}"
    return shown[:-1] if shown[-1] == "<" else f"{shown}>"


def _text(layout: Any, made_of: Any, at: int, count: int) -> str:
    """The text of the glyph at a place of an item."""
    starts, item = made_of.glyphs.log_clusters, made_of.item
    end = item.length if at == count - 1 else starts[at + 1]
    data: bytes = layout.text.encode()
    return data[item.offset + starts[at] : item.offset + end].decode()
