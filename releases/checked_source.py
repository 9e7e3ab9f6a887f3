"""A source that was read and checked: its deck and all findings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from deckpress.checks import check
from deckpress.checks.released import other_deck
from deckpress.diagnostics import Diagnostic, Severity, ordered, without_ignored
from deckpress.history.ledger import with_last_release
from deckpress.model import RawDeck
from deckpress.reading.disk import files
from deckpress.reading.reader import read
from exporters.anki.schema import identity
from exporters.theme import has_glyph
from releases.errors import SourceRejected


@dataclass(frozen=True, slots=True)
class CheckedSource:
    """A source as it was read from disk, the deck in it, and its findings, sorted.

    There is a deck even if the findings include errors.
    """

    loaded: files.LoadedSource
    deck: RawDeck
    findings: tuple[Diagnostic, ...]


def check_source(
    path: Path,
    ignored: Collection[str] = (),
    meanwhile: Callable[[RawDeck], None] | None = None,
) -> CheckedSource:
    """Read the source at `path`, its last release and the files that it shows, and check it all.

    Warnings with the codes `ignored` are left out. `meanwhile` is told the deck before it is
    checked, so that something can be begun that goes on beside the checks.

    Raises:
        SourceError: the source cannot be read at all.
    """
    loaded = files.load(path)
    read_deck, structure = read(loaded)
    released_deck, ledger = with_last_release(read_deck, loaded)
    deck = replace(released_deck, note_types=identity())
    if foreign := no_deck(deck, loaded):
        return CheckedSource(loaded, deck, (foreign,))
    if meanwhile:
        meanwhile(deck)
    rules = check(deck, has_glyph)
    findings = [*loaded.diagnostics, *structure, *ledger, *rules, *_other_deck(path, deck)]
    return CheckedSource(loaded, deck, ordered(without_ignored(findings, ignored)))


def no_deck(deck: RawDeck, loaded: files.LoadedSource) -> Diagnostic | None:
    """The finding that a source is no deck but something to import; None if it is one."""
    if deck.meta.key:
        return None
    from deckpress.importing.resemblance import resemblance

    return resemblance(deck, loaded.path, loaded.text)


def any_fatal(findings: Sequence[Diagnostic], *, strict: bool) -> bool:
    """Whether a finding is there that ends a command: an error or, with `strict`, a warning."""
    return any(strict or finding.severity is Severity.ERROR for finding in findings)


def refuse_if_fatal(
    source: CheckedSource, findings: tuple[Diagnostic, ...], *, strict: bool
) -> None:
    """Refuse to build a source with these findings.

    Raises:
        SourceRejected: one of them is an error; with `strict`, there is any finding.
    """
    if any_fatal(findings, strict=strict):
        reason = "not-built" if any_fatal(findings, strict=False) else "strict"
        raise rejection(reason, source, findings)


def rejection(
    key: str, source: CheckedSource, findings: tuple[Diagnostic, ...] | None = None
) -> SourceRejected:
    """The error that ends a command because of `findings`, or of all findings of the source."""
    loaded = source.loaded
    told = source.findings if findings is None else findings
    return SourceRejected(key, told, loaded.path, loaded.text)


def _other_deck(path: Path, deck: RawDeck) -> tuple[Diagnostic, ...]:
    if deck.release is None or deck.release.name == deck.name:
        return ()
    return tuple(other_deck(deck, files.sources_with_key(path.parent, deck.meta.key)))
