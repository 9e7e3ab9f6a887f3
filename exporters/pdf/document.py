"""A deck as the HTML that is printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from deckpress import __version__
from deckpress.model import Card, CardKind, Deck, PartName, Section, Version
from deckpress.parts import label
from exporters.theme import proof, stylesheet, words

from .contents import Line, blocks, short
from .paper import Paper
from .press import Sheet
from .spacing import spaced

_HERE = Path(__file__).parent
_STYLES = ("page.css", "sheet.css", "content.css", "card.css")


@dataclass(frozen=True, slots=True)
class Entry:
    """A card and its number on the sheet, counted from 1 through all sections."""

    number: int
    card: Card


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section and the cards of it that are printed."""

    section: Section
    entries: tuple[Entry, ...]


def sheet(deck: Deck, version: Version) -> Sheet:
    """The whole document, styles included, and the pictures that it shows."""
    chapters = tuple(_chapters(deck))
    numbers = {entry.card.id: entry.number for part in chapters for entry in part.entries}
    lines = tuple(_lines(chapters))
    paper = Paper(numbers)
    template = _environment().get_template("sheet.html.jinja")
    html = template.render(
        deck=deck,
        version=version,
        chapters=chapters,
        contents=tuple(blocks(lines)),
        short=short(lines),
        count=len(numbers),
        words=words(deck.meta.lang),
        tags=_tags(deck, chapters),
        style=Markup(_style()),  # our own files, not the author's
        generator=f"Deckpress {__version__}",
        field=paper.field,
        text=_text,
        label=lambda name: label(name, deck.meta.lang),
        proof=lambda card: proof(card.proof, deck.meta.lang),
        kinds=CardKind,
        sources=PartName.SOURCES,
    )
    return Sheet(html, {**deck.assets, **paper.drawings})


def _text(plain: str) -> Markup:
    """Plain text as HTML, spaced as the cards are."""
    return Markup(spaced(str(escape(plain))))


def _chapters(deck: Deck) -> Iterator[Chapter]:
    number = 0
    for section in deck.sections:
        entries: list[Entry] = []
        for card in section.cards:
            if not card.retired:
                number += 1
                entries.append(Entry(number, card))
        yield Chapter(section, tuple(entries))


def _lines(chapters: tuple[Chapter, ...]) -> Iterator[Line]:
    for chapter in chapters:
        yield Line(chapter.section.id, chapter.section.title, section=True)
        for entry in chapter.entries:
            yield Line(entry.card.id, entry.card.title)


def _tags(deck: Deck, chapters: tuple[Chapter, ...]) -> list[str]:
    """The names of all tags on the sheet, once each, in the order in which they come."""
    names: dict[str, None] = {}
    for chapter in chapters:
        for entry in chapter.entries:
            names.update((deck.meta.tags.get(tag, tag), None) for tag in entry.card.tags)
    return list(names)


@cache
def _style() -> str:
    own = (_HERE.joinpath("css", name).read_text("utf-8") for name in _STYLES)
    return "\n".join((stylesheet("light", "scale", "content", "code"), *own))


@cache
def _environment() -> Environment:
    options: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True}
    loader = FileSystemLoader(_HERE / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, **options)
