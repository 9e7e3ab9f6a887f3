"""Reads the text of a source into sections and cards with spans. It makes no HTML.

Nothing is dropped in silence: text that has no place in a deck is reported, and is kept with the
text before it if it can still be checked there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import partial

from deckpress.commonmark.document import Definition, parse
from deckpress.diagnostics import Diagnostic, finding, ordered, without_ignored
from deckpress.model import (
    CardKind,
    Meta,
    PartName,
    RawCard,
    RawDeck,
    RawItem,
    RawPart,
    RawSection,
    Span,
    Text,
)
from deckpress.reading import part_names
from deckpress.reading.answer_list import split_body
from deckpress.reading.attributes import (
    CardAttributes,
    Heading,
    card_attributes,
    section_id,
    split_heading,
    stray_attributes,
    unexpected_attributes,
)
from deckpress.reading.disk.files import LoadedSource
from deckpress.reading.disk.imported import with_guids
from deckpress.reading.front_matter import missing_front_matter, read_front_matter
from deckpress.reading.lines import split_lines, trimmed
from deckpress.reading.references import references
from deckpress.reading.texts import fields
from deckpress.reading.tokens import Token, TokenKind, scan

__all__ = ["read", "references", "scan"]

_COMMENT = re.compile(r"<!--[\s\S]*?-->")
# A front matter that starts below the first line.
_LATE_FRONT = re.compile(r"\ufeff?\s+(?=---[ \t]*+[\r\n]+[ \t]*+\w+:)")


def read(loaded: LoadedSource) -> tuple[RawDeck, tuple[Diagnostic, ...]]:
    """The deck of a source, without its releases, and findings about its structure.

    Any text can be read. A deck with an error among the findings can only be checked, not built.
    """
    tokens = scan(loaded.text)
    front = next((token for token in tokens if token.kind is TokenKind.FRONT), None)
    lost = None if front else _LATE_FRONT.match(loaded.text)
    if front:
        meta, found = read_front_matter(front.raw, loaded.path, front.line)
        meta, unusable = with_guids(meta, front.raw, loaded.files, loaded.path)
        found += unusable
    else:
        meta, found = missing_front_matter(
            loaded.path, _line_number(loaded.text, lost.end()) if lost else 1
        )
    unclosed = any(d.code == "D102" for d in found)
    reading = _DeckReader(loaded.path, meta, found, front_follows=unclosed or lost is not None)
    for token in tokens:
        reading.take(token)
    sections = tuple(section.to_raw(loaded.path) for section in reading.sections)
    if not any(section.cards for section in sections) and not unclosed:
        found.append(finding("D220", Span(loaded.path, 1)))
    deck = RawDeck(loaded.name, meta, sections, loaded.files, loaded.data)
    if "]:" in loaded.text:
        deck = replace(deck, definitions=_definitions(deck))
    return deck, ordered(without_ignored(found, meta.ignore))


def _definitions(deck: RawDeck) -> dict[str, Definition]:
    """The link definitions of all texts of a deck; of one label the first counts."""
    found: dict[str, Definition] = {}
    for source in (each.text.source for each in fields(deck)):
        if "]:" in source:
            for label, definition in parse(source).definitions.items():
                found.setdefault(label, definition)
    return found


def _without_comments(raw: str) -> str:
    """A text with its comments blanked out, so that what is left keeps its place."""
    return _COMMENT.sub(lambda match: re.sub(r"[^\r\n]", " ", match[0]), raw)


def _line_number(text: str, offset: int) -> int:
    return len(split_lines(text[:offset] + "x"))


@dataclass(slots=True)
class _TextSlot:
    """Collects the raw text of consecutive tokens, from source line `line` on."""

    line: int
    raw: list[str] = field(default_factory=list)

    def text(self, path: str) -> Text:
        source, above = trimmed("".join(self.raw))
        line = self.line + above
        if not source:
            return Text("", Span(path, max(1, self.line - 1)))
        return Text(source, Span(path, line, 1, max(1, len(source.partition("\n")[0]))))


@dataclass(slots=True)
class _Part:
    name: PartName
    heading: Span
    slot: _TextSlot


@dataclass(slots=True)
class _Card:
    attributes: CardAttributes
    question: Text
    heading: Span
    short: _TextSlot
    found: list[Diagnostic]
    parts: list[_Part] = field(default_factory=list)

    def to_raw(self, path: str) -> RawCard:
        short = self.short.text(path)
        lead = Text("", short.span)
        items: tuple[RawItem, ...] = ()
        if self.attributes.kind in (CardKind.CHOICE, CardKind.ORDERED):
            body = split_body(short, self.attributes.kind)
            lead, items, short = body.lead, body.items, body.short
            self.found += body.found
        return RawCard(
            id=self.attributes.id,
            kind=self.attributes.kind,
            question=self.question,
            lead=lead,
            items=items,
            short=short,
            parts=tuple(RawPart(p.name, p.heading, p.slot.text(path)) for p in self.parts),
            tags=self.attributes.tags,
            level=self.attributes.level,
            tier=self.attributes.tier,
            retired=self.attributes.retired,
            heading=self.heading,
            source_order=self.attributes.source_order,
        )


@dataclass(slots=True)
class _Section:
    id: str
    title: Text
    heading: Span
    intro: _TextSlot
    cards: list[_Card] = field(default_factory=list)

    def to_raw(self, path: str) -> RawSection:
        return RawSection(
            id=self.id,
            title=self.title,
            intro=self.intro.text(path),
            cards=tuple(card.to_raw(path) for card in self.cards),
            heading=self.heading,
        )


class _DeckReader:
    """Takes the tokens one after another and puts each where it belongs."""

    def __init__(
        self, path: str, meta: Meta, found: list[Diagnostic], *, front_follows: bool
    ) -> None:
        self._path = path
        self._front_follows = front_follows  # the first text is a front matter that was not read
        self._meta = meta
        self._found = found
        self._ids: dict[str, int] = {}
        self._slot: _TextSlot | None = None
        self.sections: list[_Section] = []

    def take(self, token: Token) -> None:
        if token.kind is TokenKind.TEXT:
            self._take_text(token)
        elif token.kind is TokenKind.HEADING:
            (self._take_section, self._take_card, self._take_part)[token.level - 1](token)

    def _at(self, line: int, column: int, width: int) -> Span:
        return Span(self._path, line, column, max(1, width))

    def _take_text(self, token: Token) -> None:
        if self._slot is not None:
            self._slot.raw.append(token.raw)
        elif self._front_follows:
            self._front_follows = False
        elif stray_text := _TextSlot(token.line, [_without_comments(token.raw)]).text(self._path):
            self._found.append(finding("D202", stray_text.span))

    def _heading(self, token: Token) -> tuple[Heading, Text, Span]:
        heading = split_heading(token.raw)
        self._found += stray_attributes(heading, partial(self._at, token.line))
        title = Text(heading.title, self._at(token.line, heading.column, len(heading.title)))
        return heading, title, self._at(token.line, 1, heading.width)

    def _claim(self, id: str, title: Text, heading: Heading) -> None:
        """Register the id of a card or section; report one that is missing or already taken."""
        line = title.span.line
        if not id:
            # An ill-formed id and a missing title have findings of their own.
            given = any(item.source.startswith("#") for item in heading.items)
            if title and not given and not stray_attributes(heading, partial(self._at, line)):
                self._found.append(finding("D207", title.span))
        elif id in self._ids:
            item = next(item for item in heading.items if item.source.startswith("#"))
            span = self._at(line, item.column, len(item.source))
            self._found.append(finding("D209", span, id=id, first=self._ids[id]))
        else:
            self._ids[id] = line

    def _take_section(self, token: Token) -> None:
        heading, title, span = self._heading(token)
        id, found = section_id(heading, partial(self._at, token.line))
        self._found += found
        self._claim(id, title, heading)
        if not title:
            self._found.append(finding("D221", span))
        self._slot = _TextSlot(token.line + 1)
        self.sections.append(_Section(id, title, span, self._slot))

    def _take_card(self, token: Token) -> None:
        heading, title, span = self._heading(token)
        attributes, found = card_attributes(heading, self._meta.tags, partial(self._at, token.line))
        self._found += found
        self._claim(attributes.id, title, heading)
        if not self.sections:
            self._found.append(finding("D201", title.span))
            none = Text("", span)
            self.sections.append(_Section("", none, span, _TextSlot(token.line)))
        self._slot = _TextSlot(token.line + 1)
        self.sections[-1].cards.append(_Card(attributes, title, span, self._slot, self._found))

    def _take_part(self, token: Token) -> None:
        heading, title, span = self._heading(token)
        self._found += unexpected_attributes(heading, partial(self._at, token.line))
        card = self.sections[-1].cards[-1] if self.sections and self.sections[-1].cards else None
        above = _without_comments("".join(card.short.raw)).strip() if card else ""
        if card and not above and part_names.is_answer(heading.title):
            self._slot = card.short = _TextSlot(token.line + 1)
            return
        name = part_names.part_named(heading.title)
        if card is None or name is None:
            if card is None:
                self._found.append(finding("D203", title.span, label=heading.title))
            else:
                self._found.append(self._unknown_part(title))
            if self._slot is not None:
                self._slot.raw.append(token.raw)  # it is checked with the text around it
            return
        first = next((part for part in card.parts if part.name is name), None)
        if first is not None:
            args = {"label": heading.title, "first": first.heading.line}
            self._found.append(finding("D205", title.span, **args))
        self._slot = _TextSlot(token.line + 1)
        card.parts.append(_Part(name, span, self._slot))

    def _unknown_part(self, title: Text) -> Diagnostic:
        folded = {label.casefold(): label for label in part_names.all_labels()}
        near = get_close_matches(title.source.casefold(), folded, 1, 0.5)
        args = {"near": f"### {folded[near[0]]}"} if near else {}
        lang = self._meta.lang or "en"
        known = ", ".join(part_names.part_label(part, lang) for part in PartName)
        return finding("D204", title.span, label=title.source, known=known, **args)
