"""The rules for a source: they find everything that would come out wrong, in one run.

Each module has the rules of one kind. A rule takes a field or the whole deck and yields findings.
"""

from __future__ import annotations

from collections.abc import Callable

from deckpress.checks import (
    block_syntax,
    cards,
    characters,
    choices,
    cloze_cards,
    code_blocks,
    content,
    gaps,
    links,
    proven_code,
    released,
    typography,
)
from deckpress.checks.pictures import drawings, images, small_text
from deckpress.diagnostics import Diagnostic, ordered, without_ignored
from deckpress.language.style import Style
from deckpress.model import RawDeck
from deckpress.reading.texts import fields

_FIELD_RULES = (gaps.check, block_syntax.check, characters.check, drawings.check)


def check(deck: RawDeck, has_glyph: Callable[[str], bool] | None = None) -> tuple[Diagnostic, ...]:
    """All findings about a deck, in order. What `read` has reported is not repeated.

    `has_glyph` tells whether a character can be printed; without it all of them count as printable.
    """
    found: list[Diagnostic] = []
    targets = links.Targets.from_deck(deck)
    style = Style.from_deck(deck)
    for field in fields(deck):
        for rule in _FIELD_RULES:
            found += rule(field)
        found += links.check(field, targets, deck.definitions)
        found += code_blocks.check(field, deck.files)
        found += typography.check(field, style)
    found += cards.check(deck)
    found += choices.check(deck)
    found += cloze_cards.check(deck)
    found += content.check(deck)
    found += images.check(deck)
    found += small_text.check(deck)
    found += links.check_definitions(deck)
    found += proven_code.check(deck)
    found += released.check(deck)
    found += characters.check_deck(deck, has_glyph)
    return ordered(without_ignored(found, deck.meta.ignore))
