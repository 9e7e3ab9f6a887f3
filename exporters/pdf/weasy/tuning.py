"""WeasyPrint made faster: results that depend only on a style are computed once and kept on it.

Upstream this is #578, the time that long documents take. Every document is laid out and drawn as
without this module: tests print some both ways and compare the bytes. What each part saves, of the
time to print a section of the shipped deck in three columns (docs/benchmarks.md):

* layouts of Pango are copied from one of the same style, and not laid out again to draw: 20 %;
* properties that are inherited or initial are found without a look at all others: 9 %;
* the height of a line (``strut``) and whether a box is in the normal flow: 5 % each;
* the narrowest width of a table cell with Chinese text, which otherwise takes the square of the
  time: nothing for that deck, seconds for a page of such tables.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

from weasyprint import css
from weasyprint.css.computed_values import PHYSICAL_FUNCTIONS
from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES
from weasyprint.formatting_structure.boxes import Box
from weasyprint.layout import preferred
from weasyprint.text import line_break
from weasyprint.text.ffi import ffi, gobject, pango

# Pango's end index of an attribute for the whole text.
_EVERYTHING = 0xFFFFFFFF

# Text without combining characters, and without two spaces in a row.
_LETTERS = "!-~\u2009\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e"
_PLAIN = re.compile(rf" ?[{_LETTERS}]+(?: [{_LETTERS}]+)* ?\Z")
_SEEN = 32  # characters in which the end of the first word is looked for at first
_AHEAD = 4  # characters behind a word that may forbid a break

# Properties whose value is not simply the inherited or the initial one.
_OWN = {"position", "float", "display", "page"}
_OWN |= {name for name in INITIAL_VALUES if name.startswith("text_decoration_")}
_INHERITED = set(INHERITED) - _OWN
_INITIAL = {
    name: value
    for name, value in INITIAL_VALUES.items()
    if name not in INHERITED | INITIAL_NOT_COMPUTED | _OWN and not css.check_math(value)
}
# Logical properties, such as margin-inline-start, which stand for physical ones.
_LOGICAL = {
    function(block="ttb", inline=inline)
    for function in PHYSICAL_FUNCTIONS.values()
    for inline in ("ltr", "rtl")
}

_set_up, _set_text = line_break.Layout.setup, line_break.Layout.set_text
_reactivate = line_break.Layout.reactivate
_strut, _split = line_break.strut, line_break.split_first_line
_missing = css.ComputedStyle.__missing__
_in_normal_flow = Box.is_in_normal_flow

ffi.cdef("PangoLayout *pango_layout_copy(PangoLayout *);")


@cache
def tune() -> None:
    """Change WeasyPrint for the rest of this process. Further calls do nothing."""
    layout = line_break.Layout
    layout.setup, layout.set_text = _quick_set_up, _quick_set_text
    layout.deactivate, layout.reactivate = _keep, _quick_reactivate
    css.ComputedStyle.__missing__ = _quick_missing
    Box.is_in_normal_flow = _quick_in_normal_flow
    preferred.split_first_line = narrowest
    _replace(_strut, _quick_strut)


def _replace(old: Callable[..., Any], new: Callable[..., Any]) -> None:
    """Put a new function in the place of an old one in all modules of WeasyPrint."""
    for name, module in list(sys.modules.items()):
        if name.startswith("weasyprint.") and vars(module).get(old.__name__) is old:
            setattr(module, old.__name__, new)


def _kept(style: Any, name: str, made: Callable[[Any], Any]) -> Any:
    """The result of `made` for a style, which is computed once."""
    try:
        return style.__dict__[name]
    except KeyError:
        value = style.__dict__[name] = made(style)
        return value


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
    template = _kept(style, "template", _template)
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
    return _kept(style, "strut", _strut)


def narrowest(
    text: str, style: Any, context: Any, max_width: Any, spacing: Any, **how: Any
) -> tuple[Any, ...]:
    """`split_first_line`, but faster if it is asked for one word: each word is measured once.

    This is how the narrowest width of a table cell is found. WeasyPrint lays out the whole rest of
    the text for every word. In Chinese, where a word is a character, that takes the square of the
    time. The result has no layout and no heights: its caller does not use them.
    """
    end = 0
    if max_width == 0 and not spacing and _PLAIN.match(text) and _kept(style, "wraps", _wraps):
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
    widths = _kept(style, "widths", lambda _: {})
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


def _quick_missing(self: Any, key: str) -> Any:
    """A property that is inherited or has its initial value, without a look at the others."""
    if key in self.cascaded or (key in PHYSICAL_FUNCTIONS and _kept(self, "logical", _is_logical)):
        return _missing(self, key)
    if key in _INHERITED and self.parent_style is not None:
        value = self.parent_style[key]
        if css.check_math(value):
            return _missing(self, key)
    elif key in _INITIAL:
        value = _INITIAL[key]
    else:
        return _missing(self, key)
    self[key] = value
    return value


def _is_logical(style: Any) -> bool:
    return not _LOGICAL.isdisjoint(style.cascaded)


def _quick_in_normal_flow(self: Any) -> bool:
    style = self.style
    if style["float"] == "none" and style["position"] in ("static", "relative"):
        return True
    return bool(_in_normal_flow(self))
