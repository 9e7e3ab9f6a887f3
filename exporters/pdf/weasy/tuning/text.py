"""Text: Pango's layouts, the height of a line, and the narrowest width of a cell."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from math import inf
from typing import Any

from weasyprint import document
from weasyprint.layout import preferred
from weasyprint.text import line_break
from weasyprint.text.ffi import FROM_UNITS, ffi, gobject, pango

from exporters.pdf.weasy.tuning.keeping import kept, replace

# Pango's end index of an attribute for the whole text.
_EVERYTHING = 0xFFFFFFFF

# Text without combining characters, and without two spaces in a row.
_LETTERS = "!-~\u2009\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e"
_PLAIN = re.compile(rf" ?[{_LETTERS}]+(?: [{_LETTERS}]+)* ?\Z")
_SEEN = 32  # characters in which the end of the first word is looked for at first
_AHEAD = 4  # characters behind a word that may forbid a break

# Two characters with a break between them, and none before that could depend on what follows.
_BREAK = re.compile("[\u4e00-\u9fff]{2}")
_MORE = 6  # characters that are laid out behind a line, for what is narrower than it looks
_FEWEST = 8  # characters in a line; a shorter one is left to WeasyPrint
_SOFT_HYPHEN = "\u00ad"
_PAIRS = 4096  # of letters between which a break was looked for
_WIDTH = 3  # the place of the width in what `split_first_line` returns
_SHORT = 32  # characters of a text that is laid out once if it often stands on a line

_set_up, _set_text = line_break.Layout.setup, line_break.Layout.set_text
_reactivate = line_break.Layout.reactivate
_strut, _split = line_break.strut, line_break.split_first_line
_size, _can_break = line_break.line_size, line_break.can_break_text

ffi.cdef("PangoLayout *pango_layout_copy(PangoLayout *);")


def tune() -> None:
    """Change WeasyPrint."""
    layout = line_break.Layout
    layout.setup, layout.set_text = _quick_set_up, _quick_set_text
    layout.deactivate, layout.reactivate = _keep, _quick_reactivate
    preferred.split_first_line = narrowest
    replace(_strut, _quick_strut)
    replace(_split, _quick_split)
    replace(_size, _quick_size)
    replace(_can_break, lru_cache(_PAIRS)(_can_break))
    # Our documents bring no fonts of their own, so all of a process can have the same.
    document.FontConfiguration = cache(document.FontConfiguration)


def _template(style: Any) -> dict[str, Any]:
    """The attributes of a layout without text. It is `plain` if no text needs Pango attributes."""
    made = object.__new__(line_break.Layout)
    _set_up(made, style)
    plain = not style["word_spacing"] and style["letter_spacing"] == "normal"
    if plain and style["overflow_wrap"] in ("anywhere", "break-word"):
        attributes = pango.pango_layout_get_attributes(made.layout)
        if attributes == ffi.NULL:
            attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
        unhyphenated = pango.pango_attr_insert_hyphens_new(False)
        unhyphenated.start_index, unhyphenated.end_index = 0, _EVERYTHING
        pango.pango_attr_list_change(attributes, unhyphenated)
        pango.pango_layout_set_attributes(made.layout, attributes)
    # Drawing sets this. If it were a change, Pango would lay out the text again.
    pango.pango_layout_set_single_paragraph_mode(made.layout, True)
    return {**vars(made), "plain": plain, "in_lines": False}


def _quick_set_up(self: Any, style: Any) -> None:
    template = kept(style, "template", _template)
    self.__dict__.update(template)
    self.layout = ffi.gc(pango.pango_layout_copy(template["layout"]), gobject.g_object_unref)


def _quick_set_text(self: Any, text: str, justify: bool = False) -> None:
    in_lines = "\n" in text
    if in_lines != self.in_lines:
        pango.pango_layout_set_single_paragraph_mode(self.layout, not in_lines)
        self.in_lines = in_lines
    if self.justification_spacing or not self.plain:
        _set_text(self, text, justify)
        return
    if in_lines:
        text = text[: text.index("\n") + 2]  # the first line, and the start of the second
    self.text = text
    data = text.encode().replace(b"\0", b"")
    pango.pango_layout_set_text(self.layout, data, -1)
    if b"\t" in data:
        self.set_tabs()


def _keep(self: Any) -> None:
    """Replaces `deactivate`: the layout lives as long as its box."""


def _quick_reactivate(self: Any, style: Any) -> None:
    if self.justification_spacing or not self.plain:
        _reactivate(self, style)


def _quick_strut(style: Any) -> Any:
    return kept(style, "strut", _strut)


_extents = ffi.new("PangoRectangle *")


def _quick_size(line: Any, style: Any) -> tuple[float, float]:
    """`line_size` without a new rectangle a call."""
    if style["letter_spacing"] != "normal":
        size: tuple[float, float] = _size(line, style)
        return size
    pango.pango_layout_line_get_extents(line, ffi.NULL, _extents)
    return _extents.width * FROM_UNITS, _extents.height * FROM_UNITS


def _quick_split(
    text: str, style: Any, context: Any, max_width: Any, spacing: Any, **how: Any
) -> tuple[Any, ...]:
    """`split_first_line`, but a short text is laid out once, and a long one no further than needed.

    Of a long Chinese text that is a line and a little. Pango lays out all the lines of a text, of
    which WeasyPrint takes the first. It gives Pango four letters for each em of a line, of which
    Chinese fills one with a letter.
    """
    if len(text) > _SHORT or context is None:
        return _split_long(text, style, context, max_width, spacing, **how)
    # A document has layouts of its own, since they are changed when they are drawn.
    _, known = kept(context, "known", lambda _: {}).setdefault(id(style), (style, {}))
    found: tuple[Any, ...] | None = known.get(text)
    if found and not spacing and (max_width is None or found[_WIDTH] <= max_width):
        found[0].is_shared = True
        return found
    found = _split(text, style, context, max_width, spacing, **how)
    assert found
    layout, _, resume_at, width, *_ = found
    whole = resume_at is None and layout.text == text  # not without a space at its end
    fits = max_width is None or width <= max_width
    if whole and fits and layout.plain and not layout.narrow and not spacing:
        known[text] = found
    return found


def _split_long(
    text: str, style: Any, context: Any, max_width: Any, spacing: Any, **how: Any
) -> tuple[Any, ...]:
    if max_width is not None and max_width != inf and style["font_size"]:
        end = _line_end(text, max_width / style["font_size"])
        if end and _SOFT_HYPHEN not in text:
            found: tuple[Any, ...] = _split(text[:end], style, context, max_width, spacing, **how)
            _, _, resume_at, width, *_ = found
            if resume_at and width <= max_width and resume_at <= len(text[: end - 2].encode()):
                return found
    made: tuple[Any, ...] = _split(text, style, context, max_width, spacing, **how)
    return made


def _line_end(text: str, ems: float) -> int:
    """A place in `text`, behind two Chinese characters, that a line of `ems` does not reach.

    It is a guess; 0, if there is none before the end of the text.
    """
    usual = int(ems) + _MORE
    if ems < _FEWEST or len(text) < usual:
        return 0
    some = text[:usual]
    narrow = len(some) - (len(some.encode()) - len(some)) // 2
    found = _BREAK.search(text, usual + narrow)
    return found.end() if found and found.end() < len(text) else 0


def narrowest(
    text: str, style: Any, context: Any, max_width: Any, spacing: Any, **how: Any
) -> tuple[Any, ...]:
    """`split_first_line`, but faster if it is asked for one word: each word is measured once.

    This is how the narrowest width of a table cell is found. WeasyPrint lays out the whole rest of
    the text for every word. In Chinese, where a word is a character, that takes the square of the
    time. The result has no layout and no heights: its caller does not use them.
    """
    end = 0
    if max_width == 0 and not spacing and _PLAIN.match(text) and kept(style, "wraps", _wraps):
        end = _word(text, style["lang"])
        if text[0] == " ":
            end = end if end == 1 else 0  # some signs stay with the space before them
        elif how["is_line_start"] and style["overflow_wrap"] == "anywhere":
            end = 1
    if not end:
        found: tuple[Any, ...] = _split(text, style, context, max_width, spacing, **how)
        return found
    word = text[:end].rstrip(" ")
    resume_at = len(text[:end].encode()) if end < len(text) else None
    widths = kept(style, "widths", lambda _: {})
    if word not in widths:
        layout = line_break.Layout(style)
        layout.set_text(word)
        widths[word], _ = line_break.line_size(layout.get_first_line()[0], style)
    return None, None, resume_at, widths[word], None, None


def _wraps(style: Any) -> bool:
    """Whether lines of this style are broken between words only."""
    return (
        style["white_space"] == "normal"
        and style["hyphens"] != "auto"
        and style["word_break"] == "normal"
        and style["font_size"] > 0
        and not style["word_spacing"]
        and style["letter_spacing"] == "normal"
    )


def _word(text: str, lang: str | None) -> int:
    """The length of the first word with the spaces behind it: the first place for a break."""
    seen = _SEEN
    while True:
        found = line_break.get_next_break_point_from_text(text[:seen], lang)
        if seen >= len(text):
            return len(text) if found is None else int(found) + 1
        if found is not None and found + 1 < seen - _AHEAD:
            return int(found) + 1
        seen *= 4
