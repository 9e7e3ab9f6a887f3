"""``publish``: makes a GitHub release of what `assets` made; called by the GitHub workflow."""

from __future__ import annotations

from pathlib import Path

import click

from commands.terminal.console import Failed
from commands.terminal.words import say
from commands.verify import problem_text
from deckpress.output import store
from deckpress.output.integrity import verify_files
from deckpress.version_number import LEDGER_FILE
from releases.pipeline import CHANGES


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--tag", required=True, help="The tag to publish, such as v1.2.0.")
def publish(folder: Path, tag: str) -> None:
    """Publish what `assets` made in FOLDER as the GitHub release of a tag, through `gh`.

    The release is a draft until all its files are there. Once published it never changes: the same
    again does nothing, and anything else is refused.
    """
    from releases.assets import ASSETS
    from releases.publish import github

    files = folder / ASSETS
    if LEDGER_FILE.fullmatch(f"{tag.removeprefix('v')}.json") is None or not files.is_dir():
        raise Failed(say("publish-nothing", tag=tag, folder=folder))
    try:
        notes = (files / CHANGES).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        notes = ""
    if not notes.strip():
        raise Failed(say("publish-nothing", tag=tag, folder=folder))
    title = notes.splitlines()[0].lstrip("# ").replace(r"\<", "<")
    if not title.endswith(f" {tag.removeprefix('v')}"):
        raise Failed(say("publish-tag", tag=tag, version=title.rpartition(" ")[2]))
    _refuse_changed(files, tag)
    outcome = github.publish(tag, title, notes, files)
    click.echo(say("gh-published" if outcome == "published" else "gh-unchanged", tag=tag))


def _refuse_changed(files: Path, tag: str) -> None:
    """Refuse files that have changed since `assets` made them: a release cannot be taken back."""
    verdict = verify_files(store.open_folder(files))
    if verdict.problems:
        problem = problem_text(verdict.problems[0])
        raise Failed(say("publish-damaged", folder=files, problem=problem))
    if tag != f"v{verdict.version}":
        raise Failed(say("publish-tag", tag=tag, version=verdict.version))
