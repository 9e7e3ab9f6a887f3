"""``verify``: whether a downloaded version is what was published."""

from __future__ import annotations

from pathlib import Path

import click

from commands.reporting import Failed
from commands.words import say
from deckpress import store
from deckpress.verifying import verdict


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def verify(folder: Path) -> int:
    """Hold the files in FOLDER, such as a downloaded release, against its checksums and manifest.

    The exit code is 0 if every file is there and as it was published, and 1 if not.
    """
    try:
        found = verdict(store.contents(folder))
    except store.StoreError as error:
        raise Failed(say(error.reason, path=error.path, detail=error.detail)) from error
    for problem in found.problems:
        click.echo(say(problem.reason, name=problem.name, detail=problem.detail), err=True)
    if found.problems:
        raise Failed(say("verify-failed", folder=folder, count=len(found.problems)))
    click.echo(say("verified", title=found.title, version=found.version, count=found.count))
    return 0
