"""The self-test: every card as a question with room for the answer, and the key at the end."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from markupsafe import Markup

from deckpress import __version__
from deckpress.model import Asset, Card, CardKind, ClozeStart, Deck, Html, Version
from exporters.job import PLAIN, Printing
from exporters.pdf.book.binding import Book, Chunk, Places
from exporters.pdf.setting.field_html import Paper
from exporters.pdf.setting.grey_pictures import inked
from exporters.pdf.setting.html_templates import rendered, styles, text
from exporters.pdf.setting.missing_glyphs import boxed_text
from exporters.pdf.setting.page_geometry import Geometry
from exporters.pdf.sheet import Label, Sheet
from exporters.pdf.sheets import question_view
from exporters.pdf.sheets.cheat_sheet import heads
from exporters.pdf.sheets.chunks import MOST, chunks, ids
from exporters.pdf.sheets.running_heads import foot, running
from exporters.theme import words
from exporters.view import Chapter, Entry, chapters, gaps, has_gaps, letter

_STYLES = ("sheet.css", "content.css", "selftest.css")
# So many questions have their key behind them, in one piece; more are a book with a cover.
_FEW = 40
_LEAST_LINES, _MOST_LINES = 2, 6
_BESIDE = 15.0  # millimetres of a column, at most, beside a question or an answer
_HANDWRITING = 1.5  # it takes so much more room than print


@dataclass(frozen=True, slots=True)
class Exercise:
    """What is asked of a card, and what the key says of it.

    `asked` is inline HTML for a heading, `body` what stands below it, and `lines` how many lines
    there are to write on. `title` is the question as plain text, its gaps empty; `filled` has the
    gaps and what they hide.
    """

    number: int
    card: Card
    title: str
    asked: Html
    body: Html
    lines: int
    filled: tuple[tuple[ClozeStart, Html], ...]
    answer: Html


class SelfTest:
    """A deck and how it asks. It becomes one sheet, or a book of many."""

    def __init__(self, deck: Deck, version: Version, printing: Printing = PLAIN.printing) -> None:
        self._geometry = Geometry.of(printing)
        self._styles = (*_STYLES, "ink.css") if printing.ink_saver else _STYLES
        self._deck = deck
        self._chapters = tuple(_asked(deck))
        said = words(deck.meta.lang)
        numbers = {each.card.id: each.number for part in self._chapters for each in part.entries}
        code = self._geometry.code(deck.meta.lang)
        self._paper = Paper(
            numbers,
            self._geometry.scale,
            code,
            self._geometry.code_indent,
            self._geometry.column - _BESIDE,
            self._geometry.size,
        )
        self._pictures = inked(deck.assets, printing)
        self.short = len(numbers) <= _FEW
        self._shared: dict[str, Any] = {
            "deck": deck,
            "version": version,
            "title": f"{deck.meta.title} · {said['self-test']}",
            "foot": foot(deck, version, said["self-test"], self._geometry.foot_left("")),
            "count": len(numbers),
            "words": said,
            "tags": [],
            "generator": f"Deckpress {__version__}",
            "field": self._paper.field,
            "text": text,
            "boxed": boxed_text,
            "kinds": CardKind,
            "exercise": lambda entry: exercise(entry, self._geometry.column / self._geometry.scale),
            "shuffled": question_view.shuffled,
            "letter": letter,
            "right": question_view.right,
        }

    def sheet(self) -> Sheet:
        """Questions and key, one behind the other."""
        css = styles("page.css", *self._styles) + self._geometry.of_pages()
        return self._sheet("selftest", css, chapters=self._chapters, pages=None)

    def book(self) -> Book:
        """A cover with room for the score, the questions in chunks, and the key."""
        name = repr(("test", self._geometry, self._deck.meta.key, ids(self._chapters)))
        return Book(name, self._cover, tuple(self._questions()), self._running, self._key)

    def _cover(self, places: Places) -> tuple[Sheet]:
        css = styles(*self._styles) + self._geometry.of_pages()
        pages = places.pages
        return (self._sheet("selftest-cover", css, chapters=self._chapters, pages=pages),)

    def _questions(self) -> Iterator[Chunk]:
        css = styles(*self._styles) + self._geometry.of_columns()
        for run in chunks(self._chapters):
            sheet = self._sheet("selftest-questions", css, chapters=run)
            laid = Sheet(sheet.html, sheet.assets, self._geometry.imposition())
            yield Chunk(laid, continues=run[0].continues)

    def _key(self, places: Places) -> tuple[Sheet, ...]:
        """The answers: on one sheet, or on several where they are too many to lay out at once."""
        css = styles(*self._styles) + self._geometry.of_columns()
        sheets: list[Sheet] = []
        for run in chunks(self._chapters, MOST) if self._chapters else ((),):
            values = {"chapters": run, "pages": places.pages, "first": not sheets}
            sheet = self._sheet("selftest-key", css, **values)
            sheets.append(Sheet(sheet.html, sheet.assets, self._geometry.imposition()))
        return tuple(sheets)

    def _running(self, places: Places) -> tuple[tuple[Label, ...], ...]:
        above = self._heads(places)
        title, foot = self._shared["title"], self._shared["foot"]
        return running(self._geometry, self._deck, above, title, foot)

    def _heads(self, places: Places) -> tuple[str, ...]:
        key = places.pages.get("_key", places.count + 1) - 1
        questions = heads(self._chapters, Places(places.pages, key))
        return questions + (self._shared["words"]["key"],) * (places.count - key)

    def _sheet(self, template: str, css: str, **values: Any) -> Sheet:
        html = rendered(template, **self._shared, **values, style=Markup(css))
        assets: dict[str, Asset] = {**self._pictures, **self._paper.drawings}
        return Sheet(html, assets)


def _asked(deck: Deck) -> Iterator[Chapter]:
    """The sections that ask something; of their cards, what is asked and what answers it."""
    for chapter in chapters(deck):
        if chapter.entries:
            bare = (replace(each, card=replace(each.card, parts=())) for each in chapter.entries)
            yield replace(chapter, entries=tuple(bare))


def exercise(entry: Entry, column: float) -> Exercise:
    """How a card is asked in a column of that width, in millimetres of the usual type."""
    card = entry.card
    asked, body, answer = card.question, card.lead, card.short
    filled: tuple[tuple[ClozeStart, Html], ...] = ()
    if card.kind is CardKind.CLOZE:
        filled = gaps(card.question) + gaps(card.short)
        asked = question_view.asked(card.question)
        if has_gaps(card.short):
            body, answer = question_view.asked(card.short), ()
    elif card.kind is CardKind.REVERSE and _backward(card):
        asked, body, answer = (), card.short, card.question
    lines = 0
    if card.kind in (CardKind.BASIC, CardKind.REVERSE):
        per_line = column / 3.0  # an em of 8.4 pt, in millimetres
        needed = math.ceil(question_view.length(answer) * _HANDWRITING / per_line)
        lines = min(max(needed, _LEAST_LINES), _MOST_LINES)
    return Exercise(entry.number, card, _title(card, asked), asked, body, lines, filled, answer)


def _title(card: Card, asked: Html) -> str:
    if not asked:
        return ""
    return question_view.plain(asked) if card.kind is CardKind.CLOZE else card.title


def _backward(card: Card) -> bool:
    """Of a card that is asked both ways, half are asked from their answer: which, says the id."""
    return sha256(card.id.encode()).digest()[0] % 2 == 1
