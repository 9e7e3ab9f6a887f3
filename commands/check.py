"""``check``: everything that is wrong with a source; ``--fix`` first mends what it safely can."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from commands.options import format_option, source_argument, strict_option
from commands.reporting import Failed, Format, fatal, written
from commands.sources import checked, find
from commands.words import language, say

# What is mended, in the order in which it is told.
_MENDED = {
    "D207": "mended-ids",
    "D907": "mended-punctuation",
    "D908": "mended-spaces",
    "D909": "mended-quotes",
    "D910": "mended-ellipses",
    "D913": "mended-names",
    "D914": "mended-spellings",
}


@click.command()
@source_argument
@click.option(
    "--fix",
    is_flag=True,
    help="First write the ids that are missing, and mend the punctuation of Chinese and the names"
    " of products; nothing else is changed.",
)
@format_option
@strict_option
def check(source: Path | None, fix: bool, form: Format, strict: bool) -> int:
    """Say everything that is wrong with SOURCE, with its place and what to do."""
    if fix:
        _mend(find(source))
    read = checked(source)
    if text := written(read.found, read.loaded.path, read.loaded.text, form):
        click.echo(text)
    elif form is Format.TEXT:
        cards, sections = len(read.deck.cards()), len(read.deck.sections)
        click.echo(say("clean", path=read.loaded.path, cards=cards, sections=sections))
    return int(fatal(read.found, strict=strict))


def _mend(path: Path) -> None:
    from deckpress import source
    from deckpress.mending import mend

    counts: Counter[str] = Counter()

    def change(text: str) -> tuple[str, int]:
        fresh, found = mend(text)
        counts.update(found)
        return fresh, found.total()

    try:
        source.rewrite(path, change)
    except source.SourceError as error:
        raise Failed(error.message(language())) from error
    told = [say(key, count=counts[code]) for code, key in _MENDED.items() if counts[code]]
    if told:
        click.echo(say("mended", path=path, what=say("comma").join(told)), err=True)
    else:
        click.echo(say("nothing-to-mend", path=path), err=True)
