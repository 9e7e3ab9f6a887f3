"""Flash cards: each side of a card is laid out as a page, and the pages are placed on paper.

A side gets the largest type in which it fits. If a back does not fit in the smallest type, it
continues on the back of another card with the same front. So nothing is ever cut off or lost.

Cards are printed in packs, each separately, so that a pack can be kept from one build to the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from math import ceil
from typing import Any

from markupsafe import Markup

from deckpress.model import Asset, Card, CardKind, Html, Part, PartName
from deckpress.reading.part_names import part_label
from exporters.job import PrintOptions
from exporters.pdf.setting.field_html import PaperRenderer
from exporters.pdf.setting.html_templates import render, styles, text_to_html
from exporters.pdf.setting.missing_glyphs import box_missing_glyphs_in_text
from exporters.pdf.setting.nesting import INDENT
from exporters.pdf.setting.tables import SIZES
from exporters.pdf.setting.text_width import shorten, text_width
from exporters.pdf.sheet import Imposition, Sheet
from exporters.pdf.sheets import question_view
from exporters.pdf.sheets.card_grid import CardGrid
from exporters.pdf.weasy.imposition import first_element, free_height, imposed
from exporters.pdf.weasy.press import lay_out, print_environment, write_part
from exporters.theme import words
from exporters.view import Entry, has_gaps, letter

# The type sizes, in points.
_SIZES = (16.0, 14.0, 12.5, 11.0, 10.0, 9.0, 8.0, 7.2, 6.5, 6.0, 5.5)
_TYPES = "".join(f'.side[data-size="{size}"] {{ font-size: {size}pt }}\n' for size in _SIZES)
_LARGE = 14.0  # the smallest size in large print
# On cards of this size (square millimetres), backs also say why and have an example, as far as
# these fit in type of so many points: they never take a card of their own.
_ROOMY, _LEAST_WITH_PARTS = 12_000, 8.0
_LARGEST, _LARGEST_BACK = 16.0, 12.5
_MM_PER_POINT = 25.4 / 72
_LEADING = 1.5
_TIGHT = 0.82  # the share of a line that text fills at best, since lines end where words do
_RISE = 0.42  # share of the free height above the text: the optical centre is above the middle

# The size of code and tables relative to the text; the width of a letter of code, in ems; and the
# space beside a line of code, in millimetres.
_SMALL = 0.8
_CODE = _SMALL * 0.6
_ASKED = 0.88  # the size of what stands below a question (flashcards.css)
_CODE_AROUND = 4.2

# The corners: the type sizes of the title of a section and of the number, in points (see
# flashcards.css); the space beside them and at least between them, in millimetres.
_SECTION_SIZE, _NUMBER_SIZE, _CORNER, _BETWEEN = 6.0, 7.0, 5.0, 2.0
# The space beside, and above and below, the text of a card, in millimetres (see flashcards.css).
_AROUND = (10.0, 15.5)


# Cards, each with the title of its section.
Cards = tuple[tuple[Entry, str], ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a card.

    `section` is the title of its section, `size` the type size in points. `parts` stand below the
    answer. `repeat` counts the copies of a front: 0 for the first. A front that `opens` its section
    is the first of the section in its pack.
    """

    entry: Entry
    section: str
    front: bool
    size: float
    parts: tuple[Part, ...] = ()
    repeat: int = 0
    opens: bool = False

    @property
    def name(self) -> str:
        """The name of this side, by which its pages are found."""
        again = f"-{self.repeat}" if self.repeat else ""
        return f"_{'front' if self.front else 'back'}{again}-{self.entry.card.id}"


@dataclass(frozen=True, slots=True)
class Face:
    """A laid-out side, or a part of one, and the texts of its corners."""

    page: Any  # None if only the other side of this card has text
    id: str
    label: str
    section: str

    @property
    def shift_down(self) -> float:
        """How far down the page is moved, in millimetres, so that its text looks centred."""
        return free_height(self.page) * _RISE


@dataclass(frozen=True, slots=True)
class Leaf:
    """A side of the paper: its faces with their places; `marked` if it has marks for cutting."""

    faces: tuple[tuple[Face, tuple[float, float]], ...]
    marked: bool


@dataclass(frozen=True, slots=True)
class Pack:
    """Cards that are printed together, with all that is needed to print them.

    `numbers` are the numbers of the cards to which they have links, by id. `pictures` are those
    that they show, by name.
    """

    lang: str
    print_options: PrintOptions
    cards: Cards
    numbers: Mapping[str, int]
    pictures: Mapping[str, Asset]

    @property
    def content(self) -> bytes:
        """Everything that decides the printed bytes."""
        return repr(self).encode()


def grid_for(print_options: PrintOptions) -> CardGrid:
    """The places of the cards on paper, for these print options."""
    return CardGrid.for_paper(
        print_options.paper, print_options.per_page, print_options.flip, print_options.offset
    )


def shown_parts(card: Card, print_options: PrintOptions) -> tuple[Part, ...]:
    """The parts that the back of `card` may have below the answer."""
    width, height = grid_for(print_options).card
    if width * height < _ROOMY:
        return ()
    return tuple(part for part in card.parts if part.name in (PartName.WHY, PartName.EXAMPLE))


def print_pack(pack: Pack) -> bytes:
    """The pack as a part of a book: sheets with fronts and sheets with backs, in turn.

    A pack without cards gives one sheet with the marks for cutting.
    """
    return FlashCards(pack).print_part()


class FlashCards:
    """A pack as flash cards to cut out."""

    def __init__(self, pack: Pack) -> None:
        print_options = pack.print_options
        self._grid = grid_for(print_options)
        self._least = _LARGE if print_options.large_print else _SIZES[-1]
        self._ink = ("ink.css",) if print_options.ink_saver else ()
        self._marks = self._grid.lines() if print_options.cut_lines else self._grid.marks()
        self._pictures = pack.pictures
        self._cards = pack.cards
        self._numbers = pack.numbers
        self._drawings: dict[str, Asset] = {}
        self._shared: dict[str, Any] = {
            "lang": pack.lang,
            "field": self._field,
            "text": text_to_html,
            "words": words(pack.lang),
            "kinds": CardKind,
            "mark": lambda card: question_view.plain_text(question_view.blank_gaps(card.question)),
            "blank_gaps": question_view.blank_gaps,
            "has_gaps": has_gaps,
            "shuffled_steps": question_view.shuffled_steps,
            "letter": letter,
            "right_letters": question_view.right_letters,
            "label": lambda name: part_label(name, pack.lang),
        }

    def print_part(self) -> bytes:
        """The PDF of the pack, as a part of a book."""
        with print_environment():
            leaves = list(self._leaves(list(self._faces(list(self._sides())))))
            sheet = self._frame_sheet(leaves)
            around = lay_out(sheet)
            return write_part(around.copy(list(self._papers(leaves, around.pages))), sheet.html)

    def _sides(self) -> Iterator[Side]:
        last = ""
        for entry, section in self._cards:
            for front in (True, False):
                parts = () if front else entry.card.parts
                size = self._first_size(entry.card, front, parts)
                opens = front and section != last
                yield Side(entry, section, front, size, parts, opens=opens)
            last = section

    def _lay_out_sides(self, sides: Sequence[Side]) -> dict[str, list[Any]]:
        """The laid-out pages of each side, by its name: one page if any type size allows it."""
        found: dict[str, list[Any]] = {}
        going_on: list[Side] = []
        while sides:
            found |= _by_side(lay_out(self._sides_sheet(sides)))
            long = [side for side in sides if len(found[side.name]) > 1]
            going_on += [side for side in long if not self._shorter(side)]
            sides = [shorter for side in long if (shorter := self._shorter(side))]
        # What goes on on further cards anyway has the largest type in which they are no more.
        larger = list(filter(None, map(_larger, going_on)))
        while larger:
            made = _by_side(lay_out(self._sides_sheet(larger)))
            fitting = [side for side in larger if len(made[side.name]) <= len(found[side.name])]
            found |= {side.name: made[side.name] for side in fitting}
            larger = list(filter(None, map(_larger, fitting)))
        return found

    def _shorter(self, side: Side) -> Side | None:
        """The side in the next smaller type, or without its last part; None if it must go on."""
        least = max(self._least, _LEAST_WITH_PARTS) if side.parts else self._least
        if less := [size for size in _SIZES if least <= size < side.size]:
            return replace(side, size=less[0])
        if not side.parts:
            return None
        parts = side.parts[:-1]
        size = self._first_size(side.entry.card, side.front, parts)
        return replace(side, size=size, parts=parts)

    def _faces(self, sides: Sequence[Side]) -> Iterator[tuple[Face, Face]]:
        """The front and back of every card that is cut out.

        If the back takes several cards, each of them has a copy of the front.
        """
        pages = self._lay_out_sides(sides)
        fronts, backs = sides[::2], sides[1::2]
        again = [
            replace(front, repeat=part)
            for front, back in zip(fronts, backs, strict=True)
            if len(pages[front.name]) == 1
            for part in range(1, len(pages[back.name]))
        ]
        pages |= self._lay_out_sides(again)
        for extra in again:
            pages[replace(extra, repeat=0).name] += pages[extra.name][:1]
        for front, back in zip(fronts, backs, strict=True):
            here, behind = pages[front.name], pages[back.name]
            parts = max(len(here), len(behind))
            for part, (page, back_page) in enumerate(zip_longest(here, behind), 1):
                label = str(front.entry.number) + (f" ({part}/{parts})" if parts > 1 else "")
                yield (
                    Face(page, front.entry.card.id, label, front.section),
                    Face(back_page, front.entry.card.id, label, ""),
                )

    def _leaves(self, faces: Sequence[tuple[Face, Face]]) -> Iterator[Leaf]:
        """The sides of the paper, fronts and backs in turn; one empty side without cards."""
        count = self._grid.columns * self._grid.rows
        for start in range(0, len(faces) or 1, count):
            run = faces[start : start + count]
            fronts, backs = ([pair[side] for pair in run] for side in (0, 1))
            yield Leaf(tuple(zip(fronts, self._grid.fronts(), strict=False)), marked=True)
            if run:
                yield Leaf(tuple(zip(backs, self._grid.backs(), strict=False)), marked=False)

    def _papers(self, leaves: Sequence[Leaf], papers: Sequence[Any]) -> Iterator[Any]:
        for leaf, paper in zip(leaves, papers, strict=True):
            placed = [(face, place) for face, place in leaf.faces if face.page is not None]
            places = tuple((left, top + face.shift_down) for face, (left, top) in placed)
            size = (self._grid.width, self._grid.height)
            whole = Imposition(size, ((0, 0), *places))
            yield from imposed([paper, *(face.page for face, _ in placed)], whole)

    def _sides_sheet(self, sides: Sequence[Side]) -> Sheet:
        width, height = self._grid.card
        size = f"@page {{ size: {width:.3f}mm {height:.3f}mm }}\n"
        room = f":root {{ --room: {height - _AROUND[1]:.3f}mm }}\n"
        css = Markup(styles("content.css", "flashcards.css", *self._ink) + size + room + _TYPES)
        html = render("flashcards", **self._shared, sides=sides, style=css)
        return Sheet(html, {**self._pictures, **self._drawings})

    def _field(self, html: Html, size: float) -> Markup:
        """The field `html` as HTML, in type of `size` points."""
        em = size * _MM_PER_POINT
        room = self._grid.card[0] - _AROUND[0]
        letter = _CODE * em
        code, indent = int((room - _CODE_AROUND) / letter), ceil(INDENT / letter)
        # On flash cards, tables have the type size of code (flashcards.css).
        renderer = PaperRenderer(self._numbers, 1.0, code, indent, room, size * _SMALL / SIZES[0])
        made = renderer.field(html)
        self._drawings.update(renderer.drawings)
        return made

    def _frame_sheet(self, leaves: Sequence[Leaf]) -> Sheet:
        """What is on the paper besides the text of the cards: the corners and the marks."""
        width, height = self._grid.width, self._grid.height
        css = f"@page {{ size: {width}mm {height}mm; margin: 0 }}\n" + "".join(self._places())
        style = Markup(styles("flashcards.css", *self._ink) + css)
        values = {"leaves": leaves, "marks": self._marks, "section": self._section}
        return Sheet(render("flashcards-around", **self._shared, **values, style=style))

    def _section(self, face: Face) -> str:
        """The title of a section, as far as there is room for it beside the number of the card."""
        number = text_width(face.label, _NUMBER_SIZE, bold=True)
        room = self._grid.card[0] - 2 * _CORNER - number - _BETWEEN
        return shorten(box_missing_glyphs_in_text(face.section), room, _SECTION_SIZE)

    def _places(self) -> Iterator[str]:
        """The CSS of the places of the cards and of the marks."""
        for side, places in (("front", self._grid.fronts()), ("back", self._grid.backs())):
            for number, place in enumerate(places):
                yield _rectangle(f"{side}-{number}", *place, *self._grid.card)
        for number, mark in enumerate(self._marks):
            yield _rectangle(f"mark-{number}", mark.left, mark.top, mark.width, mark.height)

    def _first_size(self, card: Card, front: bool, parts: tuple[Part, ...]) -> float:
        """An estimate of the largest type size in which a side fits, by the length of its text."""
        width, height = (
            length - around for length, around in zip(self._grid.card, _AROUND, strict=True)
        )
        fields = (
            [(card.question, 1.0), *((field, _ASKED) for field in _front(card)[1:])]
            if front
            else [(field, 1.0) for field in (*_back(card), *(part.html for part in parts))]
        )
        least = max(self._least, _LEAST_WITH_PARTS) if parts else self._least
        largest = _LARGEST if front else _LARGEST_BACK
        sizes = [size for size in _SIZES if least <= size <= largest] or [least]
        for size in sizes:
            em = size * _MM_PER_POINT
            line = width / em * _TIGHT
            cue = 1 if front and card.options else 0  # a line that says how many are right
            lines = cue + sum(
                share * max(1, -(-question_view.text_length(field) * share // line))
                for field, share in fields
                if field
            )
            if lines * em * _LEADING <= height:
                return size
        return sizes[-1]


def _rectangle(name: str, left: float, top: float, width: float, height: float) -> str:
    """The CSS of what has the class `name`: its place and its size, in millimetres."""
    return f".{name} {{ left: {left}mm; top: {top}mm; width: {width}mm; height: {height}mm }}\n"


def _larger(side: Side) -> Side | None:
    """The side in the next larger type; None if it has the largest."""
    largest = _LARGEST if side.front else _LARGEST_BACK
    more = [size for size in _SIZES if side.size < size <= largest]
    return replace(side, size=more[-1]) if more else None


def card_fields(card: Card) -> tuple[Html, ...]:
    """All fields that are printed on `card`; some are printed on both sides."""
    return (*_front(card), *_back(card), card.short, *(part.html for part in card.parts))


def _front(card: Card) -> tuple[Html, ...]:
    short = card.short if has_gaps(card.short) else ()
    return (card.question, card.lead, short, *(o.html for o in card.options), *card.steps)


def _back(card: Card) -> tuple[Html, ...]:
    filled = card.question if has_gaps(card.question) else ()
    rights = (option.html for option in card.options if option.right)
    return (filled, *rights, *card.steps, card.short)


def _by_side(document: Any) -> dict[str, list[Any]]:
    """The pages of a document by the name of the side that they show."""
    found: dict[str, list[Any]] = {}
    for page in document.pages:
        found.setdefault(first_element(page).get("data-side"), []).append(page)
    return found
