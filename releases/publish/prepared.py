"""Publishes what `make_assets` made, if it is still as it was made.

This runs with the right to write to the repository, so it needs nothing but Python's own library
and the program `gh`: no package that was installed can reach that right.
"""

from __future__ import annotations

from pathlib import Path

from deckpress.output import store
from deckpress.output.integrity import verify_files
from deckpress.output.manifest import CHANGES
from deckpress.output.regular_files import read_regular
from deckpress.version_number import LEDGER_FILE
from releases.assets import ASSETS
from releases.errors import ReleaseError
from releases.messages import Message, message, problem_message
from releases.publish import github


def publish_prepared(folder: Path, tag: str) -> Message:
    """Publish the files that were made in `folder` as the release of `tag`; say what was done.

    Raises:
        ReleaseError: there are none, they have changed since, they are those of another version,
            `gh` refuses, or the release is published already with other files.
        StoreError: a file cannot be read.
    """
    files = folder / ASSETS
    nothing = ReleaseError("publish-nothing", tag=tag, folder=folder)
    if LEDGER_FILE.fullmatch(f"{tag.removeprefix('v')}.json") is None or not files.is_dir():
        raise nothing
    try:
        notes = read_regular(files / CHANGES).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        notes = ""
    if not notes.strip():
        raise nothing
    title = notes.splitlines()[0].lstrip("# ").replace(r"\<", "<")
    if not title.endswith(f" {tag.removeprefix('v')}"):
        raise ReleaseError("publish-tag", tag=tag, version=title.rpartition(" ")[2])
    _refuse_changed(files, tag)
    outcome = github.publish(tag, title, notes, files)
    return message("gh-published" if outcome == "published" else "gh-unchanged", tag=tag)


def _refuse_changed(files: Path, tag: str) -> None:
    """Refuse files that have changed since they were made: a release cannot be taken back."""
    verdict = verify_files(store.open_folder(files))
    if verdict.problems:
        problem = problem_message(verdict.problems[0])
        raise ReleaseError("publish-damaged", folder=files, problem=problem)
    if tag != f"v{verdict.version}":
        raise ReleaseError("publish-tag", tag=tag, version=verdict.version)
