"""Which Markdown file a command is about, and what reading and checking it finds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import click

from commands import toolchain
from commands.reporting import Failed, sorted_once
from commands.words import language, say
from deckpress import source
from deckpress.checks import check
from deckpress.checks.history import other_deck
from deckpress.diagnostics import Diagnostic
from deckpress.model import RawDeck
from deckpress.reader import read
from exporters.theme import has_glyph

FOLDER = Path(__file__).resolve().parent.parent / "source"


@dataclass(frozen=True, slots=True)
class Checked:
    loaded: source.Loaded
    deck: RawDeck
    found: tuple[Diagnostic, ...]


def find(named: Path | None) -> Path:
    """The file that the author named, or else the only Markdown file of ``source/``."""
    if named is not None:
        return named
    candidates = sorted(FOLDER.glob("*.md"))
    if not candidates:
        raise Failed(say("source-none", folder=FOLDER))
    if len(candidates) > 1:
        names = ", ".join(path.name for path in candidates)
        raise click.UsageError(say("source-many", folder=FOLDER, names=names))
    return candidates[0]


def checked(named: Path | None) -> Checked:
    """Read the source and check it: the deck, and everything that was found, errors included."""
    path = find(named)
    try:
        loaded = source.load(path)
    except source.SourceError as error:
        raise Failed(error.message(language())) from error
    read_deck, structure = read(loaded)
    deck = replace(read_deck, note_types=toolchain.note_types())
    found = sorted_once(
        loaded.diagnostics, structure, check(deck, has_glyph), _other_deck(path, deck)
    )
    return Checked(loaded, deck, found)


def _other_deck(path: Path, deck: RawDeck) -> tuple[Diagnostic, ...]:
    if deck.release is None or deck.release.name == deck.name:
        return ()
    return tuple(other_deck(deck, source.with_key(path.parent, deck.meta.key)))
