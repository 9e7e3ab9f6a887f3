"""Flash cards: each side of a card is set as a page of its own, and the pages are put on paper.

A side gets the largest type in which it fits. What does not fit in the smallest continues on the
back of another card with the same front, so nothing is ever cut off or lost.

Cards are printed in packs, each by itself, so that it can be kept from one build to the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from math import ceil
from typing import Any

from markupsafe import Markup

from deckpress.model import Asset, Card, CardKind, Html
from exporters.job import Printing
from exporters.pdf.setting.field_html import Paper
from exporters.pdf.setting.html_templates import rendered, styles, text
from exporters.pdf.setting.nesting import INDENT
from exporters.pdf.setting.tables import SIZES
from exporters.pdf.sheet import Imposition, Sheet
from exporters.pdf.sheets import question_view
from exporters.pdf.sheets.card_grid import Cutting
from exporters.pdf.weasy.imposition import imposed
from exporters.pdf.weasy.press import laid_out, part_of, pressing
from exporters.view import Entry, has_gaps, letter

# The sizes of type, in points.
_SIZES = (16.0, 14.0, 12.5, 11.0, 10.0, 9.0, 8.0, 7.2, 6.5, 6.0, 5.5)
_LARGE = 14.0  # the least of large print
_LARGEST, _LARGEST_BACK = 16.0, 12.5
_POINT, _PIXEL = 25.4 / 72, 25.4 / 96  # millimetres
_LEADING = 1.5
_TIGHT = 0.82  # how much of its room a text fills at best: lines end where words do
_RISE = 0.42  # of the room that is left, above the text: the eye's middle is above the ruler's

# The width of a letter of code in ems, the size of code and tables beside the text, and the
# millimetres beside a line of code.
_SMALL = 0.8
_CODE = _SMALL * 0.6
_CODE_AROUND = 4.2

# Of a card, what is around the text, in millimetres (see flashcards.css).
_AROUND = (10.0, 15.5)


# Cards, each with the title of its section.
Cards = tuple[tuple[Entry, str], ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a card, its type in points. `again` counts the times it was set before."""

    entry: Entry
    section: str
    front: bool
    size: float
    again: int = 0

    @property
    def name(self) -> str:
        """What its pages are found by."""
        again = f"-{self.again}" if self.again else ""
        return f"_{'front' if self.front else 'back'}{again}-{self.entry.card.id}"


@dataclass(frozen=True, slots=True)
class Face:
    """A laid-out side, or a part of one, and what stands in its corners."""

    page: Any  # none where the other side goes on alone
    id: str
    label: str
    section: str

    @property
    def sink(self) -> float:
        """How far down it is put, in millimetres, to stand in the middle of its card."""
        room = self.page._page_box
        (body,) = room.children[0].children
        free = room.height - sum(side.margin_height() for side in body.children)
        return float(max(0, free) * _RISE * _PIXEL)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A side of the paper: its cards and their places; `marked` if it shows where to cut."""

    faces: tuple[tuple[Face, tuple[float, float]], ...]
    marked: bool


@dataclass(frozen=True, slots=True)
class Pack:
    """Cards that are printed together, and all that this takes. `numbers` are those of the cards
    to which they link.
    """

    lang: str
    printing: Printing
    cards: Cards
    numbers: Mapping[str, int]
    pictures: Mapping[str, Asset]

    @property
    def content(self) -> bytes:
        """All that decides what is printed."""
        return repr(self).encode()


def cutting(printing: Printing) -> Cutting:
    """The paper and the places of its cards, as they are asked for."""
    return Cutting.of(printing.paper, printing.per_page, printing.flip, printing.offset)


def printed_pack(pack: Pack) -> bytes:
    """Sheets of fronts and backs in turn, as a part of a book; one with the marks alone if there
    are no cards.
    """
    return FlashCards(pack).printed()


class FlashCards:
    """A pack as cards to cut out."""

    def __init__(self, pack: Pack) -> None:
        printing = pack.printing
        self._cutting = cutting(printing)
        self._least = _LARGE if printing.large_print else _SIZES[-1]
        self._ink = ("ink.css",) if printing.ink_saver else ()
        self._pictures = pack.pictures
        self._cards = pack.cards
        self._numbers = pack.numbers
        self._drawings: dict[str, Asset] = {}
        self._shared: dict[str, Any] = {
            "lang": pack.lang,
            "field": self._field,
            "text": text,
            "kinds": CardKind,
            "mark": lambda card: question_view.plain(question_view.asked(card.question)),
            "blanked": question_view.asked,
            "has_gaps": has_gaps,
            "shuffled": question_view.shuffled,
            "letter": letter,
            "right": question_view.right,
        }

    def printed(self) -> bytes:
        with pressing():
            leaves = list(self._leaves(list(self._faces(list(self._sides())))))
            sheet = self._around(leaves)
            around = laid_out(sheet)
            return part_of(around.copy(list(self._sheets(leaves, around.pages))), sheet.html)

    def _sides(self) -> Iterator[Side]:
        for entry, section in self._cards:
            for front in (True, False):
                yield Side(entry, section, front, self._guess(entry.card, front))

    def _fitted(self, sides: Sequence[Side]) -> dict[str, list[Any]]:
        """The pages of each side, one if that is possible in any size of type."""
        found: dict[str, list[Any]] = {}
        while sides:
            found |= _by_side(sides, laid_out(self._sheet(sides)))
            sides = [
                replace(side, size=less[0])
                for side in sides
                if len(found[side.name]) > 1
                and (less := [size for size in _SIZES if self._least <= size < side.size])
            ]
        return found

    def _faces(self, sides: Sequence[Side]) -> Iterator[tuple[Face, Face]]:
        """Front and back of every card that is cut out.

        Where the back takes several cards, each of them has the front.
        """
        pages = self._fitted(sides)
        fronts, backs = sides[::2], sides[1::2]
        again = [
            replace(front, again=part)
            for front, back in zip(fronts, backs, strict=True)
            if len(pages[front.name]) == 1
            for part in range(1, len(pages[back.name]))
        ]
        pages |= self._fitted(again)
        for extra in again:
            pages[replace(extra, again=0).name] += pages[extra.name][:1]
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
        """The sides of the paper, fronts and backs in turn; one without cards if there are none."""
        count = self._cutting.columns * self._cutting.rows
        for start in range(0, len(faces) or 1, count):
            run = faces[start : start + count]
            fronts, backs = ([pair[side] for pair in run] for side in (0, 1))
            yield Leaf(tuple(zip(fronts, self._cutting.fronts(), strict=False)), marked=True)
            if run:
                yield Leaf(tuple(zip(backs, self._cutting.backs(), strict=False)), marked=False)

    def _sheets(self, leaves: Sequence[Leaf], papers: Sequence[Any]) -> Iterator[Any]:
        for leaf, paper in zip(leaves, papers, strict=True):
            placed = [(face, place) for face, place in leaf.faces if face.page is not None]
            places = tuple((left, top + face.sink) for face, (left, top) in placed)
            size = (self._cutting.width, self._cutting.height)
            whole = Imposition(size, ((0, 0), *places))
            yield from imposed([paper, *(face.page for face, _ in placed)], whole)

    def _sheet(self, sides: Sequence[Side]) -> Sheet:
        width, height = self._cutting.card
        size = f"@page {{ size: {width:.3f}mm {height:.3f}mm }}\n"
        room = f":root {{ --room: {height - _AROUND[1]:.3f}mm }}\n"
        css = Markup(styles("content.css", "flashcards.css", *self._ink) + size + room)
        html = rendered("flashcards", **self._shared, sides=sides, style=css)
        return Sheet(html, {**self._pictures, **self._drawings})

    def _field(self, html: Html, size: float) -> Markup:
        """A field in type of that size, in points."""
        em = size * _POINT
        room = self._cutting.card[0] - _AROUND[0]
        letter = _CODE * em
        code, indent = int((room - _CODE_AROUND) / letter), ceil(INDENT / letter)
        # Tables are as large as code there (flashcards.css).
        paper = Paper(self._numbers, 1.0, code, indent, room, size * _SMALL / SIZES[0])
        made = paper.field(html)
        self._drawings.update(paper.drawings)
        return made

    def _around(self, leaves: Sequence[Leaf]) -> Sheet:
        """What stands on the sheets besides the cards' text: the marks, and the corners."""
        width, height = self._cutting.width, self._cutting.height
        css = f"@page {{ size: {width}mm {height}mm; margin: 0 }}\n"
        style = Markup(styles("flashcards.css", *self._ink) + css)
        values = {"leaves": leaves, "marks": self._cutting.marks(), "size": self._cutting.card}
        return Sheet(rendered("flashcards-around", **self._shared, **values, style=style))

    def _guess(self, card: Card, front: bool) -> float:
        """The largest size in which a side may fit, by how much text it has."""
        width, height = (
            length - around for length, around in zip(self._cutting.card, _AROUND, strict=True)
        )
        fields = _front(card) if front else _back(card)
        largest = _LARGEST if front else _LARGEST_BACK
        sizes = [size for size in _SIZES if self._least <= size <= largest] or [self._least]
        for size in sizes:
            em = size * _POINT
            line = width / em * _TIGHT
            lines = sum(
                max(1, -(-question_view.length(field) // line)) for field in fields if field
            )
            if lines * em * _LEADING <= height:
                return size
        return sizes[-1]


def fields(card: Card) -> tuple[Html, ...]:
    """All that stands on a card, and some of it on both sides."""
    return (*_front(card), *_back(card), card.short)


def _front(card: Card) -> tuple[Html, ...]:
    short = card.short if has_gaps(card.short) else ()
    return (card.question, card.lead, short, *(o.html for o in card.options), *card.steps)


def _back(card: Card) -> tuple[Html, ...]:
    filled = card.question if has_gaps(card.question) else ()
    rights = (option.html for option in card.options if option.right)
    return (filled, *rights, *card.steps, card.short)


def _by_side(sides: Sequence[Side], document: Any) -> dict[str, list[Any]]:
    """The pages of a document by the side that stands on each."""
    names = {side.name for side in sides}
    found: dict[str, list[Any]] = {}
    name = ""
    for page in document.pages:
        name = next((anchor for anchor in page.anchors if anchor in names), name)
        found.setdefault(name, []).append(page)
    return found
