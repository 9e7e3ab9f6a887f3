"""Links and images: whether they lead somewhere, and whether the images can be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from deckpress.diagnostics import Diagnostic, finding
from deckpress.model import RawDeck
from deckpress.reading.references import (
    DEFINITION,
    IMAGE,
    IMAGE_TYPES,
    LINK,
    Folder,
    has_image_type,
    is_outside,
    link_target,
    well_placed,
)
from deckpress.reading.texts import Field

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


def check(field: Field, targets: Targets) -> Iterator[Diagnostic]:
    """Findings about the links and images of a field."""
    if "](" not in field.prose and "]:" not in field.prose:
        return
    images = {}
    for match in IMAGE.finditer(field.prose):
        path, start = link_target(match)
        images[start] = path
        yield from _check_image(field, path, start)
        if not match["alt"].strip():
            yield finding("D515", field.span(match.start(), match.end() - match.start()))
    for match in (*LINK.finditer(field.prose), *DEFINITION.finditer(field.prose)):
        path, start = link_target(match)
        if start in images:
            continue
        if "name" in match.re.groupindex and path.startswith(Folder.FIGURES.value):
            yield from _check_image(field, path, start)
        else:
            yield from _check_link(field, path, start, targets)


def _check_image(field: Field, path: str, start: int) -> Iterator[Diagnostic]:
    span = field.span(start, len(path))
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
