"""``release``: names the next version by what it changes for learners, proves and records it."""

from __future__ import annotations

from pathlib import Path

import click

from commands.terminal.console import (
    INTERRUPTED,
    Failed,
    Format,
    complain,
    progress,
    showing_findings,
)
from commands.terminal.options import output_option, source_argument
from commands.terminal.sources import find_source, warn_without_homepage
from commands.terminal.upgrade_text import upgrade_text
from commands.terminal.words import say
from deckpress.history.comparison import Bump
from deckpress.output import store
from releases import interrupts
from releases.checked_source import check_source
from releases.messages import message


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
    from releases.plan.next_release import plan_release
    from releases.plan.release_plan import require_repository, source_folder
    from releases.upgrade.library import require_anki

    require_anki()
    path = find_source(source)
    repository = require_repository(source_folder(path))
    plan = None
    try:
        with (
            store.lock_folder(repository.common_folder()),
            showing_findings(Format.TEXT),
            progress() as step,
        ):
            checked = check_source(path)
            plan = plan_release(path, checked, bump, output)
            warn_without_homepage(checked)
            files = release_steps.build(plan, step)
            step(message("release-proving", version=plan.release.version))
            reports = list(release_steps.prove(plan, files, output))
            interrupts.raise_if_interrupted()
            release_steps.write(plan, files, output)
            if tagging:
                release_steps.tag(plan)
    except BlockingIOError as error:
        raise Failed(say("release-busy")) from error
    except OSError as error:
        raise Failed(say("release-disk", reason=error.strerror or error)) from error
    except KeyboardInterrupt:
        if plan is None or not plan.in_ledger():
            raise  # nothing was written
        complain(say("release-interrupted", version=plan.release.version))
        return INTERRUPTED
    for report in reports:
        click.echo(upgrade_text(report))
    version = plan.release.version
    made = say("release-made", version=version, folder=output / version)
    click.echo(f"{made}\n{release_steps.remaining_commands(plan, tagged=tagging)}")
    return 0
