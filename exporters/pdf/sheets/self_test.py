"""The self-test: every card as a question with room for an answer, and the key at the end."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from markupsafe import Markup

from deckpress import __version__
from deckpress.model import Asset, Card, CardKind, ClozeStart, Deck, Html, Version
from exporters.job import DEFAULT_JOB, PrintOptions
from exporters.pdf.book.binding import Book, Chunk, Places
from exporters.pdf.setting.field_html import PaperRenderer
from exporters.pdf.setting.grey_pictures import pictures_to_print
from exporters.pdf.setting.html_templates import render, styles, text_to_html
from exporters.pdf.setting.missing_glyphs import box_missing_glyphs_in_text
from exporters.pdf.setting.page_geometry import Geometry
from exporters.pdf.sheet import Above, Label, Sheet
from exporters.pdf.sheets import question_view
from exporters.pdf.sheets.chunks import (
    ANY_VERSION,
    MAX_WEIGHT,
    chunks,
    section_and_card_ids,
    usual_weight,
)
from exporters.pdf.sheets.running_heads import foot_text, page_labels, section_heads, sheet_title
from exporters.theme import words
from exporters.view import Chapter, Entry, chapters, gaps, has_gaps, letter

_STYLES = ("sheet.css", "content.css", "selftest.css")
# With at most this many questions, which fit on a page, the self-test is one sheet; with more, a
# book, whose heads say what stands on each page.
_MAX_IN_ONE_PIECE = 12
# Lines to write on, in coarse steps: they do not tell how long an answer is.
_LINES = (2, 3, 4, 6)
_BESIDE = 15.0  # millimetres; at most this much of a column is beside a question or an answer
_HANDWRITING = 1.5  # how much more room it takes than print


@dataclass(frozen=True, slots=True)
class Exercise:
    """A card as a question, and its answer in the key.

    `prompt` is inline HTML for a heading, or empty if the card is asked from its answer. `body` is
    shown below it. `lines` is the number of lines to write on. `title` is the question as plain
    text with empty gaps. `gap_answers` are the gaps with their hidden content.
    """

    number: int
    card: Card
    title: str
    prompt: Html
    body: Html
    lines: int
    gap_answers: tuple[tuple[ClozeStart, Html], ...]
    answer: Html


class SelfTest:
    """A deck as a self-test, to be printed as one sheet or as a book.

    `in_one_piece` says whether it is short enough for one sheet.
    """

    def __init__(
        self, deck: Deck, version: Version, print_options: PrintOptions = DEFAULT_JOB.print_options
    ) -> None:
        self._geometry = Geometry.from_options(print_options)
        self._styles = (*_STYLES, "ink.css") if print_options.ink_saver else _STYLES
        self._deck = deck
        self._chapters = tuple(_asked_chapters(deck))
        word = words(deck.meta.lang)
        numbers = {each.card.id: each.number for part in self._chapters for each in part.entries}
        code = self._geometry.code_characters(deck.meta.lang)
        self._renderer = PaperRenderer(
            numbers,
            self._geometry.scale,
            code,
            self._geometry.code_indent,
            self._geometry.column_width - _BESIDE,
            self._geometry.size,
            height=self._geometry.text_area[1],
            pictures=deck.assets,
        )
        self._pictures = pictures_to_print(deck.assets, print_options)
        self.in_one_piece = len(numbers) <= _MAX_IN_ONE_PIECE
        self._shared: dict[str, Any] = {
            "deck": deck,
            "version": version,
            "title": sheet_title(deck, version, word["self-test"]),
            "foot": foot_text(deck, version, word["self-test"], self._geometry.foot_left("")),
            "count": len(numbers),
            "words": word,
            "tags": [],
            "generator": f"Deckpress {__version__}",
            "field": self._renderer.field,
            "text": text_to_html,
            "boxed": box_missing_glyphs_in_text,
            "kinds": CardKind,
            "exercise": lambda entry: exercise(
                entry, self._geometry.column_width / self._geometry.scale
            ),
            "shuffled_steps": question_view.shuffled_steps,
            "letter": letter,
            "has_gaps": has_gaps,
            "right_letters": question_view.right_letters,
        }

    def sheet(self) -> Sheet:
        """The questions and then the key as one sheet, for a deck that is `in_one_piece`."""
        css = styles("page.css", *self._styles) + self._geometry.page_css()
        return self._sheet("selftest", css, chapters=self._chapters, pages=None)

    def book(self) -> Book:
        """The self-test as a book: a cover with room for scores, chunks of questions, the key."""
        name = repr(
            ("test", self._geometry, self._deck.meta.key, section_and_card_ids(self._chapters))
        )
        return Book(
            name,
            self._cover,
            tuple(self._questions()),
            self._page_labels,
            self._key,
            back_begins_page=True,  # nobody should read an answer beside a question
            fills_page=True,
        )

    def _cover(self, places: Places, **instead: Any) -> tuple[Sheet]:
        css = styles(*self._styles) + self._geometry.page_css()
        values = {"chapters": self._chapters, "pages": places.pages, **instead}
        return (self._sheet("selftest-cover", css, **values),)

    def _questions(self) -> Iterator[Chunk]:
        css = styles(*self._styles) + self._geometry.column_css()
        any_version = replace(self._shared["version"], name=ANY_VERSION)
        above: Above | None = self._geometry.above(
            self._cover(Places({}, 0), version=any_version)[0].html
        )
        for run in chunks(self._chapters, usual_weight(self._geometry.columns)):
            sheet = self._sheet("selftest-questions", css, chapters=run)
            columns = self._geometry.imposition()
            laid = Sheet(sheet.html, sheet.assets, columns, above=above, even=1)
            above = None
            yield Chunk(laid, continues=run[0].continues)

    def _key(self, places: Places) -> tuple[Sheet, ...]:
        """The key, in several sheets if there are too many answers to lay out at once."""
        css = styles(*self._styles) + self._geometry.column_css()
        sheets: list[Sheet] = []
        for run in chunks(self._chapters, MAX_WEIGHT) if self._chapters else ((),):
            values = {"chapters": run, "pages": places.pages, "first": not sheets}
            sheet = self._sheet("selftest-key", css, **values)
            sheets.append(Sheet(sheet.html, sheet.assets, self._geometry.imposition()))
        return tuple(sheets)

    def _page_labels(self, places: Places) -> tuple[tuple[Label, ...], ...]:
        above = self._heads(places)
        title, foot = self._shared["title"], self._shared["foot"]
        return page_labels(self._geometry, self._deck, above, title, foot)

    def _heads(self, places: Places) -> tuple[str, ...]:
        key = places.pages.get("_key", places.count + 1) - 1
        questions = section_heads(
            self._chapters, replace(places, count=key), self._geometry.head_left("")
        )
        return questions + (self._shared["words"]["key"],) * (places.count - key)

    def _sheet(self, template: str, css: str, **values: Any) -> Sheet:
        html = render(template, **{**self._shared, **values}, style=Markup(css))
        assets: dict[str, Asset] = {**self._pictures, **self._renderer.drawings}
        return Sheet(html, assets)


def _asked_chapters(deck: Deck) -> Iterator[Chapter]:
    """The sections that have cards, without the parts of the cards that a test does not need."""
    for chapter in chapters(deck):
        if chapter.entries:
            bare = (replace(each, card=replace(each.card, parts=())) for each in chapter.entries)
            yield replace(chapter, entries=tuple(bare))


def exercise(entry: Entry, column: float) -> Exercise:
    """The card of `entry` as a question.

    `column` is the width of a column in millimetres, scaled to the usual type size.
    """
    card = entry.card
    prompt, body, answer = card.question, card.lead, card.short
    gap_answers: tuple[tuple[ClozeStart, Html], ...] = ()
    if card.kind is CardKind.CLOZE:
        gap_answers = gaps(card.question) + gaps(card.short)
        prompt = question_view.blank_gaps(card.question)
        if has_gaps(card.short):
            body, answer = card.lead + question_view.blank_gaps(card.short), ()
    elif card.kind is CardKind.REVERSE and _is_asked_backward(card):
        prompt, body, answer = (), card.short, card.question
    lines = 0
    if card.kind in (CardKind.BASIC, CardKind.REVERSE):
        per_line = column / 3.0  # an em of 8.4 pt, in millimetres
        needed = math.ceil(question_view.text_length(answer) * _HANDWRITING / per_line)
        lines = max((step for step in _LINES if step <= needed), default=_LINES[0])
    return Exercise(
        entry.number, card, _title(card, prompt), prompt, body, lines, gap_answers, answer
    )


def _title(card: Card, prompt: Html) -> str:
    if not prompt:
        return ""
    return question_view.plain_text(prompt) if card.kind is CardKind.CLOZE else card.title


def _is_asked_backward(card: Card) -> bool:
    """Whether a reverse card is asked from its answer: true for half of them, by their ids."""
    return sha256(card.id.encode()).digest()[0] % 2 == 1
