"""``verify-upgrade``: learners go from one package to the next, in real Anki, and lose nothing."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.reporting import Failed, progress
from commands.words import say

if TYPE_CHECKING:
    from commands.upgrading import Report

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
    from commands.upgrading import PackageError, prove

    with progress() as step, tempfile.TemporaryDirectory() as folder:
        step(say("upgrading", old=old.name, new=new.name))
        try:
            report = prove(old, new, Path(folder))
        except PackageError as error:
            raise Failed(say("not-a-package", old=old, new=new, reason=error)) from error
    proven = not report.problems
    if machine:
        click.echo(json.dumps({"proven": proven, **asdict(report)}, ensure_ascii=False, indent=2))
    else:
        click.echo(text(report), nl=False)
    return int(not proven)


def text(report: Report, way: str = "") -> str:
    """The report as Markdown, in the author's language; `way` names the versions if the packages'
    names do not.
    """
    facts = asdict(report)
    said = [say("upgrade-notes", **facts)]
    if report.unsent:
        said.append(say("upgrade-unsent", **facts))
    said += [say("upgrade-cards", **facts), say("upgrade-learners")]
    lines = ["# " + say("upgrade-title"), "", way or f"{report.old} → {report.new}", ""]
    lines += [f"- {sentence}" for sentence in said]
    if report.problems:
        lines += ["", say("upgrade-broken", count=len(report.problems)), ""]
        lines += [f"- {problem}" for problem in report.problems]
    else:
        lines += ["", say("upgrade-proven")]
    return "\n".join(lines) + "\n"
