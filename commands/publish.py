"""``assets`` and ``publish``: from a tag to a GitHub release. The workflow calls nothing else."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from commands import publishing
from commands.build import CHANGES, make
from commands.options import source_argument
from commands.reporting import Failed, Format, Rejected, progress, storing
from commands.sources import checked
from commands.verify import told
from commands.words import say
from deckpress import ledger, manifest, store, versions
from deckpress.verifying import verdict

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("folder", type=_FOLDER)
@source_argument
@click.option("--tag", required=True, help="The tag that is to be published, such as v1.2.0.")
def assets(folder: Path, source: Path | None, tag: str) -> None:
    """Make the files of a GitHub release and its site from the last release, into FOLDER.

    The tag, the ledger and the files have to name one version. It is built and then built again
    elsewhere, and both are compared; learners of the last and the first published release go over
    to it in real Anki. FOLDER, new or made by this command, gets assets/ to publish
    and site/ for GitHub Pages, where the newest published version stays the front.
    """
    from commands.history import history, reopened
    from commands.plans import insist_on_name
    from commands.rebuilding import compared
    from commands.stating import insist
    from commands.upgrading import prove
    from commands.verify_upgrade import text

    publishing.insist_on_own(folder)
    try:
        now = checked(source)
        read, release = reopened(now)
        if tag != f"v{release.version}":
            raise Failed(say("publish-tag", tag=tag, version=release.version))
        insist_on_name(release.name)
        files, _ = make(read, versions.released(release))
    except Rejected as error:
        click.echo(error.written(Format.GITHUB), err=True)
        raise
    insist(files, release.version)
    there = publishing.published()
    earlier = [one.version for one in history(now.loaded, now)[:-1] if one.version in there]
    with progress() as step, tempfile.TemporaryDirectory() as scratch:
        step(say("verify-rebuilding", version=release.version))
        store.publish(Path(scratch), release.version, files)
        again = Path(scratch, "again")
        again.mkdir()
        whole = store.contents(Path(scratch, release.version), (manifest.SITE,))
        if different := compared(whole, again).different:
            reason = "\n  ".join(["", *different])
            raise Failed(say("verify-not-again", version=release.version) + reason)
        step(say("release-proving", version=release.version))
        package = next(Path(scratch, release.version).glob("*.apkg"))
        reports = []
        for number, old in enumerate(dict.fromkeys([*earlier[-1:], *earlier[:1]] or [""])):
            home = Path(scratch, f"learners-{number}")
            home.mkdir()
            had = publishing.fetched(old, ".apkg", home) if old else package
            report = prove(had, package, home)
            reports.append(
                text(report, release.version if not old else f"{old} → {release.version}")
            )
            if report.problems:
                unproven = say("release-unproven")
                raise Failed(f"{unproven}\n\n{reports[-1]}".rstrip())
        others = [*earlier, *publishing.newer(release.version, there)]
        sites = {one: publishing.site_of(one, Path(scratch)) for one in others}
    offered = publishing.offered(files, release.version, "\n".join(reports).encode())
    publishing.lay_out(folder, offered, publishing.pages(files, release.version, sites))
    click.echo(say("assets-made", version=release.version, count=len(offered), folder=folder))


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--tag", required=True, help="The tag to publish, such as v1.2.0.")
def publish(folder: Path, tag: str) -> None:
    """Publish what `assets` made in FOLDER as the GitHub release of a tag, through `gh`.

    The release is a draft until all its files are there. Once published it never changes: the same
    again does nothing, and anything else is refused.
    """
    files = folder / publishing.ASSETS
    if ledger.NAME.fullmatch(f"{tag.removeprefix('v')}.json") is None or not files.is_dir():
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
    _insist_as_made(files, tag)
    outcome = publishing.publish(tag, title, notes, files)
    click.echo(say("gh-published" if outcome == "published" else "gh-unchanged", tag=tag))


def _insist_as_made(files: Path, tag: str) -> None:
    """Refuse to publish what has changed since `assets` made it: nobody could take it back."""
    with storing():
        found = verdict(store.opened(files))
    if found.problems:
        problem = told(found.problems[0])
        raise Failed(say("publish-damaged", folder=files, problem=problem))
    if tag != f"v{found.version}":
        raise Failed(say("publish-tag", tag=tag, version=found.version))
