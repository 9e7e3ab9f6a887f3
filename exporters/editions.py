"""What an edition of a deck is called: the cards that were chosen, and how they are printed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import normalize

from deckpress.history.section_decks import plain_title
from deckpress.model import RawDeck
from deckpress.selection import Selection
from exporters.job import PrintOptions
from exporters.theme import words

_LONGEST = 24  # characters; an edition of more cannot be named in a foot
_LONGEST_LABEL = 60  # bytes, since file systems count these


def edition(deck: RawDeck, selection: Selection) -> str:
    """The name of the chosen cards in the language of `deck`, as in ``Docker · 核心版``.

    It is empty if all cards are chosen. Where too much is chosen to be listed, it only says that
    this is a selection.
    """
    if not selection:
        return ""
    word = words(deck.meta.lang)
    titles = {section.id: plain_title(section) for section in deck.sections}
    listed = (
        [titles.get(id, id) for id in selection.sections],
        [deck.meta.tags.get(tag, tag) for tag in selection.tags],
        [word.get(f"level-{level}", str(level)) for level in selection.levels],
        [word.get(f"edition-{tier}", tier) for tier in selection.tiers],
    )
    name = " · ".join(word["list-comma"].join(names) for names in listed if names)
    return name if len(name) <= _LONGEST else word["partial"]


def file_label(name: str, lang: str, print_options: PrintOptions) -> str:
    """Words for the files of the edition called `name`, as in ``核心版-A5``; may be empty.

    They are safe in a file name on any system.
    """
    word, usual = words(lang), PrintOptions()
    printed = [
        print_options.paper if print_options.paper != usual.paper else "",
        word["edition-large-print"] if print_options.large_print else "",
        word["edition-ink-saver"] if print_options.ink_saver else "",
    ]
    return _joined([name, *printed])


def _joined(parts: Iterable[str]) -> str:
    label = re.sub(r"[^\w]+", "-", normalize("NFC", "-".join(parts))).strip("-_")
    short = label.encode()[:_LONGEST_LABEL].decode("utf-8", "ignore")
    return short.strip("-_")
