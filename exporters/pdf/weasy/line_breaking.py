"""WeasyPrint, breaking a word anywhere that is longer than its line and made of several elements.

CSS has such a word broken where ``overflow-wrap`` allows it (CSS Text 3, 5.5). WeasyPrint does so
only with a word that one element holds from the line's start on: a name in code whose parts have
colours, or a word that is bold at first, runs out of its box; and what stands in an element at the
line's start is broken although the next line has room for it. So no word is broken at first, and a
line that is too long is made once more, now to be broken between any two characters. The same is
done with a line that is nothing but the indentation of a word that is too long for the rest of it.

Spaces that are kept hang over the end of a line (CSS Text 3, 4.1.3). To WeasyPrint they make it too
long, and it breaks the line before the word that they follow.

It is made for the version of WeasyPrint that `tuning` is made for, and does nothing with any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import weasyprint
from weasyprint.formatting_structure import boxes
from weasyprint.layout import inline, preferred
from weasyprint.text.constants import PANGO_WRAP_MODE
from weasyprint.text.ffi import pango
from weasyprint.text.line_break import create_layout, first_line_metrics

from exporters.pdf.weasy.tuning import VERSION

_ROUNDING = 0.01  # pixels

_UNBROKEN = ("pre", "nowrap")

_split_box, _split = inline.split_inline_box, inline.split_first_line
_collapsed = inline.trailing_whitespace_size


@cache
def break_anywhere() -> None:
    """Changes WeasyPrint for the rest of this process; once is enough."""
    if weasyprint.__version__ == VERSION:
        inline.split_inline_box = _split_line
        inline.split_first_line = _split_between_words
        inline.trailing_whitespace_size = _hanging
        preferred.split_first_line = broken_anywhere(preferred.split_first_line)


def broken_anywhere(split: Callable[..., Any]) -> Callable[..., Any]:
    """As `split`, which says how narrow a text may be made, for a text that may be broken wherever
    in its line it stands.
    """

    def narrowest(text: str, style: Any, *more: Any, is_line_start: bool, **how: Any) -> Any:
        anywhere = style["overflow_wrap"] == "anywhere"
        return split(text, style, *more, is_line_start=is_line_start or anywhere, **how)

    return narrowest


def _split_line(context: Any, box: Any, position_x: float, max_x: float, *rest: Any) -> Any:
    """In place of `split_inline_box`."""
    if not isinstance(box, boxes.LineBox) or box.style["overflow_wrap"] == "normal":
        return _split_box(context, box, position_x, max_x, *rest)
    lists = [each for each in (*rest, context.excluded_shapes) if isinstance(each, list)]
    lengths = [len(each) for each in lists]
    made = _split_box(context, box, position_x, max_x, *rest)
    line, resume_at, preserved, *_ = made
    indentation = resume_at and not preserved and _blank(line)
    if not (indentation or _too_long(context, line, max_x)):
        return made
    for each, length in zip(lists, lengths, strict=True):
        del each[length:]  # what the first attempt found on its way
    with _anywhere():
        return _split_box(context, box, position_x, max_x, *rest)


def _too_long(context: Any, line: Any, max_x: float) -> bool:
    end = line.content_box_x() + line.width
    return bool(end > max_x + _ROUNDING and end - _hanging(context, line) > max_x + _ROUNDING)


def _hanging(context: Any, box: Any) -> Any:
    """The width of the spaces at the end of a line, which do not make it too long."""
    last = box
    while isinstance(last, boxes.InlineBox | boxes.LineBox) and last.children:
        last = last.children[-1]
    if not isinstance(last, boxes.TextBox) or last.style["white_space"] != "pre-wrap":
        return _collapsed(context, box)
    return last.width - _width(last.text.rstrip(" "), last.style, context)


def _width(text: str, style: Any, context: Any) -> float:
    if not text:
        return 0.0
    width: float = _split(text, style, context, None, 0)[3]
    return width


def _split_between_words(*text: Any, is_line_start: bool = True, **how: Any) -> Any:
    """As `split_first_line`, which breaks no word then: those that are too long come later."""
    return _split(*text, is_line_start=False, **how)


def _blank(box: Any) -> bool:
    """Whether spaces that count are all that it holds."""
    if isinstance(box, boxes.TextBox):
        return box.style["white_space"] == "pre-wrap" and not box.text.strip()
    if isinstance(box, boxes.InlineBox | boxes.LineBox):
        return bool(box.children) and all(map(_blank, box.children))
    return False


@contextmanager
def _anywhere() -> Iterator[None]:
    """A line that is made in it may be broken between any two characters."""
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
    """As `split_first_line`, but a text of which not even a word fits is broken in the word."""
    found = _split(text, style, context, max_width, spacing, **how)
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
