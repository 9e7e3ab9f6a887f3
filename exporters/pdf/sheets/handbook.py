"""The handbook: a deck as HTML, in one piece or as the parts of a book."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from deckpress import __version__
from deckpress.model import Asset, Card, CardKind, Deck, Part, PartName, Version
from deckpress.reading.part_names import part_label
from exporters.job import DEFAULT_JOB, PrintOptions
from exporters.pdf.book.binding import Book, Chunk, Places
from exporters.pdf.setting.field_html import PaperRenderer
from exporters.pdf.setting.grey_pictures import pictures_to_print
from exporters.pdf.setting.html_templates import (
    readable,
    render,
    styles,
    text_to_html,
)
from exporters.pdf.setting.missing_glyphs import box_missing_glyphs_in_text
from exporters.pdf.setting.page_geometry import Geometry
from exporters.pdf.sheet import PAGE_OF, Above, Label, Sheet
from exporters.pdf.sheets.chunks import (
    ANY_VERSION,
    chunks,
    section_and_card_ids,
    usual_weight,
    weight,
)
from exporters.pdf.sheets.contents import Line, Room, cards_fit_below, contents_pages
from exporters.pdf.sheets.endnotes import endnotes
from exporters.pdf.sheets.index_terms import index_terms
from exporters.pdf.sheets.qr import qr_codes
from exporters.pdf.sheets.running_heads import (
    BETWEEN,
    foot_text,
    page_labels,
    section_heads,
    sheet_title,
)
from exporters.theme import proof_text, words
from exporters.view import Chapter, chapters

_TEXT = ("sheet.css", "content.css", "card.css")
_ONE_PAGE = 8_000  # the weight of cards (sheets/chunks.py) for which a page has room
_MANY = 600  # cards; a handbook of more has pages of three digits
_WIDE = (
    22  # ems; shorter lines of Chinese are not justified, since few gaps share what room is left
)
# The end of a paragraph or an item of text, behind which nothing else stands.
_LAST_TEXT = re.compile(
    r"(?:[^>\s]|</(?:a|b|code|em|strong)>|(?<!\">)</span>)\s*()"
    r"</(?:p|li)>(?:\s*</(?:li|ul|ol)>)*\s*\Z"
)
_PART_TYPE = 0.881  # of the type: that of the parts of a card (card.css), in which pictures stand
_LEAST = 5.5  # points: no type is smaller in a handbook that is fitted into a number of pages


class Handbook:
    """A deck as a handbook, to be printed as one sheet or as a book.

    `in_one_piece` says whether it is short enough for one sheet.
    """

    def __init__(
        self,
        deck: Deck,
        version: Version,
        print_options: PrintOptions = DEFAULT_JOB.print_options,
        size: float = 0,
    ) -> None:
        """`size` is the type size in points; if it is 0, the print options decide it.

        With a size, no type is smaller than `_LEAST`, not that of code or indices either.
        """
        self._fitted = size > 0
        self._deck = deck

        self._geometry = Geometry.from_options(print_options, size).with_close_margins()
        self._styles = (*_TEXT, "ink.css") if print_options.ink_saver else _TEXT
        width = self._geometry.card_width(deck.meta.lang) / self._geometry.em
        self._justified = ("justified.css",) if width >= _WIDE else ()
        self._chapters = tuple(_chosen_chapters(deck, print_options.detail))
        numbers = {each.card.id: each.number for part in self._chapters for each in part.entries}
        lines = tuple(_lines(self._chapters))
        room = Room.from_geometry(self._geometry)
        self._contents = tuple(contents_pages(lines, room)) if lines else ()
        entries = [entry for chapter in self._chapters for entry in chapter.entries]
        self.in_one_piece = cards_fit_below(lines, room) and sum(map(weight, entries)) <= _ONE_PAGE
        code = self._geometry.code_characters(deck.meta.lang)
        self._renderer = PaperRenderer(
            numbers,
            self._geometry.scale,
            code,
            self._geometry.code_indent,
            self._geometry.card_width(deck.meta.lang),
            self._geometry.size,
            "#" if self.in_one_piece else f"#{PAGE_OF}",
            0.0 if self._fitted else self._geometry.text_area[1],  # what is turned takes room
            deck.assets,
            1.0 if self._fitted else _PART_TYPE,
        )
        self._pictures = pictures_to_print(deck.assets, print_options)
        self._codes = qr_codes(deck) if self._chapters else {}
        self._shared: dict[str, Any] = {
            "deck": deck,
            "title": sheet_title(deck, version),
            "foot": foot_text(deck, version, "", self._geometry.foot_left("")),
            "index": tuple(index_terms(deck, self._chapters)),
            "codes": self._codes,
            "version": version,
            "count": len(numbers),
            "words": words(deck.meta.lang),
            "tags": _tags(deck, self._chapters),
            "generator": f"Deckpress {__version__}",
            "field": self._renderer.field,
            "text": text_to_html,
            "boxed": box_missing_glyphs_in_text,
            "label": lambda name: part_label(name, deck.meta.lang),
            "proof_of": lambda card: text_to_html(proof_text(card.proof, deck.meta.lang)),
            "ended": _ended,
            "kinds": CardKind,
            "sources": PartName.SOURCES,
            "endnotes": lambda chapter: endnotes(chapter, self._renderer.field, bool(self._codes)),
        }

    def sheet(self) -> Sheet:
        """The whole document as one sheet, for a deck that is `in_one_piece`."""
        css = self._css("page.css") + self._geometry.page_css()
        html = self._html("sheet", css, contents=self._contents, chapters=self._chapters)
        return Sheet(html, self._assets(), attached=self._attached())

    def book(self) -> Book:
        """The document as a book: title and contents, chunks of cards, and the index."""
        pages = len(self._contents)
        back = self._back if self._shared["index"] else None
        name = repr(
            ("handbook", self._geometry, self._deck.meta.key, section_and_card_ids(self._chapters))
        )
        page_of = self._geometry.page_of(self._shared["words"]["page-of-card"])
        return Book(
            name, self._front, tuple(self._chunks()), self._page_labels, back, pages, page_of
        )

    def _front(self, places: Places, **instead: Any) -> tuple[Sheet, ...]:
        """The title with the first page of the contents, then each further page of the contents."""
        css = self._css() + self._geometry.page_css()
        first, others = self._contents[:1], self._contents[1:]
        html = self._html("front", css, contents=first, pages=places.pages, **instead)
        rest = (
            self._html("contents-page", css, contents=(block,), pages=places.pages, **instead)
            for block in others
        )
        return (Sheet(html, self._assets(), attached=self._attached()), *map(Sheet, rest))

    def _back(self, places: Places) -> tuple[Sheet]:
        geometry = self._geometry
        css = self._css() + geometry.column_css() + geometry.narrow_columns_css(".terms")
        html = self._html("back", css, pages=places.pages)
        lowered = geometry.top_below(places.rest)
        return (Sheet(html, imposition=geometry.imposition(), lowered=lowered),)

    def _chunks(self) -> Iterator[Chunk]:
        css = self._css("column.css") + self._geometry.column_css()
        css += f":root {{ --page-of: {2.9 if self._shared['count'] > _MANY else 2.35}em }}\n"
        unnumbered = Places(dict.fromkeys(section_and_card_ids(self._chapters), 0), 0)
        any_version = replace(self._shared["version"], name=ANY_VERSION)
        above: Above | None = self._geometry.above(
            self._front(unnumbered, version=any_version)[-1].html
        )
        # With all its parts, a card weighs twice as much as in other sheets.
        for run in chunks(self._chapters, 2 * usual_weight(self._geometry.columns)):
            html = self._html("chunk", css, chapters=run)
            imposition = self._geometry.imposition()
            sheet = Sheet(html, self._assets(), imposition, above=above)
            above = None
            yield Chunk(sheet, continues=run[0].continues)

    def _page_labels(self, places: Places) -> tuple[tuple[Label, ...], ...]:
        deck = self._deck
        index = places.pages.get("_index", places.count + 1)
        cards = replace(places, count=min(index, places.count))
        above = list(section_heads(self._chapters, cards, self._geometry.head_left("")))
        word = self._shared["words"]["index"]
        above[index - 1 :] = [BETWEEN.join(filter(None, (*above[index - 1 :], word)))]
        above += [word] * (places.count - index)
        above = above[: places.count]
        return page_labels(self._geometry, deck, above, deck.meta.title, self._shared["foot"])

    def _css(self, *first: str) -> str:
        css = styles(*first, *self._styles, *self._justified)
        return readable(css, self._geometry.size, _LEAST) if self._fitted else css

    def _html(self, template: str, css: str, **values: Any) -> str:
        # Markup is safe here: the style is our own, not the author's.
        return render(template, **{**self._shared, **values}, style=Markup(css))

    def _assets(self) -> dict[str, Asset]:
        return {**self._pictures, **self._renderer.drawings, **self._codes}

    def _attached(self) -> tuple[Asset, ...]:
        """The source of the deck, for readers who want to change it and only have the PDF."""
        return (Asset(f"{self._deck.name}.md", "text/markdown", self._deck.source),)


def _chosen_chapters(deck: Deck, detail: str) -> Iterator[Chapter]:
    """The chapters; with the detail ``short``, each card has only its answer and its pitfall."""
    for chapter in chapters(deck):
        if detail == "short":
            entries = (
                replace(each, card=replace(each.card, parts=_short_parts(each.card), proof=None))
                for each in chapter.entries
            )
            chapter = replace(chapter, entries=tuple(entries))
        yield chapter


def _short_parts(card: Card) -> tuple[Part, ...]:
    return tuple(part for part in card.parts if part.name is PartName.PITFALL)


def _lines(all_chapters: Sequence[Chapter]) -> Iterator[Line]:
    """The entries of the contents."""
    for chapter in all_chapters:
        yield Line(chapter.section.id, chapter.section.title)
        for entry in chapter.entries:
            yield Line(entry.card.id, entry.card.title, entry.number)


def _ended(html: Markup, proof: Markup) -> Markup:
    """The last field of a card, ended by its proof: on its last line, if that is one of text.

    So a card is a line shorter where that line has room, and no proof stands in a column alone.
    """
    if not proof:
        return html
    if end := _LAST_TEXT.search(html):
        at = end.start(1)
        return html[:at] + Markup(' <span class="proof">{}</span>').format(proof) + html[at:]
    return html + Markup('<p class="proof">{}</p>').format(proof)


def _tags(deck: Deck, all_chapters: Sequence[Chapter]) -> list[str]:
    """The names of all tags on the sheet, in order of first appearance."""
    names: dict[str, None] = {}
    for chapter in all_chapters:
        for entry in chapter.entries:
            names.update((deck.meta.tags.get(tag, tag), None) for tag in entry.card.tags)
    return list(names)
