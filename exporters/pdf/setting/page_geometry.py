"""The geometry of a page: margins, columns, type size, and the places of head and foot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

from exporters.job import PrintOptions, page_size
from exporters.pdf.setting.nesting import INDENT
from exporters.pdf.sheet import Above, Imposition, Label
from exporters.theme import color

_USUAL_SIZE, _LARGE_SIZE = 8.4, 16.0  # points; in large print, the smallest text to read has 14
_CODE_LETTER = 0.774 * 0.6  # ems: the width of a letter of code
# The margin of a card (card.css) in ems, in Chinese and in other languages; the millimetres between
# margin and code.
_HAN_MARGIN, _MARGIN, _PADDING = 2.7, 4.56, 5.8
_MM_PER_POINT = 25.4 / 72
_ONE_COLUMN_BELOW = 170  # millimetres; a narrower page has one column
# Millimetres: the least width of a narrow column in the usual type, and the gap between two.
_NARROW_COLUMN, _NARROW_GAP = 40.0, 5.0
# Millimetres, in the usual type: the room above a column, in which stands which card goes on in it,
# from there to the head, from a column to the foot, and what a margin needs more in twice the size.
_ABOVE, _TO_HEAD, _TO_FOOT, _FOR_LARGE = 2.6, 1.5, 4.2, 4.4
# Millimetres between the text of a column and what begins below it, and the least share of the
# page's height that is worth it.
_GAP, _LEAST_REST = 6.0, 0.1
_HEAD_SIZE, _FOOT_SIZE = 7.2, 6.6  # points, for the usual type size


@dataclass(frozen=True, slots=True)
class Geometry:
    """A page with columns.

    `size` is the type size in points. All other lengths are in millimetres.
    """

    width: float = 210
    height: float = 297
    top: float = 17
    right: float = 13
    bottom: float = 15
    left: float = 13
    columns: int = 2
    gap: float = 8
    size: float = _USUAL_SIZE
    ink_saver: bool = False

    @classmethod
    def from_options(cls, print_options: PrintOptions, size: float = 0) -> Geometry:
        """The geometry for `print_options`.

        The type has `size` points; if that is 0, the options decide it.
        """
        width, height = page_size(print_options.paper)
        columns = print_options.columns or (
            1 if print_options.large_print or width < _ONE_COLUMN_BELOW else 2
        )
        chosen = size or (_LARGE_SIZE if print_options.large_print else _USUAL_SIZE)
        if width < _ONE_COLUMN_BELOW:
            return cls(width, height, 14, 10, 12, 10, columns, 6, chosen, print_options.ink_saver)
        return cls(width, height, columns=columns, size=chosen, ink_saver=print_options.ink_saver)

    def with_close_margins(self) -> Geometry:
        """The same page with margins no wider than its head and foot need, for long text."""
        more = _FOR_LARGE * (self._enlarged - 1)
        bottom = 13 + more / 2
        if self.width < _ONE_COLUMN_BELOW:
            return replace(self, top=13 + more, right=9, bottom=bottom, left=9)
        return replace(self, top=14 + more, right=10, bottom=bottom, left=10, gap=6.5)

    def code_characters(self, lang: str) -> int:
        """The number of characters of code in a line of a card in the language `lang`."""
        return int((self.card_width(lang) - _PADDING) / self._code_letter_width)

    def card_width(self, lang: str) -> float:
        """The width of the text of a card in the language `lang`, in millimetres."""
        margin = _HAN_MARGIN if lang.startswith("zh") else _MARGIN
        return self.column_width - margin * self.size * _MM_PER_POINT

    @property
    def code_indent(self) -> int:
        """The number of characters of code that each list around it takes from a line."""
        return ceil(INDENT / self._code_letter_width)

    @property
    def _code_letter_width(self) -> float:
        return _CODE_LETTER * self.size * _MM_PER_POINT

    @property
    def scale(self) -> float:
        """The type size relative to the usual one."""
        return self.size / _USUAL_SIZE

    @property
    def em(self) -> float:
        """The size of the type, in millimetres."""
        return self.size * _MM_PER_POINT

    @property
    def column_width(self) -> float:
        """The width of a column, in millimetres."""
        room = self.width - self.left - self.right
        return (room - self.gap * (self.columns - 1)) / self.columns

    def imposition(self) -> Imposition:
        """Places columns, each set as a page of its own, side by side on the page."""
        step = self.column_width + self.gap
        lefts = (self.left + step * number for number in range(self.columns))
        top = self.top - self._above
        return Imposition((self.width, self.height), tuple((left, top) for left in lefts))

    def above(self, html: str) -> Above:
        """The page `html`, to stand above the first columns."""
        return Above(html, self._above)

    def top_below(self, rest: float) -> float:
        """How far down a column begins that stands in the empty `rest` of one; 0 if in none."""
        _, height = self.text_area
        return self._above + height - rest + _GAP if rest - _GAP > _LEAST_REST * height else 0.0

    def page_css(self) -> str:
        """The CSS of a document with whole pages, on which the cards flow in columns."""
        margins = f"{self.top}mm {self.right}mm {self.bottom}mm {self.left}mm"
        return (
            f"@page {{ size: {self.width}mm {self.height}mm; margin: {margins} }}\n"
            f"main {{ columns: {self.columns}; column-gap: {self.gap}mm }}\n"
            f"html {{ font-size: {self.size}pt }}\n"
            f":root {{ --head: {self._head_size:.2f}pt; --foot: {self._foot_size:.2f}pt }}\n"
        )

    def column_css(self) -> str:
        """The CSS of a document whose pages are columns; use it with `imposition`."""
        height = self.height - self.top - self.bottom + self._above
        return (
            f"@page {{ size: {self.column_width:.3f}mm {height:.3f}mm }}\n"
            f"@page {{ margin: {self._above:.3f}mm 0 0 }}\n"
            f"html {{ font-size: {self.size}pt }}\n"
            f":root {{ --foot: {self._foot_size:.2f}pt }}\n"
        )

    def narrow_columns_css(self, selector: str) -> str:
        """The CSS that divides a column into narrow ones, for lines of a few words."""
        room = self.column_width + _NARROW_GAP
        count = max(1, int(room / (_NARROW_COLUMN * self.scale + _NARROW_GAP)))
        columns = f"columns: {count}; column-gap: {_NARROW_GAP}mm; column-fill: auto"
        return f"{selector} {{ {columns} }}\n"

    def head_left(self, text: str) -> Label:
        """`text` as a label at the left of the running head."""
        return Label(
            text,
            self.left,
            self._head_baseline,
            0.62 * self._text_width,
            self._head_size,
            self._color("accent"),
            bold=True,
        )

    def head_right(self, text: str) -> Label:
        """`text` as a label at the right of the running head."""
        x = self.width - self.right
        return Label(
            text,
            x,
            self._head_baseline,
            0.36 * self._text_width,
            self._head_size,
            self._color("muted"),
            right_aligned=True,
        )

    def foot_left(self, text: str) -> Label:
        """`text` as a label at the left of the foot."""
        return Label(
            text,
            self.left,
            self._foot_baseline,
            0.72 * self._text_width,
            self._foot_size,
            self._color("muted"),
        )

    def foot_right(self, text: str) -> Label:
        """`text` as a label at the right of the foot."""
        x = self.width - self.right
        return Label(
            text,
            x,
            self._foot_baseline,
            0.26 * self._text_width,
            self._foot_size,
            self._color("muted"),
            right_aligned=True,
        )

    def page_of(self, text: str) -> Label:
        """The page of a card behind a link to it; its place is that of the link."""
        return Label(text, 0, 0, 50, 0, self._color("muted"), right_aligned=True)

    @property
    def text_area(self) -> tuple[float, float]:
        """The width and height of the area between the margins, in millimetres."""
        return self._text_width, self.height - self.top - self.bottom

    def _color(self, name: str) -> str:
        return "#000000" if self.ink_saver else color(name)

    @property
    def _text_width(self) -> float:
        return self.width - self.left - self.right

    @property
    def _head_size(self) -> float:
        """The type size of the head, in points. It is never smaller than usual."""
        return _HEAD_SIZE * self._enlarged

    @property
    def _foot_size(self) -> float:
        return _FOOT_SIZE * self._enlarged

    @property
    def _enlarged(self) -> float:
        """How much larger than usual the type is; 1 for smaller type."""
        return max(1.0, self.scale)

    @property
    def _above(self) -> float:
        return _ABOVE * self._enlarged

    @property
    def _head_baseline(self) -> float:
        return self.top - self._above - _TO_HEAD * self._enlarged

    @property
    def _foot_baseline(self) -> float:
        return self.height - self.bottom + _TO_FOOT + self._enlarged - 1
