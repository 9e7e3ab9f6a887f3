"""Which Markdown file a command works on, and which of its cards."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.terminal.console import Failed
from commands.terminal.words import say
from deckpress.program import IS_INSTALLED, ROOT

if TYPE_CHECKING:
    from deckpress.model import RawDeck
    from deckpress.selection import Selection
    from releases.checked_source import CheckedSource

_SOURCE = "source"  # the folder of a deck with its figures, examples and releases
_OUTPUT = "output"


def find_source(named: Path | None) -> Path:
    """The file that the author named, or else the deck of this place.

    In a clone that is the only Markdown file of the clone's ``source/``. The installed program
    looks into ``source/`` of the current folder, and if that has none into the folder itself, where
    a deck is a Markdown file with front matter.

    Raises:
        Failed: there is none.
        click.UsageError: there are several.
    """
    if named is not None:
        return named
    folder = Path(_SOURCE) if IS_INSTALLED else ROOT / _SOURCE
    candidates = sorted(folder.glob("*.md"))
    if IS_INSTALLED and not candidates:
        folder = Path()
        candidates = sorted(path for path in folder.glob("*.md") if _has_front_matter(path))
    if not candidates:
        raise Failed(say("source-none", folder=str(folder.absolute())))
    if len(candidates) > 1:
        names = ", ".join(path.name for path in candidates)
        raise click.UsageError(say("source-many", folder=str(folder.absolute()), names=names))
    return candidates[0]


def output_folder(source: Path | None) -> Path:
    """Where the versions of a source go, unless the author says: ``output/``.

    It stands beside the source's folder if that is called ``source``, and else in that folder.
    Without a source, it is that of the deck which `find_source` would look for.
    """
    if source is None and not IS_INSTALLED:
        return ROOT / _OUTPUT
    # Not `resolve`: of a source behind a link, the link's folder counts.
    folder = source.absolute().parent if source is not None else Path.cwd()
    home = Path(os.path.normpath(folder))
    return (home.parent if home.name == _SOURCE else home) / _OUTPUT


def _has_front_matter(path: Path) -> bool:
    """Whether a Markdown file begins as a deck does; what cannot be read does not."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            return file.readline(8).removeprefix(codecs.BOM_UTF8).rstrip() == b"---"
    except OSError:
        return False


def check_for_build(
    named: Path | None,
    selection: Selection,
    *,
    strict: bool,
    ignored: Collection[str] = (),
    meanwhile: Callable[[RawDeck], None] | None = None,
) -> CheckedSource:
    """The source that the author named, or the only one, read and checked for a build.

    `selection` says which of its cards are to be built; warnings with the codes `ignored` are left
    out. `meanwhile` is told the deck before it is checked.

    Raises:
        Failed: there is no source.
        SourceError: the source cannot be read.
        SourceRejected: it has errors; with `strict`, it has findings.
        click.UsageError: there are several sources, the selection names something that is not in
            the deck, or it selects no card.
    """
    from releases.checked_source import check_source, refuse_if_fatal

    checked = check_source(find_source(named), ignored, meanwhile)
    refuse_if_fatal(checked, checked.findings, strict=strict)
    _refuse_unknown(checked.deck, selection)
    return checked


def _refuse_unknown(deck: RawDeck, selection: Selection) -> None:
    from difflib import get_close_matches

    from deckpress.selection import match_count, selectable

    there = selectable(deck)
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
    if not match_count(deck, selection):
        raise click.UsageError(say("nothing-selected"))


def warn_without_homepage(checked: CheckedSource) -> None:
    """Say on stderr what a deck without a homepage lacks, and how it gets one.

    Nothing is said if the front matter has other faults, which are told first.
    """
    from releases.repository.homepage import homepage_of

    faults = any(finding.code.startswith("D1") for finding in checked.findings)
    if checked.deck.meta.homepage or faults:
        return
    path = checked.loaded.path
    address = homepage_of(Path(path).resolve().parent)
    remedy = say("no-homepage-fix", address=address) if address else say("no-homepage-write")
    click.echo(say("no-homepage", path=path, remedy=remedy), err=True)
