"""``check``: everything that is wrong with a source; ``--fix`` writes the ids that are missing."""

from __future__ import annotations

from pathlib import Path

import click

from commands.options import format_option, source_argument, strict_option
from commands.reporting import Failed, Format, fatal, written
from commands.sources import checked, find
from commands.words import language, say


@click.command()
@source_argument
@click.option(
    "--fix", is_flag=True, help="Write the ids that are missing, and change nothing else."
)
@format_option
@strict_option
def check(source: Path | None, fix: bool, form: Format, strict: bool) -> int:
    """Say everything that is wrong with SOURCE, with its place and what to do."""
    if fix:
        _stamp(find(source))
    read = checked(source)
    if text := written(read.found, read.loaded.path, read.loaded.text, form):
        click.echo(text)
    elif form is Format.TEXT:
        cards, sections = len(read.deck.cards()), len(read.deck.sections)
        click.echo(say("clean", path=read.loaded.path, cards=cards, sections=sections))
    return int(fatal(read.found, strict=strict))


def _stamp(path: Path) -> None:
    from deckpress import source
    from deckpress.stamp import stamp

    try:
        count = source.rewrite(path, stamp)
    except source.SourceError as error:
        raise Failed(error.message(language())) from error
    click.echo(
        say("stamped", path=path, count=count) if count else say("nothing-to-stamp", path=path),
        err=True,
    )
