"""Long words and kept spaces at the end of a line, as CSS Text 3 has them.

A word that is longer than its line is broken where ``overflow-wrap`` allows it (CSS Text 3, 5.5).
WeasyPrint breaks it only if one element holds it from the start of the line. So a name in coloured
code, or a word with bold letters, runs out of its box; and a word in an element at the start of a
line is broken although the next line has room for it. Upstream: #1614, #2258, #2900.

Here no word is broken at first. A line that is too long is made a second time, and then it may be
broken between any two characters. So is a line that holds nothing but the indentation of a word
that is too long for the rest of the line.

Spaces that are kept hang over the end of a line (CSS Text 3, 4.1.3). WeasyPrint counts them as part
of the line, and breaks it before the word that they follow. Upstream: #2308.

A thin space between Chinese and Latin (`setting.cjk_spacing`) is a space of that kind, too, where a
line ends behind it. Pango leaves it out when it chooses the end of the line, WeasyPrint counts it
afterwards: the line is a hair too long, and is broken at an earlier place, often far too early.

So is a text that ends with a space of either kind, before code say, if it fits but for this space:
WeasyPrint then leaves nothing of it in the line but its first word, or nothing at all.

Nor does WeasyPrint count the space at the start of an element, such as that around code, when it
looks for the end of the line in it: what is too long for that alone goes to the next line whole.

When these issues are closed, print the shipped deck with and without this module, compare the pages
as pictures, and delete it if nothing is worse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from weasyprint.formatting_structure import boxes
from weasyprint.layout import inline, preferred
from weasyprint.text import line_break
from weasyprint.text.constants import PANGO_WRAP_MODE
from weasyprint.text.ffi import pango
from weasyprint.text.line_break import create_layout, first_line_metrics, line_size

_ROUNDING = 0.01  # pixels

# In ems: a character takes no less on average. A text that is longer than its line is not measured.
_NARROW = 0.25
_UNBROKEN = ("pre", "nowrap")
_THIN = "\u2009"

_split_box = inline.split_inline_box
_collapsed = inline.trailing_whitespace_size


@cache
def break_anywhere() -> None:
    """Change WeasyPrint for the rest of this process. Further calls do nothing."""
    inline.split_inline_box = _split_line
    inline.split_first_line = _split_between_words
    inline.trailing_whitespace_size = _hanging
    preferred.split_first_line = broken_anywhere(preferred.split_first_line)


def broken_anywhere(split: Callable[..., Any]) -> Callable[..., Any]:
    """A function like `split`, which finds the narrowest width of a text, for text that may be
    broken anywhere, even if it does not start its line.
    """

    def narrowest(text: str, style: Any, *more: Any, is_line_start: bool, **how: Any) -> Any:
        anywhere = style["overflow_wrap"] == "anywhere"
        return split(text, style, *more, is_line_start=is_line_start or anywhere, **how)

    return narrowest


def _split_line(context: Any, box: Any, position_x: float, max_x: float, *rest: Any) -> Any:
    """Replaces `split_inline_box`."""
    if not isinstance(box, boxes.LineBox):
        begins = rest[1] is None
        left = box.margin_left + box.border_left_width + box.padding_left if begins else 0
        return _split_box(context, box, position_x, max_x - left, *rest)
    if box.style["overflow_wrap"] == "normal":
        return _split_box(context, box, position_x, max_x, *rest)
    lists = [each for each in (*rest, context.excluded_shapes) if isinstance(each, list)]
    lengths = [len(each) for each in lists]
    made = _split_box(context, box, position_x, max_x, *rest)
    line, resume_at, preserved, *_ = made
    indentation = resume_at and not preserved and _blank(line)
    if not (indentation or _too_long(context, line, max_x)):
        return made
    for each, length in zip(lists, lengths, strict=True):
        del each[length:]  # what the first attempt added
    with _anywhere():
        return _split_box(context, box, position_x, max_x, *rest)


def _too_long(context: Any, line: Any, max_x: float) -> bool:
    end = line.content_box_x() + line.width
    return bool(end > max_x + _ROUNDING and end - _hanging(context, line) > max_x + _ROUNDING)


def _hanging(context: Any, box: Any) -> Any:
    """The width of the spaces at the end of a line; they do not make it too long."""
    last = box
    while isinstance(last, boxes.InlineBox | boxes.LineBox) and last.children:
        last = last.children[-1]
    if not isinstance(last, boxes.TextBox) or last.style["white_space"] != "pre-wrap":
        return _collapsed(context, box)
    return last.width - _width(last.text.rstrip(" "), last.style, context)


def _width(text: str, style: Any, context: Any) -> float:
    if not text:
        return 0.0
    width: float = line_break.split_first_line(text, style, context, None, 0)[3]
    return width


def _split_between_words(*text: Any, is_line_start: bool = True, **how: Any) -> Any:
    """`split_first_line`, but no word is broken; words that are too long come later."""
    found = line_break.split_first_line(*text, is_line_start=False, **how)
    if _fits_but_for_its_space(found, *text):
        whole, style, context, _, *spacing = text
        kept = whole.rstrip(_THIN)
        return line_break.split_first_line(kept, style, context, None, *spacing, **how)
    return _without_thin_space(found, text[1])


def _fits_but_for_its_space(
    found: tuple[Any, ...], text: str, style: Any, context: Any, max_width: Any, *_: Any
) -> bool:
    """Whether over the end of a line hangs nothing of `text` but the space that it ends with.

    WeasyPrint has split the text as `found`.
    """
    return (
        text.endswith((" ", _THIN))
        and style["white_space"] == "normal"
        and max_width is not None
        and (found[2] is not None or found[3] > max_width)
        and len(text) * _NARROW * style["font_size"] < max_width
        and _width(text.rstrip(f" {_THIN}"), style, context) <= max_width
    )


def _without_thin_space(found: tuple[Any, ...], style: Any) -> tuple[Any, ...]:
    """What `split_first_line` returns for `style`, without a thin space at the end of the line."""
    layout, length, resume_index, width, *heights = found
    if resume_index is None or not layout.text.endswith(_THIN):
        return found
    text = layout.text.rstrip(_THIN)
    if text:
        # WeasyPrint takes a layout apart that it does not expect to need again.
        was_active = hasattr(layout, "layout")
        if not was_active:
            layout.reactivate(style)
        layout.set_text(text)
        width, _ = line_size(layout.get_first_line()[0], style)
        if not was_active:
            layout.deactivate()
    else:
        width = 0.0
    return (layout, length, resume_index, width, *heights)


def _blank(box: Any) -> bool:
    """Whether a box holds nothing but kept spaces."""
    if isinstance(box, boxes.TextBox):
        return box.style["white_space"] == "pre-wrap" and not box.text.strip()
    if isinstance(box, boxes.InlineBox | boxes.LineBox):
        return bool(box.children) and all(map(_blank, box.children))
    return False


@contextmanager
def _anywhere() -> Iterator[None]:
    """While this is entered, a line may be broken between any two characters."""
    before = inline.split_first_line, inline.can_break_text
    inline.split_first_line, inline.can_break_text = _split_text, _can_break
    try:
        yield
    finally:
        inline.split_first_line, inline.can_break_text = before


def _can_break(text: str, lang: str | None) -> bool:
    return len(text) > 1


def _split_text(
    text: str, style: Any, context: Any, max_width: Any, spacing: Any, **how: Any
) -> Any:
    """`split_first_line`, but if not even the first word fits, the word is broken."""
    found = line_break.split_first_line(text, style, context, max_width, spacing, **how)
    layout, _, resume_index, width, *_ = found
    words = layout.text.strip() or resume_index is None
    if max_width is None or style["white_space"] in _UNBROKEN:
        return found
    if words and (
        width <= max_width or _width(layout.text.rstrip(" "), style, context) <= max_width
    ):
        return found
    layout = create_layout(text, style, context, max_width, spacing)
    pango.pango_layout_set_wrap(layout.layout, PANGO_WRAP_MODE["WRAP_CHAR"])
    first_line, index = layout.get_first_line()
    resume_index = index or first_line.length
    if resume_index >= len(text.encode()):
        resume_index = None
    collapse = style["white_space"] != "pre-wrap"
    return first_line_metrics(first_line, text, layout, resume_index, collapse, style)
