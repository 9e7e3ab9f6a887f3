"""Punctuation of Chinese as CSS Text 4 has it (8.3, text-spacing-trim), which WeasyPrint has not.

Each mark is as wide as a character, and half of that is blank: of two in a row, such as ``」，``,
one is set half as wide. So is a mark for which a line would have no room otherwise: the line ends
with it, and no longer before the character in front of it. The font has the narrow forms (feature
``halt``), and text that is copied from the page is the same.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from weasyprint.draw import text as drawing
from weasyprint.layout import inline
from weasyprint.text import line_break
from weasyprint.text.ffi import ffi, pango
from weasyprint.text.line_break import create_layout, line_size

from exporters.pdf.weasy.drawn_glyphs import glyphs_at

# The marks whose second or whose first half is blank, as far as they have a narrow form.
_STOPS = "、。！，．：；？"
_CLOSED = "’”〉》」』】〕〗〙〛）］｝"
CLOSING = _CLOSED + _STOPS
OPENING = "‘“〈《「『【〔〖〘〚（［｛"

# The first mark of a pair that ends with a closing one, unless both are stops; or the second of a
# pair that ends with an opening one.
_NARROW = re.compile(
    f"[{_CLOSED}](?=[{CLOSING}])|[{_STOPS}](?=[{_CLOSED}])|(?<=[{CLOSING}{OPENING}])[{OPENING}]"
)
_ONE_MORE = re.compile(f"[\u3400-\u9fff][{CLOSING}](?![{CLOSING}{OPENING}])")
_LONGEST = len("字，".encode())
_HALT = b"halt"
_KEPT = ("pre", "pre-wrap")  # values of white-space: code, whose columns stay columns

ffi.cdef("PangoAttrList *pango_attr_list_copy(PangoAttrList *);")


@cache
def set_punctuation_narrow() -> None:
    """Change WeasyPrint for the rest of this process. Further calls do nothing."""
    layout = line_break.Layout
    layout.before, layout.ends_narrow, layout.narrow = None, False, ()
    layout.set_text = _narrowed(layout.set_text)
    inline.split_first_line = _with_narrow_end(inline.split_first_line)
    drawing.draw_first_line = _legible(drawing.draw_first_line)


def _narrowed(set_text: Any) -> Any:
    """The method `set_text` of a layout, with the marks of pairs set narrow."""

    def narrowed(self: Any, text: str, justify: bool = False) -> None:
        if self.before is not None:
            pango.pango_layout_set_attributes(self.layout, self.before)
            self.before, self.narrow = None, ()
        set_text(self, text, justify)
        text = self.text
        if not (self.ends_narrow or _NARROW.search(text)) or self.style["white_space"] in _KEPT:
            return
        places = [found.start() for found in _NARROW.finditer(text)]
        if self.ends_narrow:
            places.append(len(text) - 1)
        self.narrow = places
        _set_narrow(self)

    return narrowed


def _set_narrow(layout: Any) -> None:
    """Set the marks at the places `narrow` of `layout` narrow, until it has another text."""
    pointer = pango.pango_layout_get_attributes(layout.layout)
    if pointer == ffi.NULL:
        pointer = pango.pango_attr_list_new()
        layout.before = ffi.NULL
    else:
        copied = pango.pango_attr_list_copy(pointer)
        layout.before = ffi.gc(copied, pango.pango_attr_list_unref)
        pointer = pango.pango_attr_list_copy(pointer)
    attributes = ffi.gc(pointer, pango.pango_attr_list_unref)
    for place in layout.narrow:
        narrow = pango.pango_attr_font_features_new(_HALT)
        narrow.start_index = len(layout.text[:place].encode())
        narrow.end_index = narrow.start_index + len(layout.text[place].encode())
        pango.pango_attr_list_insert(attributes, narrow)
    pango.pango_layout_set_attributes(layout.layout, attributes)


def _with_narrow_end(split: Any) -> Any:
    """`split_first_line`, but a mark that has half its room left ends the line."""

    def split_with_narrow_end(
        text: str, style: Any, context: Any, max_width: Any, spacing: Any, **how: Any
    ) -> Any:
        found = split(text, style, context, max_width, spacing, **how)
        _, _, resume_index, width, *heights = found
        if resume_index is None or max_width is None or style["white_space"] in _KEPT:
            return found
        if not 1.5 * style["font_size"] <= max_width - width:
            return found
        data = text.encode()
        more = data[resume_index : resume_index + _LONGEST].decode(errors="ignore")
        after = data[resume_index : resume_index + 2 * _LONGEST].decode(errors="ignore")
        if not _ONE_MORE.match(after):
            return found
        line = data[:resume_index].decode() + more
        layout = create_layout(line, style, context, None, spacing)
        layout.ends_narrow = True
        layout.set_text(line)
        width, _ = line_size(layout.get_first_line()[0], style)
        if width > max_width:
            return found
        layout.deactivate()
        end = resume_index + len(more.encode())
        return (layout, end, end if end < len(data) else None, width, *heights)

    return split_with_narrow_end


def _legible(draw: Any) -> Any:
    """`draw_first_line`, for which a narrow mark hides no more than half of the one beside it.

    A program that reads the page takes marks that overlap by more for two lines, so they are drawn
    a hair apart. And WeasyPrint takes the 1024ths by which Pango moves a mark for 1000ths.
    """

    def draw_legible(stream: Any, box: Any, *rest: Any) -> Any:
        layout = box.pango_layout
        for _, glyph in glyphs_at(layout, layout.narrow) if layout.narrow else ():
            hair = glyph.geometry.width // 50
            glyph.geometry.width += hair
            if glyph.geometry.x_offset:
                glyph.geometry.x_offset = glyph.geometry.x_offset * 1000 // 1024 + hair
        return draw(stream, box, *rest)

    return draw_legible
