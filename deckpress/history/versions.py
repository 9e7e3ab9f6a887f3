"""What a build is called before it is released.

A development build is named by what went into it: the same source and the same tools give the same
name on any machine, at any time, in a clone or in an unpacked archive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from types import MappingProxyType

from deckpress.history import comparison, ledger
from deckpress.history.digests import digests
from deckpress.model import RawDeck, Release, ReleasedCard, Version
from deckpress.selection import Selection

# The time that the notes of a deck carry which was never released (2020-01-01 UTC): earlier than
# that of any release, so a release always updates them.
BEFORE_FIRST = 1_577_836_800


def development(
    deck: RawDeck,
    toolchain: str,
    selection: Selection,
    exporters: tuple[str, ...] | None,
    asked: Mapping[str, object] = MappingProxyType({}),
) -> Version:
    """The version of an unreleased build, such as ``1.1.0-dev+4f1c09aa27``.

    The number is the least that the next release may have. What changed since the last release is
    one second younger than it, so it is older than anything in the next.

    `toolchain` stands for everything besides the source that decides the bytes. `exporters` names
    the outputs if only some are made, and `asked` says what was wished for of the printed ones,
    such as ``{"paper": "A5"}``. A partial build says so: ``…+4f1c09aa27.partial.docker``.
    """
    content = blake2b(digest_size=5)
    for part in (toolchain, deck.name, *sorted(deck.files)):
        content.update(part.encode() + b"\0")
    if deck.release is not None:
        content.update(ledger.write(deck.release))
    for data in (deck.source, *(deck.files[path] for path in sorted(deck.files))):
        content.update(len(data).to_bytes(8, "big") + data)
    now = digests(deck) if deck.release is not None else {}
    following = comparison.successor(deck.release, comparison.compare(deck.release, deck, now))
    name = f"{following}-dev+{content.hexdigest()}"
    if selection:
        name += f".partial.{_label(selection)}"
    if exporters is not None:
        name += f".only.{'-'.join(exporters)}"
    if asked:
        name += f".print.{_identifier('-'.join(_words(asked)), repr(sorted(asked.items())))}"
    if deck.release is None:
        return Version(name, {}, BEFORE_FIRST, partial=bool(selection))
    time = deck.release.time + 1
    cards = ledger.entries(deck.release, deck, now, following, time)
    return of(name, time, cards, partial=bool(selection))


def released(release: Release) -> Version:
    """The version of a release, as its artefacts carry it."""
    return of(release.version, release.time, release.cards, release=True)


def of(
    name: str,
    time: int,
    cards: Mapping[str, ReleasedCard],
    *,
    release: bool = False,
    partial: bool = False,
) -> Version:
    """The version of that name, made at `time` (Unix seconds) of cards as the ledger has them."""
    return Version(
        name=name,
        modified={id: card.modified for id, card in cards.items()},
        time=time,
        notes={id: card.note for id, card in cards.items()},
        retired={id: card.retired for id, card in cards.items() if card.retired},
        release=release,
        partial=partial,
    )


def _label(selection: Selection) -> str:
    """A selection as one identifier of a version's build metadata (SemVer 2.0.0, item 10)."""
    words = "-".join(
        (
            *selection.sections,
            *selection.tags,
            *(f"level{number}" for number in selection.levels),
            *selection.tiers,
        )
    )
    return _identifier(words, repr(selection))


def _words(asked: Mapping[str, object]) -> Iterator[str]:
    for name, value in asked.items():
        yield name.replace("_", "-")
        if isinstance(value, tuple):
            yield from map(str, value)
        elif value is not True:
            yield str(value)


def _identifier(words: str, exactly: str) -> str:
    """The words, if they can stand in a version; else a hash of what they say."""
    if re.fullmatch(r"[0-9A-Za-z-]{1,40}", words):
        return words
    return blake2b(exactly.encode(), digest_size=4).hexdigest()
