"""Links and images: whether they lead somewhere, and whether the images can be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from deckpress.commonmark.document import Definition, parse
from deckpress.diagnostics import Diagnostic, finding
from deckpress.model import RawDeck
from deckpress.reading.references import (
    IMAGE_TYPES,
    Folder,
    Link,
    figure_path,
    has_image_type,
    is_outside,
    links,
    well_placed,
)
from deckpress.reading.texts import Field, fields

_ALLOWED_ADDRESS = re.compile(r"(?:https?://[^/\s]|mailto:[^\s@]+@)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Targets:
    """The ids of a deck's cards and sections, and those of its retired cards."""

    ids: frozenset[str]
    retired: frozenset[str]

    @classmethod
    def from_deck(cls, deck: RawDeck) -> Targets:
        """The targets that links in `deck` can have."""
        cards = deck.cards()
        ids = {section.id for section in deck.sections} | {card.id for card in cards}
        return cls(frozenset(ids - {""}), frozenset(card.id for card in cards if card.retired))

    def near(self, id: str) -> str:
        """The id that was probably meant by `id`; empty if none is similar."""
        return next(iter(get_close_matches(id, sorted(self.ids), 1)), "")


def check(
    field: Field, targets: Targets, definitions: Mapping[str, Definition]
) -> Iterator[Diagnostic]:
    """Findings about the links and images of a field; `definitions` are those of the deck."""
    for link in links(field.text.source, definitions):
        if link.by_name and not link.image:
            continue  # its definition is looked at where it stands
        if link.image:
            if not link.by_name or is_outside(link.target):
                yield from _check_image(field, link)
            if not link.definition and not link.alt.strip():
                yield finding("D515", field.span(link.start, link.width))
        else:
            yield from _check_link(field, link.target, link.start, targets)


def check_definitions(deck: RawDeck) -> Iterator[Diagnostic]:
    """A finding for each definition of a link whose name another text of the deck has defined."""
    if not deck.definitions:
        return
    known: set[str] = set()
    for field in fields(deck):
        if "]:" not in field.source:
            continue
        own = parse(field.source).definitions
        for label in own.keys() & known:
            span = field.text.at(own[label]["map"][0])
            yield finding("D413", span, label=label.lower())
        known |= own.keys()


def _check_image(field: Field, link: Link) -> Iterator[Diagnostic]:
    span = field.span(link.start, link.width)
    path = figure_path(link.target)
    if is_outside(path):
        yield finding("D504", span, path=path)
    elif not well_placed(path, Folder.FIGURES):
        yield finding("D502", span, path=path, folder=Folder.FIGURES.value)
    elif not has_image_type(path):
        yield finding("D503", span, path=path, known=", ".join(IMAGE_TYPES))


def _check_link(field: Field, path: str, start: int, targets: Targets) -> Iterator[Diagnostic]:
    span = field.span(start, len(path))
    if not path.startswith("#"):
        if not _ALLOWED_ADDRESS.match(path):
            yield finding("D513", span, target=path)
    elif path[1:] not in targets.ids:
        near = targets.near(path[1:])
        yield finding("D512", span, id=path[1:], **({"near": f"#{near}"} if near else {}))
    elif path[1:] in targets.retired:
        yield finding("D514", span, id=path[1:])
