"""``verify``: checks whether a downloaded version is what was published."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from commands.terminal.console import Failed, expected_errors, progress
from commands.terminal.words import say, say_message
from deckpress.foreign_text import quoted
from deckpress.output import manifest, store
from deckpress.output.integrity import Verdict, verify_files
from releases.messages import Message, message, problem_message

if TYPE_CHECKING:
    from releases.rebuild import Comparison
    from releases.repository.provenance import Provenance

T = TypeVar("T")
SCHEMA = 1  # of what --json prints
_MOST_LINES = 10  # of one kind


def _repository(_context: click.Context, _option: click.Parameter, value: str | None) -> str:
    from releases.repository.provenance import NAME

    if value is not None and not NAME.fullmatch(value):
        raise click.UsageError(say("provenance-repo", value=value))
    return value or ""


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--rebuild", is_flag=True, help="Also build it again from its source, and compare every byte."
)
@click.option(
    "--program",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="REPO",
    help="The clone that it is built again from, with its program; this one unless told.",
)
@click.option(
    "--repo",
    "repository",
    callback=_repository,
    metavar="OWNER/REPO",
    help="The GitHub repository that must have signed it; the one of this clone unless told.",
)
@click.option("--json", "machine", is_flag=True, help="Print the result as JSON.")
def verify(
    folder: Path, rebuild: bool, program: Path | None, repository: str, machine: bool
) -> int:
    """Hold the files in FOLDER, such as a downloaded release, against its checksums and manifest.

    Where GitHub's program gh is there, it is also asked whether GitHub attests that the repository
    made them. With --rebuild, a release is built again from its tag in this clone, in another
    folder, and what differs is explained by the tools that do. The exit code is 0 if every file is
    there and as it was published, and 1 if not; that GitHub cannot be asked is told and no failure.
    """
    files = store.open_folder(folder, (manifest.SITE,))
    verdict = verify_files(files)
    result: dict[str, Any] = {
        "schema": SCHEMA,
        "title": verdict.title,
        "version": verdict.version,
        "files": verdict.count,
        "problems": [say_message(problem_message(each)) for each in verdict.problems[:_MOST_LINES]],
        "problem_count": len(verdict.problems),
    }
    try:
        _require_published(verdict, folder, machine)
        provenance = _provenance(folder, files, verdict, repository)
        result["provenance"] = {
            "status": provenance.status.value,
            "repository": provenance.repository or None,
            "message": say_message(provenance.message),
        }
        _tell_provenance(provenance, folder, machine)
        if rebuild or program is not None:
            comparison = _rebuilt(files, verdict, program)
            lists = {"different": comparison.different, "tools": comparison.tools}
            result["rebuild"] = {
                name: [say_message(each) for each in found[:_MOST_LINES]]
                for name, found in lists.items()
            }
            _tell_comparison(comparison, verdict, machine)
    except expected_errors() as error:
        if machine:
            from commands.terminal.failures import reason

            _tell_result({**result, "status": "failed", "message": reason(error)})
        raise
    if machine:
        _tell_result({**result, "status": "verified"})
    return 0


def _require_published(verdict: Verdict, folder: Path, machine: bool) -> None:
    """Say what was found, and fail if that is anything wrong."""
    if verdict.problems:
        _complain(_cut(verdict.problems, problem_message))
        raise Failed(say("verify-failed", folder=folder, count=len(verdict.problems)))
    if not machine:
        title = quoted(verdict.title)
        click.echo(say("verified", title=title, version=verdict.version, count=verdict.count))


def _provenance(
    folder: Path, files: store.FolderFiles, verdict: Verdict, repository: str
) -> Provenance:
    from releases.repository.provenance import check_provenance, own_repository, unsigned

    # A release's files have no version in their names, and only those are signed.
    if any(f"-{verdict.version}" in name for name in files):
        return unsigned("provenance-build")
    return check_provenance(folder, repository or own_repository())


def _tell_provenance(provenance: Provenance, folder: Path, machine: bool) -> None:
    from releases.repository.provenance import Status

    sentence = say_message(provenance.message)
    if provenance.status is Status.FAILED:
        _complain([sentence])
        raise Failed(say("verify-failed", folder=folder, count=1))
    if provenance.status is Status.UNCHECKED:
        _complain([sentence])
    elif not machine:
        click.echo(sentence)


def _rebuilt(files: store.FolderFiles, verdict: Verdict, program: Path | None) -> Comparison:
    from releases.rebuild import rebuild_and_compare

    def tell(sentence: Message) -> None:
        # Whoever watches can stop a program that is not the one that was meant.
        _complain([say_message(sentence)])

    with tempfile.TemporaryDirectory() as scratch, progress() as step:
        step(message("verify-rebuilding", version=verdict.version))
        return rebuild_and_compare(files, Path(scratch), program, tell)


def _tell_comparison(comparison: Comparison, verdict: Verdict, machine: bool) -> None:
    if comparison.different:
        # Another version is another source or a choice of cards, and nobody has forged anything.
        renamed = comparison.different[0].key == "verify-other-version"
        same = () if renamed else (message("verify-same-tools"),)
        for found in (comparison.different, comparison.tools or same):
            _complain(_cut(found, _itself))
        raise Failed(say("verify-not-again", version=verdict.version))
    if machine:
        return
    click.echo(say("verify-rebuilt-elsewhere" if comparison.tools else "verify-rebuilt"))
    for line in _cut(comparison.tools, _itself):
        click.echo(line)
    for name in comparison.not_rebuilt:
        click.echo(say("verify-unmade", name=name))


def _cut(found: Sequence[T], sentence: Callable[[T], Message]) -> list[str]:
    """The sentences for the first of what was found, and how many more there are."""
    lines = [say_message(sentence(each)) for each in found[:_MOST_LINES]]
    if (rest := len(found) - _MOST_LINES) > 0:
        lines.append(say("more-lines", count=f"{rest:,}"))
    return lines


def _itself(sentence: Message) -> Message:
    return sentence


def _complain(lines: Sequence[str]) -> None:
    for line in lines:
        click.echo(line, err=True)


def _tell_result(result: dict[str, Any]) -> None:
    click.echo(json.dumps(result, ensure_ascii=True, indent=2))
