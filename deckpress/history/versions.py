"""The versions of builds, development builds and releases.

The name of a development build depends only on what it is made from. The same source and the same
tools give the same name on any machine, at any time, in a clone or in an unpacked archive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from types import MappingProxyType

from deckpress.history import comparison, ledger
from deckpress.history.digests import digests
from deckpress.history.section_decks import section_decks
from deckpress.model import RawDeck, Release, ReleasedCard, Version
from deckpress.selection import Selection

# The time of the notes of a deck that was never released (2020-01-01 UTC, in Unix seconds). It is
# earlier than that of any release, so a release always updates them.
BEFORE_FIRST = 1_577_836_800


def development_version(
    deck: RawDeck,
    toolchain: str,
    selection: Selection,
    exporters: tuple[str, ...] | None,
    print_options: Mapping[str, object] = MappingProxyType({}),
) -> Version:
    """The version of an unreleased build, such as ``1.1.0-dev+4f1c09aa27``.

    Its three numbers are the lowest that the next release may have. A note that has changed since
    the last release is one second younger than that release, and so older than the next one.

    `toolchain` is a fingerprint of all that decides the bytes besides the source. `exporters` names
    the outputs if only some are made. `print_options` are the options of the printed outputs
    that differ from the usual ones, such as ``{"paper": "A5"}``. The name of a partial build shows
    what it contains, as in ``…+4f1c09aa27.partial.docker``.
    """
    content = blake2b(digest_size=5)
    for part in (toolchain, deck.name, *sorted(deck.files)):
        content.update(part.encode() + b"\0")
    if deck.release is not None:
        content.update(ledger.serialise(deck.release))
    for data in (deck.source, *(deck.files[path] for path in sorted(deck.files))):
        content.update(len(data).to_bytes(8, "big") + data)
    current = digests(deck) if deck.release is not None else {}
    following = comparison.next_version(
        deck.release, comparison.compare(deck.release, deck, current)
    )
    name = f"{following}-dev+{content.hexdigest()}"
    if selection:
        name += f".partial.{_selection_label(selection)}"
    if exporters is not None:
        name += f".only.{'-'.join(exporters)}"
    if print_options:
        exactly = repr(sorted(print_options.items()))
        name += f".print.{_identifier('-'.join(_words(print_options)), exactly)}"
    decks = section_decks(deck.release, deck)
    if deck.release is None:
        return Version(name, {}, BEFORE_FIRST, decks=decks, partial=bool(selection))
    time = deck.release.time + 1
    cards = ledger.released_cards(deck.release, deck, current, following, time)
    return _version(name, time, cards, decks, partial=bool(selection))


def released_version(release: Release) -> Version:
    """The version of a release, as it is in the release's artefacts."""
    return _version(release.version, release.time, release.cards, release.decks, release=True)


def _version(
    name: str,
    time: int,
    cards: Mapping[str, ReleasedCard],
    decks: Mapping[str, str],
    *,
    release: bool = False,
    partial: bool = False,
) -> Version:
    return Version(
        name=name,
        modified={id: card.modified for id, card in cards.items()},
        time=time,
        notes={id: card.note for id, card in cards.items()},
        retired={id: card.retired for id, card in cards.items() if card.retired},
        decks=decks,
        release=release,
        partial=partial,
    )


def _selection_label(selection: Selection) -> str:
    """A selection as an identifier in the build metadata of a version (SemVer 2.0.0, item 10)."""
    words = "-".join(
        (
            *selection.sections,
            *selection.tags,
            *(f"level{number}" for number in selection.levels),
            *selection.tiers,
        )
    )
    return _identifier(words, repr(selection))


def _words(print_options: Mapping[str, object]) -> Iterator[str]:
    for name, value in print_options.items():
        yield name.replace("_", "-")
        if isinstance(value, tuple):
            yield from map(str, value)
        elif value is not True:
            yield str(value)


def _identifier(words: str, exactly: str) -> str:
    """`words` if they can be part of a version, else a hash of `exactly`, which says the same."""
    if re.fullmatch(r"[0-9A-Za-z-]{1,40}", words):
        return words
    return blake2b(exactly.encode(), digest_size=4).hexdigest()
