"""Which Markdown file a command is about, and which of its cards."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import click

from commands.terminal.console import Failed
from commands.terminal.words import say
from deckpress.model import RawDeck
from deckpress.selection import Selection, known, matches
from releases.checked_source import CheckedSource, accept, checked

FOLDER = Path(__file__).resolve().parents[2] / "source"


def find(named: Path | None) -> Path:
    """The file that the author named, or else the only Markdown file of ``source/``.

    Raises:
        Failed: there is none.
        click.UsageError: there are several.
    """
    if named is not None:
        return named
    candidates = sorted(FOLDER.glob("*.md"))
    if not candidates:
        raise Failed(say("source-none", folder=FOLDER))
    if len(candidates) > 1:
        names = ", ".join(path.name for path in candidates)
        raise click.UsageError(say("source-many", folder=FOLDER, names=names))
    return candidates[0]


def chosen(named: Path | None, selection: Selection, *, strict: bool) -> CheckedSource:
    """The source that the author named, read and checked, of which some cards are to be built.

    Raises:
        SourceError: it cannot be read.
        SourceRejected: it has errors (with `strict`: findings).
        click.UsageError: the selection names something that is not in the deck.
    """
    read = checked(find(named))
    accept(read, read.found, strict=strict)
    _refuse_unknown(read.deck, selection)
    return read


def _refuse_unknown(deck: RawDeck, selection: Selection) -> None:
    there = known(deck)
    for option, asked, values in (
        ("--section", selection.sections, there.sections),
        ("--tag", selection.tags, there.tags),
        ("--level", selection.levels, there.levels),
        ("--tier", selection.tiers, there.tiers),
    ):
        names = [str(value) for value in values]
        for value in map(str, asked):
            if value not in names:
                near = get_close_matches(value, names, 1)
                hint = (
                    say("did-you-mean", match=near[0])
                    if near
                    else say("known-values", values=", ".join(names))
                    if names
                    else say("known-none")
                )
                raise click.UsageError(say("unknown-value", option=option, value=value, hint=hint))
    if not matches(deck, selection):
        raise click.UsageError(say("nothing-selected"))
