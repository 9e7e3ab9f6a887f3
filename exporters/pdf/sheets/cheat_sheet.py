"""A deck as the HTML that is printed: in one piece, or as the parts of a book."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from deckpress import __version__
from deckpress.model import Asset, Card, CardKind, Deck, Part, PartName, Version
from deckpress.reading.part_names import label
from exporters.job import PLAIN, Printing
from exporters.pdf.book.binding import Book, Chunk, Places
from exporters.pdf.setting.field_html import Paper
from exporters.pdf.setting.grey_pictures import inked
from exporters.pdf.setting.html_templates import own_style, rendered, styles, text
from exporters.pdf.setting.missing_glyphs import boxed_text
from exporters.pdf.setting.page_geometry import Geometry
from exporters.pdf.sheet import Label, Sheet
from exporters.pdf.sheets.chunks import chunks, ids
from exporters.pdf.sheets.contents import Line, Room, blocks, short
from exporters.pdf.sheets.qr import codes
from exporters.pdf.sheets.running_heads import foot, running
from exporters.theme import proof, words
from exporters.view import Chapter, Entry, chapters

_TEXT = ("sheet.css", "content.css", "card.css")
_BETWEEN = "\u3000"  # sections that begin on one page, in its running head


class Manuscript:
    """A deck and how it is set. It becomes one sheet, or a book of many."""

    def __init__(
        self, deck: Deck, version: Version, printing: Printing = PLAIN.printing, size: float = 0
    ) -> None:
        """`size` is that of the type in points, or 0 for what suits the paper."""
        self._deck = deck
        self._version = version
        self._geometry = Geometry.of(printing, size)
        self._styles = (*_TEXT, "ink.css") if printing.ink_saver else _TEXT
        self._chapters = tuple(_told(deck, printing.detail))
        numbers = {each.card.id: each.number for part in self._chapters for each in part.entries}
        lines = tuple(_lines(self._chapters))
        room = Room.of(self._geometry)
        self._contents = tuple(blocks(lines, room)) if lines else ()
        code = self._geometry.code(deck.meta.lang)
        self._paper = Paper(
            numbers,
            self._geometry.scale,
            code,
            self._geometry.code_indent,
            self._geometry.card(deck.meta.lang),
            self._geometry.size,
        )
        self._pictures = inked(deck.assets, printing)
        self._codes = codes(deck) if self._chapters else {}
        self.short = short(lines, room)  # whether the cards may begin below the contents
        self._shared: dict[str, Any] = {
            "deck": deck,
            "title": deck.meta.title,
            "foot": foot(deck, version, "", self._geometry.foot_left("")),
            "index": tuple(_index(deck, self._chapters)),
            "codes": self._codes,
            "version": version,
            "count": len(numbers),
            "words": words(deck.meta.lang),
            "tags": _tags(deck, self._chapters),
            "generator": f"Deckpress {__version__}",
            "field": self._paper.field,
            "text": text,
            "boxed": boxed_text,
            "label": lambda name: label(name, deck.meta.lang),
            "proof": lambda card: proof(card.proof, deck.meta.lang),
            "kinds": CardKind,
            "sources": PartName.SOURCES,
        }

    def sheet(self) -> Sheet:
        """The whole document, styles included, and the pictures that it shows."""
        css = styles("page.css", *self._styles) + self._geometry.of_pages()
        html = self._html("sheet", css, contents=self._contents, chapters=self._chapters)
        return Sheet(html, self._assets(), attached=self._attached())

    def book(self) -> Book:
        """The document in parts: the contents, and chunks that each begin a page."""
        pages = len(self._contents)
        back = self._back if self._shared["index"] else None
        name = repr(("cheat", self._geometry, self._deck.meta.key, ids(self._chapters)))
        return Book(name, self._front, tuple(self._chunks()), self._running, back, pages)

    def _front(self, places: Places) -> tuple[Sheet, ...]:
        """The title with the first page of the contents, then each of their other pages."""
        css = styles(*self._styles) + self._geometry.of_pages()
        first, others = self._contents[:1], self._contents[1:]
        html = self._html("front", css, contents=first, pages=places.pages)
        rest = (
            self._html("contents-page", css, contents=(block,), pages=places.pages)
            for block in others
        )
        return (Sheet(html, self._assets(), attached=self._attached()), *map(Sheet, rest))

    def _back(self, places: Places) -> tuple[Sheet]:
        css = styles(*self._styles) + self._geometry.of_columns()
        return (Sheet(self._html("back", css), imposition=self._geometry.imposition()),)

    def _chunks(self) -> Iterator[Chunk]:
        css = styles(*self._styles) + self._geometry.of_columns()
        for run in chunks(self._chapters):
            html = self._html("chunk", css, chapters=run)
            imposition = self._geometry.imposition()
            sheet = Sheet(html, self._assets(), imposition, tighter=own_style("tighter.css"))
            yield Chunk(sheet, continues=run[0].continues)

    def _running(self, places: Places) -> tuple[tuple[Label, ...], ...]:
        deck = self._deck
        index = places.pages.get("_index", places.count + 1) - 1
        above = heads(self._chapters, Places(places.pages, index))
        above += (self._shared["words"]["index"],) * (places.count - index)
        return running(self._geometry, deck, above, deck.meta.title, self._shared["foot"])

    def _html(self, template: str, css: str, **values: Any) -> str:
        # The style is our own, not the author's.
        return rendered(template, **self._shared, **values, style=Markup(css))

    def _assets(self) -> dict[str, Asset]:
        return {**self._pictures, **self._paper.drawings, **self._codes}

    def _attached(self) -> tuple[Asset, ...]:
        """The source, for whoever wants to change the deck and has only the PDF."""
        return (Asset(f"{self._deck.name}.md", "text/markdown", self._deck.source),)


def heads(all_chapters: Sequence[Chapter], places: Places) -> tuple[str, ...]:
    """What stands above each page: the sections that begin on it, or else the last one."""
    opened: dict[int, list[str]] = {}
    for chapter in all_chapters:
        page = places.pages[chapter.section.id]
        opened.setdefault(page, []).append(chapter.section.title)
    found = []
    last = ""
    for page in range(1, places.count + 1):
        titles = opened.get(page, [last])
        found.append(_BETWEEN.join(titles))
        last = titles[-1]
    return tuple(found)


def _told(deck: Deck, detail: str) -> Iterator[Chapter]:
    """The chapters; with the detail ``short``, of each card the answer and the common mistake."""
    for chapter in chapters(deck):
        if detail == "short":
            entries = (
                replace(each, card=replace(each.card, parts=_kept(each.card), proof=None))
                for each in chapter.entries
            )
            chapter = replace(chapter, entries=tuple(entries))
        yield chapter


def _kept(card: Card) -> tuple[Part, ...]:
    return tuple(part for part in card.parts if part.name is PartName.PITFALL)


def _index(deck: Deck, all_chapters: Sequence[Chapter]) -> Iterator[tuple[str, tuple[Entry, ...]]]:
    """Every tag with its cards, in the order of the tags' names."""
    tagged: dict[str, list[Entry]] = {}
    for chapter in all_chapters:
        for entry in chapter.entries:
            for tag in entry.card.tags:
                tagged.setdefault(deck.meta.tags.get(tag, tag), []).append(entry)
    for name in sorted(tagged, key=str.casefold):
        yield name, tuple(tagged[name])


def _lines(all_chapters: Sequence[Chapter]) -> Iterator[Line]:
    for chapter in all_chapters:
        yield Line(chapter.section.id, chapter.section.title, section=True)
        for entry in chapter.entries:
            yield Line(entry.card.id, entry.card.title)


def _tags(deck: Deck, all_chapters: Sequence[Chapter]) -> list[str]:
    """The names of all tags on the sheet, once each, in the order in which they come."""
    names: dict[str, None] = {}
    for chapter in all_chapters:
        for entry in chapter.entries:
            names.update((deck.meta.tags.get(tag, tag), None) for tag in entry.card.tags)
    return list(names)
