"""A source, read and checked: the deck, and everything that was found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from deckpress.checks import check
from deckpress.checks.released import other_deck
from deckpress.diagnostics import Diagnostic, ordered
from deckpress.history.ledger import with_last_release
from deckpress.model import RawDeck
from deckpress.reading import files
from deckpress.reading.reader import read
from exporters.anki.schema import identity
from exporters.theme import has_glyph
from releases.errors import SourceRejected, fatal


@dataclass(frozen=True, slots=True)
class CheckedSource:
    """A source as it lies on disk, the deck in it, and what was found in it, errors included."""

    loaded: files.Loaded
    deck: RawDeck
    found: tuple[Diagnostic, ...]


def checked(path: Path) -> CheckedSource:
    """Read the source at `path`, its last release and the files that it shows, and check it.

    Raises:
        SourceError: it cannot be read at all.
    """
    loaded = files.load(path)
    read_deck, structure = read(loaded)
    released_deck, ledger = with_last_release(read_deck, loaded)
    deck = replace(released_deck, note_types=identity())
    rules = check(deck, has_glyph)
    found = ordered([*loaded.diagnostics, *structure, *ledger, *rules, *_other_deck(path, deck)])
    return CheckedSource(loaded, deck, found)


def accept(read: CheckedSource, found: tuple[Diagnostic, ...], *, strict: bool) -> None:
    """Refuse to build a source in which that was found.

    Raises:
        SourceRejected: there is an error among it; with `strict`, anything.
    """
    if fatal(found, strict=strict):
        reason = "not-built" if fatal(found, strict=False) else "strict"
        raise rejected(reason, read, found)


def rejected(
    key: str, read: CheckedSource, found: tuple[Diagnostic, ...] | None = None
) -> SourceRejected:
    """The error that ends a command because of `found`, or of all that was found in the source."""
    loaded = read.loaded
    return SourceRejected(key, read.found if found is None else found, loaded.path, loaded.text)


def _other_deck(path: Path, deck: RawDeck) -> tuple[Diagnostic, ...]:
    if deck.release is None or deck.release.name == deck.name:
        return ()
    return tuple(other_deck(deck, files.with_key(path.parent, deck.meta.key)))
