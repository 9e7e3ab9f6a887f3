"""``verify-upgrade``: proves in real Anki that learners upgrade from a package and lose nothing."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from commands.terminal.console import Failed, progress
from commands.terminal.json_output import as_document
from commands.terminal.upgrade_text import upgrade_text
from commands.terminal.words import say
from releases.messages import message
from releases.upgrade.report import PackageError

_PACKAGE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("verify-upgrade")
@click.argument("old", type=_PACKAGE)
@click.argument("new", type=_PACKAGE)
@click.option("--json", "machine", is_flag=True, help="Print the result as JSON.")
def verify_upgrade(old: Path, new: Path, machine: bool) -> int:
    """Prove that learners of the package OLD can import the package NEW and lose nothing.

    Three learners study OLD in the real Anki, tag, edit, suspend, flag, move and delete, and then
    import NEW. The exit code is 0 if all is as it was, apart from what NEW changes, and 1 if not.
    """
    from releases.upgrade.library import require_anki

    require_anki()
    from releases.upgrade.prove import prove

    with progress() as step, tempfile.TemporaryDirectory() as folder:
        step(message("upgrading", old=old.name, new=new.name))
        try:
            report = prove(old, new, Path(folder))
        except PackageError as error:
            raise Failed(say("not-a-package", old=old, new=new, reason=error)) from error
    proven = not report.problems
    if machine:
        click.echo(as_document({"proven": proven, **asdict(report)}))
    else:
        click.echo(upgrade_text(report), nl=False)
    return int(not proven)
