"""The versions of builds, development builds and releases.

The name of a development build depends only on what it is made from. The same source and the same
tools give the same name on any machine, at any time, in a clone or in an unpacked archive.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from types import MappingProxyType

from deckpress.history import comparison, ledger
from deckpress.history.digests import digests, source_fingerprint
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
    that differ from the usual ones, such as ``{"paper": "A5"}``. Whatever is asked for decides the
    name, so that no two builds share a folder. That of a partial build also says which cards it
    has, as in ``…+4f1c09aa27.docker``.
    """
    content = blake2b(digest_size=5)
    for part in (toolchain, deck.name, *sorted(deck.files)):
        content.update(part.encode() + b"\0")
    if deck.release is not None:
        content.update(ledger.serialise(deck.release))
    for data in (deck.source, *(deck.files[path] for path in sorted(deck.files))):
        content.update(len(data).to_bytes(8, "big") + data)
    if selection or exporters is not None or print_options:
        asked = (selection, exporters, sorted(print_options.items()))
        content.update(repr(asked).encode())
    current = digests(deck) if deck.release is not None else {}
    following = comparison.next_version(
        deck.release, comparison.compare(deck.release, deck, current)
    )
    name = f"{following}-dev+{content.hexdigest()}"
    if selection:
        name += f".{_selection_label(selection)}"
    decks = section_decks(deck.release, deck)
    if deck.release is None:
        return Version(name, {}, BEFORE_FIRST, decks=decks, partial=bool(selection))
    time = deck.release.time + 1
    cards = ledger.released_cards(deck.release, deck, current, following, time)
    released = deck.release.content == source_fingerprint(deck)
    month = _month(deck.release.time) if released else ""
    return _version(name, time, cards, decks, partial=bool(selection), month=month)


def released_version(release: Release) -> Version:
    """The version of a release, as it is in the release's artefacts."""
    month = _month(release.time)
    return _version(
        release.version, release.time, release.cards, release.decks, release=True, month=month
    )


def _version(
    name: str,
    time: int,
    cards: Mapping[str, ReleasedCard],
    decks: Mapping[str, str],
    *,
    release: bool = False,
    partial: bool = False,
    month: str = "",
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
        month=month,
    )


def _month(time: int) -> str:
    return f"{datetime.fromtimestamp(time, UTC):%Y-%m}"


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
    return words if re.fullmatch(r"[0-9A-Za-z-]{1,24}", words) else "part"
