"""WeasyPrint, with less work done twice.

A layout asks the same of a style for each box that has it: what a text in it is set with, the
height of its lines, lengths that are the same in any containing block. Here such answers are kept
on the style. Every document is laid out and drawn as without this: the tests print some both ways
and compare the bytes. It is made for one version of WeasyPrint, and does nothing with any other.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import weasyprint
from weasyprint import css
from weasyprint.css.computed_values import PHYSICAL_FUNCTIONS
from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES
from weasyprint.formatting_structure.boxes import Box
from weasyprint.layout import float as floats
from weasyprint.layout import percent, preferred
from weasyprint.text import line_break
from weasyprint.text.ffi import FROM_UNITS, ffi, gobject, pango

VERSION = "70.0"  # of WeasyPrint

_SIDES = ("top", "right", "bottom", "left")
_LENGTHS = (
    *(f"{name}_{side}" for name in ("margin", "padding") for side in _SIDES),
    *("width", "height", "min_width", "min_height", "max_width", "max_height"),
)
_BORDERS = tuple(f"border_{side}_width" for side in _SIDES)

# Pango's end of an attribute that holds for all of a text.
_EVERYTHING = 0xFFFFFFFF

# Text whose every character is one for the reader too, and whose spaces were made one each.
_LETTERS = "!-~\u2009\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e"
_PLAIN = re.compile(rf" ?[{_LETTERS}]+(?: [{_LETTERS}]+)* ?\Z")
_SEEN = 32  # characters among which the end of a word is looked for at first
_AHEAD = 4  # those behind it that may forbid a break

# Properties of which the value is another one than the parent's or the initial one.
_OWN = {"position", "float", "display", "page"}
_OWN |= {name for name in INITIAL_VALUES if name.startswith("text_decoration_")}
_INHERITED = set(INHERITED) - _OWN
_INITIAL = {
    name: value
    for name, value in INITIAL_VALUES.items()
    if name not in INHERITED | INITIAL_NOT_COMPUTED | _OWN and not css.check_math(value)
}
# Properties that say in the direction of writing what others say of top and left.
_LOGICAL = {
    function(block="ttb", inline=inline)
    for function in PHYSICAL_FUNCTIONS.values()
    for inline in ("ltr", "rtl")
}

# Rules that change more than the sheet that they stand in.
_FAR_REACHING = re.compile(r"@(?!page|media)")

_set_up, _set_text = line_break.Layout.setup, line_break.Layout.set_text
_reactivate = line_break.Layout.reactivate
_strut, _split = line_break.strut, line_break.split_first_line
_missing = css.ComputedStyle.__missing__
_css = css.CSS
_in_normal_flow = Box.is_in_normal_flow
_resolve, _avoid = percent.resolve_percentages, floats.avoid_collisions

ffi.cdef("PangoLayout *pango_layout_copy(PangoLayout *);")
_extents: Any = ffi.new("PangoRectangle *")


@cache
def tune() -> None:
    """Changes WeasyPrint for the rest of this process; once is enough."""
    if weasyprint.__version__ != VERSION:
        return
    layout = line_break.Layout
    layout.setup, layout.set_text = _quick_set_up, _quick_set_text
    layout.deactivate, layout.reactivate = _keep, _quick_reactivate
    css.ComputedStyle.__missing__ = _quick_missing
    css.CSS = _quick_css
    Box.is_in_normal_flow = _quick_in_normal_flow
    preferred.split_first_line = narrowest
    _replace(line_break.line_size, _quick_line_size)
    _replace(line_break.can_break_text, lru_cache(4096)(line_break.can_break_text))
    _replace(_strut, _quick_strut)
    _replace(_resolve, _quick_resolve)
    _replace(_avoid, _quick_avoid)


def _replace(old: Callable[..., Any], new: Callable[..., Any]) -> None:
    """Calls the new function wherever WeasyPrint's modules call the old one by its name."""
    for name, module in list(sys.modules.items()):
        if name.startswith("weasyprint.") and vars(module).get(old.__name__) is old:
            setattr(module, old.__name__, new)


def _kept(style: Any, name: str, made: Callable[[Any], Any]) -> Any:
    """What `made` makes of a style, made once."""
    try:
        return style.__dict__[name]
    except KeyError:
        value = style.__dict__[name] = made(style)
        return value


# Texts: Pango's layouts are copied from one of the same style, and drawn as they were measured.


def _template(style: Any) -> dict[str, Any]:
    """A layout without text. It is `plain` if no text needs attributes of its own."""
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
    # Drawing asks for this, which would lay out the text again if it were a change.
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
        text = text[: text.index("\n") + 2]  # the first line, and that there is a second
    self.text = text
    data = text.encode().replace(b"\0", b"")
    pango.pango_layout_set_text(self.layout, data, -1)
    if b"\t" in data:
        self.set_tabs()


def _keep(self: Any) -> None:
    """In place of `deactivate`: the layout goes when its box goes."""


def _quick_reactivate(self: Any, style: Any) -> None:
    if self.justification_spacing or not self.plain:
        _reactivate(self, style)


def _quick_line_size(line: Any, style: Any) -> tuple[Any, Any]:
    pango.pango_layout_line_get_extents(line, ffi.NULL, _extents)
    width = _extents.width * FROM_UNITS
    if style["letter_spacing"] != "normal":
        width += style["letter_spacing"]
    return width, _extents.height * FROM_UNITS


def _quick_strut(style: Any) -> Any:
    return _kept(style, "strut", _strut)


def narrowest(
    text: str, style: Any, context: Any, max_width: Any, spacing: Any, **how: Any
) -> tuple[Any, ...]:
    """As `split_first_line`; where no width is given, one word, each measured once.

    This is how the narrowest width of a table's cell is found. WeasyPrint lays out all that is
    left of the text for every word, which for Chinese takes the square of the time, since there a
    word is a character. The layout and the heights are left out: nobody asks for them there.
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
        widths[word], _ = _quick_line_size(layout.get_first_line()[0], style)
    return None, None, resume_at, widths[word], None, None


def _wraps(style: Any) -> bool:
    """Whether lines are broken between words and nowhere else."""
    return (
        style["white_space"] == "normal"
        and style["hyphens"] != "auto"
        and style["word_break"] == "normal"
        and style["font_size"] > 0
        and not style["word_spacing"]
        and style["letter_spacing"] == "normal"
    )


def _word(text: str, lang: str | None) -> int:
    """Where the text may be broken first: behind its first word and the spaces that follow."""
    seen = _SEEN
    while True:
        found = line_break.get_next_break_point_from_text(text[:seen], lang)
        if seen >= len(text):
            return len(text) if found is None else int(found) + 1
        if found is not None and found + 1 < seen - _AHEAD:
            return int(found) + 1
        seen *= 4


# Styles and boxes.


def _quick_css(*, page_rules: list[Any], **how: Any) -> Any:
    """A style sheet of a page; each is parsed once."""
    text = how.get("string", "")
    if not text or how["base_url"] or _FAR_REACHING.search(text):
        return _css(page_rules=page_rules, **how)
    sheet = _parsed_css(text, how["media_type"])
    page_rules += sheet.page_rules
    return sheet


@lru_cache(16)
def _parsed_css(text: str, media: str) -> Any:
    return _css(string=text, media_type=media)


def _quick_missing(self: Any, key: str) -> Any:
    """A property that is inherited, or has its initial value, without the look at all others."""
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


def _lengths(style: Any) -> dict[str, Any] | None:
    """The lengths of a box of this style, if they are the same wherever it stands."""
    if style["box_sizing"] != "content-box":
        return None
    found = {}
    for name in _LENGTHS:
        value = style[name]
        if value == "auto":
            found[name] = 0 if name in ("min_width", "min_height") else value
        elif getattr(value, "unit", None) == "px":
            found[name] = value.value
        else:
            return None
    return found | {name: style[name] for name in _BORDERS}


def _quick_resolve(box: Any, containing_block: Any) -> None:
    style = box.style
    lengths = _kept(style, "lengths", _lengths)
    if lengths is None or not isinstance(box, Box):
        _resolve(box, containing_block)
        return
    values = box.__dict__
    if style["border_collapse"] == "collapse":
        # Borders that a table has made narrower stay so.
        values.update(lengths | {name: values[name] for name in _BORDERS if name in values})
    else:
        values.update(lengths)


def _quick_avoid(context: Any, box: Any, containing_block: Any, outer: bool = True) -> Any:
    """The place of a line where nothing floats. It is added up as the original does it."""
    if (
        context.excluded_shapes
        or outer
        or containing_block.style["direction"] != "ltr"
        or box.is_floated()
    ):
        return _avoid(context, box, containing_block, outer)
    left = containing_block.content_box_x()
    right = left + containing_block.width - box.margin_right
    left += box.margin_left
    return left - box.margin_left, box.border_box_y() - box.margin_top, right - left
