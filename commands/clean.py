"""``clean``: removes old development builds."""

from __future__ import annotations

from pathlib import Path

import click

from commands.terminal.options import KEPT_BUILDS, output_option
from commands.terminal.words import say
from deckpress.output import store


@click.command()
@click.option(
    "--keep",
    type=click.IntRange(min=0),
    default=KEPT_BUILDS,
    show_default=True,
    metavar="N",
    help="How many of the last builds stay.",
)
@output_option
def clean(keep: int, output: Path) -> None:
    """Remove old development builds. Releases stay for ever, and so does the latest build."""
    removed = store.clean(output, keep)
    for name in removed:
        click.echo(say("cleaned", path=output / name))
    if not removed:
        click.echo(say("nothing-to-clean", folder=output))
