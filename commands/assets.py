"""``assets``: makes the files of a GitHub release and its site; called by the GitHub workflow."""

from __future__ import annotations

from pathlib import Path

import click

from commands.terminal.console import Format, progress, showing_findings
from commands.terminal.options import source_argument
from commands.terminal.sources import find_source
from commands.terminal.upgrade_text import upgrade_text
from commands.terminal.words import say


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@source_argument
@click.option("--tag", required=True, help="The tag that is to be published, such as v1.2.0.")
def assets(folder: Path, source: Path | None, tag: str) -> None:
    """Make the files of a GitHub release and its site from the last release, into FOLDER.

    The tag, the ledger and the files have to name one version. It is built and then built again
    elsewhere, and both are compared; learners of the last and the first published release go over
    to it in real Anki. FOLDER, new or made by this command, gets assets/ to publish
    and site/ for GitHub Pages, where the newest published version stays the front.
    """
    from releases.assets import refuse_foreign_folder
    from releases.checked_source import check_source
    from releases.upgrade.library import require_anki

    require_anki()
    from releases.publish.make_assets import make_assets

    refuse_foreign_folder(folder)
    with showing_findings(Format.GITHUB), progress() as step:
        checked = check_source(find_source(source))
        version, count = make_assets(folder, checked, tag, upgrade_text, step)
    click.echo(say("assets-made", version=version, count=count, folder=folder))
