"""``release``: name the next version by what it does to learners, prove it, write it down."""

from __future__ import annotations

from pathlib import Path

import click

from commands import interrupts
from commands.options import output_option, source_argument
from commands.reporting import INTERRUPTED, Failed, Format, Rejected, complain, progress
from commands.sources import checked, find
from commands.words import say
from deckpress import store
from deckpress.ledger import Bump


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
    from commands import releasing
    from commands.plans import around, home_of

    path = find(source)
    repository = around(home_of(path))
    made = None
    try:
        with store.holding(repository.shared()):
            made = releasing.plan(path, checked(path), bump, output)
            files = releasing.build(made)
            with progress() as step:
                step(say("release-proving", version=made.release.version))
                reports = list(releasing.prove(made, files, output))
            interrupts.heed()
            releasing.write(made, files, output)
            if tagging:
                releasing.tag(made)
    except BlockingIOError as error:
        raise Failed(say("release-busy")) from error
    except OSError as error:
        raise Failed(say("release-disk", reason=error.strerror or error)) from error
    except Rejected as error:
        click.echo(error.written(Format.TEXT), err=True)
        raise
    except KeyboardInterrupt:
        if made is None or not made.written():
            raise  # nothing is there
        complain(say("release-interrupted", version=made.release.version))
        return INTERRUPTED
    for report in reports:
        click.echo(report)
    said = say("release-made", version=made.release.version, folder=output / made.release.version)
    click.echo(f"{said}\n{releasing.remaining(made, tagged=tagging)}")
    return 0
