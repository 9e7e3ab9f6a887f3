"""``release``: name the next version by what it does to learners, prove it, write it down."""

from __future__ import annotations

from pathlib import Path

import click

from commands.terminal.console import (
    INTERRUPTED,
    Failed,
    Format,
    complain,
    findings_told,
    progress,
)
from commands.terminal.options import output_option, source_argument
from commands.terminal.sources import find
from commands.terminal.upgrade_text import upgrade_text
from commands.terminal.words import say
from deckpress.history.comparison import Bump
from deckpress.output import store
from releases import interrupts
from releases.checked_source import checked
from releases.errors import message


@click.command()
@source_argument
@click.option(
    "--bump",
    type=click.Choice([bump.value for bump in Bump]),
    callback=lambda _context, _option, value: value and Bump(value),
    help="A larger step than the changes ask for; a smaller one is refused.",
)
@click.option("--tag", "tagging", is_flag=True, help="Also commit the release and tag it.")
@output_option
def release(source: Path | None, bump: Bump | None, tagging: bool, output: Path) -> int:
    """Release the deck of SOURCE: a version that never changes.

    The version follows from what the changes do to a learner: major if progress can be lost, minor
    if cards are added or retired, else patch. The release is built, and learners of the last and
    the first release go over to it in real Anki, before anything is written. If it is interrupted,
    the same command goes on from there.
    """
    from releases import release_steps
    from releases.plan.next_release import plan
    from releases.plan.release_plan import around, home_of

    path = find(source)
    repository = around(home_of(path))
    made = None
    try:
        with store.holding(repository.shared()), findings_told(Format.TEXT), progress() as step:
            made = plan(path, checked(path), bump, output)
            files = release_steps.build(made, step)
            step(message("release-proving", version=made.release.version))
            reports = list(release_steps.prove(made, files, output))
            interrupts.heed()
            release_steps.write(made, files, output)
            if tagging:
                release_steps.tag(made)
    except BlockingIOError as error:
        raise Failed(say("release-busy")) from error
    except OSError as error:
        raise Failed(say("release-disk", reason=error.strerror or error)) from error
    except KeyboardInterrupt:
        if made is None or not made.written():
            raise  # nothing is there
        complain(say("release-interrupted", version=made.release.version))
        return INTERRUPTED
    for report in reports:
        click.echo(upgrade_text(report))
    said = say("release-made", version=made.release.version, folder=output / made.release.version)
    click.echo(f"{said}\n{release_steps.remaining(made, tagged=tagging)}")
    return 0
