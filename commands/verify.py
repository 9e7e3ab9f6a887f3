"""``verify``: checks whether a downloaded version is what was published."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from commands.terminal.console import Failed, progress
from commands.terminal.words import say, say_message
from deckpress.foreign_text import quoted
from deckpress.output import manifest, store
from deckpress.output.integrity import Problem, verify_files
from releases.messages import message


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
    files = store.open_folder(folder, (manifest.SITE,))
    verdict = verify_files(files)
    for problem in verdict.problems:
        click.echo(problem_text(problem), err=True)
    if verdict.problems:
        raise Failed(say("verify-failed", folder=folder, count=len(verdict.problems)))
    title = quoted(verdict.title)
    click.echo(say("verified", title=title, version=verdict.version, count=verdict.count))
    if rebuild:
        from releases.rebuild import rebuild_and_compare

        with progress() as step, tempfile.TemporaryDirectory() as scratch:
            step(message("verify-rebuilding", version=verdict.version))
            comparison = rebuild_and_compare(files, Path(scratch))
        if comparison.different:
            tools = comparison.tools or (message("verify-same-tools"),)
            for sentence in (*comparison.different, *tools):
                click.echo(say_message(sentence), err=True)
            raise Failed(say("verify-not-again", version=verdict.version))
        click.echo(say("verify-rebuilt-elsewhere" if comparison.tools else "verify-rebuilt"))
        for sentence in comparison.tools:
            click.echo(say_message(sentence))
        for name in comparison.not_rebuilt:
            click.echo(say("verify-unmade", name=name))
    return 0


def problem_text(problem: Problem) -> str:
    """The sentence for a problem, in the author's language."""
    return say(problem.reason, name=quoted(problem.name), detail=quoted(problem.detail))
