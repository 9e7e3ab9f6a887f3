"""``verify``: whether a downloaded version is what was published."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from commands.terminal.console import Failed, progress
from commands.terminal.words import say, told
from deckpress.foreign_text import quoted
from deckpress.output import manifest, store
from deckpress.output.integrity import Problem, verdict
from releases.errors import message


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--rebuild", is_flag=True, help="Also build it again from its source, and compare every byte."
)
def verify(folder: Path, rebuild: bool) -> int:
    """Hold the files in FOLDER, such as a downloaded release, against its checksums and manifest.

    With --rebuild, a release is built again from its tag in this clone, in another folder, and
    what differs is explained by the tools that do. The exit code is 0 if every file is there and
    as it was published, and 1 if not.
    """
    files = store.opened(folder, (manifest.SITE,))
    found = verdict(files)
    for problem in found.problems:
        click.echo(problem_text(problem), err=True)
    if found.problems:
        raise Failed(say("verify-failed", folder=folder, count=len(found.problems)))
    title = quoted(found.title)
    click.echo(say("verified", title=title, version=found.version, count=found.count))
    if rebuild:
        from releases.rebuild import compared

        with progress() as step, tempfile.TemporaryDirectory() as scratch:
            step(message("verify-rebuilding", version=found.version))
            again = compared(files, Path(scratch))
        if again.different:
            for each in (*again.different, *(again.tools or [message("verify-same-tools")])):
                click.echo(told(each), err=True)
            raise Failed(say("verify-not-again", version=found.version))
        click.echo(say("verify-rebuilt-elsewhere" if again.tools else "verify-rebuilt"))
        for each in (*again.tools, *(message("verify-unmade", name=n) for n in again.unmade)):
            click.echo(told(each))
    return 0


def problem_text(problem: Problem) -> str:
    """A problem in the author's words."""
    return say(problem.reason, name=quoted(problem.name), detail=quoted(problem.detail))
