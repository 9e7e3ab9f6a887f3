"""A deck as the HTML that is printed: in one piece, or as the parts of a book."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from markupsafe import Markup

from deckpress import __version__
from deckpress.model import Asset, CardKind, Deck, PartName, Version
from deckpress.parts import label
from exporters.theme import proof, words

from .binding import Book, Chunk, Places
from .chapters import Chapter, chapters, chunks
from .contents import Line, blocks, short
from .geometry import Geometry
from .lettering import Label
from .paper import Paper
from .press import Sheet
from .running import running
from .setting import rendered, styles, text

_TEXT = ("sheet.css", "content.css", "card.css")
_BETWEEN = "\u3000"  # sections that begin on one page, in its running head


class Manuscript:
    """A deck and how it is set. It becomes one sheet, or a book of many."""

    def __init__(self, deck: Deck, version: Version, geometry: Geometry | None = None) -> None:
        self._deck = deck
        self._version = version
        self._geometry = geometry or Geometry()
        self._chapters = tuple(chapters(deck))
        numbers = {each.card.id: each.number for part in self._chapters for each in part.entries}
        lines = tuple(_lines(self._chapters))
        self._contents = tuple(blocks(lines)) if lines else ()
        self._paper = Paper(numbers)
        self.short = short(lines)  # whether the cards may begin below the contents
        self._shared: dict[str, Any] = {
            "deck": deck,
            "title": deck.meta.title,
            "version": version,
            "count": len(numbers),
            "words": words(deck.meta.lang),
            "tags": _tags(deck, self._chapters),
            "generator": f"Deckpress {__version__}",
            "field": self._paper.field,
            "text": text,
            "label": lambda name: label(name, deck.meta.lang),
            "proof": lambda card: proof(card.proof, deck.meta.lang),
            "kinds": CardKind,
            "sources": PartName.SOURCES,
        }

    def sheet(self) -> Sheet:
        """The whole document, styles included, and the pictures that it shows."""
        css = styles("page.css", *_TEXT) + self._geometry.of_pages()
        html = self._html("sheet", css, contents=self._contents, chapters=self._chapters)
        return Sheet(html, self._assets())

    def book(self) -> Book:
        """The document in parts: the contents, and chunks that each begin a page."""
        return Book(self._front, tuple(self._chunks()), self._running, None, len(self._contents))

    def _front(self, places: Places) -> Sheet:
        css = styles(*_TEXT) + self._geometry.of_pages()
        html = self._html("front", css, contents=self._contents, pages=places.pages)
        return Sheet(html, self._assets())

    def _chunks(self) -> Iterator[Chunk]:
        css = styles(*_TEXT) + self._geometry.of_columns()
        for run in chunks(self._chapters):
            html = self._html("chunk", css, chapters=run)
            sheet = Sheet(html, self._assets(), self._geometry.imposition())
            yield Chunk(sheet, continues=run[0].continues)

    def _running(self, places: Places) -> tuple[tuple[Label, ...], ...]:
        deck = self._deck
        above = heads(self._chapters, places)
        return running(self._geometry, deck, self._version, deck.meta.title, above)

    def _html(self, template: str, css: str, **values: Any) -> str:
        # The style is our own, not the author's.
        return rendered(template, **self._shared, **values, style=Markup(css))

    def _assets(self) -> dict[str, Asset]:
        return {**self._deck.assets, **self._paper.drawings}


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
