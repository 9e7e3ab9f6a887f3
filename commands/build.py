"""``build``: read, check, render, version, export, publish."""

from __future__ import annotations

import contextlib
import gc
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from commands import toolchain
from commands.options import format_option, output_option, source_argument, strict_option
from commands.printing import Printable, print_options, printing
from commands.reporting import (
    Failed,
    Format,
    Rejected,
    fatal,
    progress,
    sorted_once,
    storing,
    written,
)
from commands.sources import Checked, checked, find
from commands.words import language, say
from deckpress import store, versions
from deckpress.diagnostics import Diagnostic, as_json
from deckpress.model import Artifact, Deck, RawDeck, Version
from deckpress.selection import Selection, known, matches, select
from exporters import EXPORTERS, load
from exporters.job import PLAIN, FitError, Job, LayoutError

ROOT = Path(__file__).resolve().parent.parent
CHANGES = "CHANGES.md"
KEPT = 3  # development builds, where old ones are removed
EVERYTHING = Selection()
CACHE = ROOT / ".cache" / "render.sqlite"
PRINTED = ROOT / ".cache" / "printed.sqlite"


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did: its version, where it stands, and what was found in the source."""

    read: Checked
    version: Version
    outcome: store.Outcome
    folder: Path
    found: tuple[Diagnostic, ...]


def _outputs(
    _context: click.Context, _option: click.Parameter, value: str | None
) -> tuple[str, ...] | None:
    """The exporters named by ``--only``, in their own order; None means all of them."""
    if value is None:
        return None
    asked = {name.strip() for name in value.split(",")}
    if unknown := sorted(asked - set(EXPORTERS)):
        every = ", ".join(EXPORTERS)
        raise click.UsageError(say("exporter-unknown", value=unknown[0], values=every))
    return None if asked == set(EXPORTERS) else tuple(n for n in EXPORTERS if n in asked)


@click.command(cls=Printable)
@source_argument
@click.option(
    "--only",
    callback=_outputs,
    metavar="NAMES",
    help=f"Make only these outputs: some of {','.join(EXPORTERS)}.",
)
@click.option("--section", "sections", multiple=True, metavar="ID", help="Only this section.")
@click.option("--tag", "tags", multiple=True, help="Only cards with this tag.")
@click.option("--level", "levels", multiple=True, type=int, help="Only cards of this level.")
@click.option("--tier", "tiers", multiple=True, help="Only cards of this tier.")
@click.option(
    "--release",
    "again",
    is_flag=True,
    help="Build the last release again, from the source as it was released.",
)
@click.option(
    "--watch", "watching", is_flag=True, help="Build again whenever the source or its files change."
)
@print_options
@output_option
@click.option("--json", "machine", is_flag=True, help="Print the result as JSON.")
@format_option
@strict_option
@click.pass_context
def build(
    context: click.Context,
    source: Path | None,
    only: tuple[str, ...] | None,
    sections: tuple[str, ...],
    tags: tuple[str, ...],
    levels: tuple[int, ...],
    tiers: tuple[str, ...],
    again: bool,
    watching: bool,
    output: Path,
    machine: bool,
    form: Format,
    strict: bool,
) -> None:
    """Build the deck from SOURCE, or from the one Markdown file of source/.

    The options that choose cards can be repeated, and narrow each other. The version of such a
    build says that it is partial.
    """
    selection = Selection(sections, tags, levels, tiers)
    chosen = printing(context)
    if chosen.asked() and only is not None and "pdf" not in only:
        raise click.UsageError(say("print-nothing"))
    if again and (only is not None or selection or chosen.asked()):
        raise click.UsageError(say("release-whole"))
    if watching:
        if again or machine:
            raise click.UsageError(say("watch-alone"))
        from commands.watching import watch

        watch(find(source), only, selection, output, chosen, form, strict=strict)
        return
    try:
        if again:
            built = rebuild(source, output, strict=strict)
        else:
            built = run(source, only, selection, output, Job(chosen), strict=strict)
    except Failed as error:
        found = error.found if isinstance(error, Rejected) else ()
        if machine:
            click.echo(_json({"status": "failed", "message": error.message}, found))
        elif isinstance(error, Rejected):
            click.echo(error.written(form), err=True)
        raise
    if machine:
        click.echo(_json(_result(built), built.found))
        return
    tell_findings(built, form)
    click.echo(_summary(built))


def tell_findings(built: Built, form: Format) -> None:
    """Say what was found in a source that was built."""
    if text := written(built.found, built.read.loaded.path, built.read.loaded.text, form):
        click.echo(text, err=True)


def run(
    source: Path | None,
    only: tuple[str, ...] | None,
    selection: Selection,
    output: Path,
    job: Job = PLAIN,
    *,
    strict: bool = False,
) -> Built:
    """Build one source into `output`: all of it, or nothing.

    Raises:
        Rejected: the source has errors (with `strict`: findings).
        Failed: it cannot be read, or the output folder cannot be written.
        click.UsageError: the selection names something that is not in the deck.
    """
    read = checked(source)
    _accept(read, read.found, strict)
    _refuse_unknown(read.deck, selection)
    version = versions.development(
        read.deck, toolchain.fingerprint(), selection, only, job.printing.asked()
    )
    if store.intact(output, version.name):
        with storing():
            store.point(output, version.name)
        return Built(read, version, store.Outcome.UNCHANGED, output / version.name, read.found)
    files, found = make(read, version, only, selection, job, strict=strict)
    outcome = publish(output, version, files)
    return Built(read, version, outcome, output / version.name, found)


def rebuild(source: Path | None, output: Path, *, strict: bool = False) -> Built:
    """Build the last release of a source again into `output`: the same bytes as ever.

    Raises:
        Rejected, Failed: as for `run`, and if the source is another than was released.
    """
    from commands.history import reopened

    read, release = reopened(checked(source))
    version = versions.released(release)
    files, found = make(read, version, strict=strict)
    outcome = publish(output, version, files, immutable=True)
    return Built(read, version, outcome, output / version.name, found)


def publish(
    output: Path,
    version: Version,
    files: Mapping[str, bytes],
    *,
    immutable: bool = False,
) -> store.Outcome:
    """Put the files of a version into `output`."""
    with storing(), progress() as step:
        step(say("publishing", folder=output))
        return store.publish(output, version.name, files, immutable=immutable)


def make(
    read: Checked,
    version: Version,
    only: tuple[str, ...] | None = None,
    selection: Selection = EVERYTHING,
    job: Job = PLAIN,
    *,
    strict: bool = False,
) -> tuple[dict[str, bytes], tuple[Diagnostic, ...]]:
    """The files of a version by name, and what was found in the source; nothing is written.

    Raises:
        Rejected: the source has errors (with `strict`: findings).
        Failed: the cards cannot be laid out.
    """
    _accept(read, read.found, strict)
    try:
        with progress() as step, _collector_resting():
            step(say("rendering", count=len(read.deck.cards())))
            deck, drawn = _rendered(read.deck)
            found = sorted_once(read.found, drawn)
            _accept(read, found, strict)
            chosen = select(deck, selection)
            source = _archive(read, version) if version.release else ()
            files = _exported(chosen, version, only, job, step, source)
            files[CHANGES] = _changes(read.deck, version, chosen if selection else None)
            return files, found
    except FitError as error:
        values = {"asked": error.asked, "needed": error.needed, "size": error.size}
        raise Failed(say("print-too-long", **values)) from error
    except LayoutError as error:
        raise Failed(say("layout-endless", place=error.place or "?")) from error


def _archive(read: Checked, version: Version) -> tuple[Artifact, ...]:
    from deckpress.archive import archive

    data = archive(read.deck, dict(read.loaded.releases))
    return (Artifact(f"{read.deck.name}-{version.name}-source.zip", data),)


def _accept(read: Checked, found: Sequence[Diagnostic], strict: bool) -> None:
    if fatal(found, strict=strict):
        reason = "not-built" if fatal(found, strict=False) else "strict"
        raise Rejected(say(reason), found, read.loaded.path, read.loaded.text)


def _refuse_unknown(deck: RawDeck, selection: Selection) -> None:
    there = known(deck)
    for option, asked, values in (
        ("--section", selection.sections, there.sections),
        ("--tag", selection.tags, there.tags),
        ("--level", selection.levels, there.levels),
        ("--tier", selection.tiers, there.tiers),
    ):
        names = [str(value) for value in values]
        for value in map(str, asked):
            if value not in names:
                near = get_close_matches(value, names, 1)
                hint = (
                    say("did-you-mean", match=near[0])
                    if near
                    else say("known-values", values=", ".join(names))
                    if names
                    else say("known-none")
                )
                raise click.UsageError(say("unknown-value", option=option, value=value, hint=hint))
    if not matches(deck, selection):
        raise click.UsageError(say("nothing-selected"))


@contextlib.contextmanager
def _collector_resting() -> Iterator[None]:
    """No cyclic garbage collection: a build makes much, drops little and soon ends."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _rendered(deck: RawDeck) -> tuple[Deck, tuple[Diagnostic, ...]]:
    from deckpress.cache import Cache
    from deckpress.render import render

    with Cache(CACHE) as cache:
        return render(deck, cache)


def _exported(
    deck: Deck,
    version: Version,
    only: tuple[str, ...] | None,
    job: Job,
    step: Callable[[str], None],
    further: Sequence[Artifact],
) -> dict[str, bytes]:
    """The files of a version, by name."""
    from deckpress import manifest
    from deckpress.cache import Memo

    artifacts: list[Artifact] = []
    with Memo(PRINTED) as memo:
        for name in only or EXPORTERS:
            step(say("exporting", name=name))
            artifacts.extend(load(name)(deck, version, replace(job, memo=memo)))
    artifacts.extend(further)
    files = {artifact.name: artifact.data for artifact in artifacts}
    files[manifest.MANIFEST] = manifest.manifest(deck, version, artifacts, toolchain.tools())
    return files


def _changes(raw: RawDeck, version: Version, chosen: Deck | None) -> bytes:
    """What is new for a learner: in the whole deck, or among the cards that were chosen."""
    from deckpress import changelog, ledger
    from deckpress.digests import digests

    changes = ledger.compare(raw.release, raw, digests(raw))
    only = {card.id for card in chosen.cards()} if chosen is not None else None
    return changelog.text(raw, f"{raw.meta.title} {version.name}", changes, only=only).encode()


def cards(built: Built) -> int:
    """How many cards stand in the artifacts."""
    return len(_stated(built)["cards"])


def _stated(built: Built) -> dict[str, Any]:
    stated: dict[str, Any] = json.loads((built.folder / "manifest.json").read_text("utf-8"))
    return stated


def _result(built: Built) -> dict[str, Any]:
    stated = _stated(built)
    return {
        "status": built.outcome.value,
        "version": built.version.name,
        "partial": built.version.partial,
        "cards": len(stated["cards"]),
        "folder": str(built.folder),
        "artifacts": [
            {**artifact, "path": str(built.folder / artifact["name"])}
            for artifact in stated["artifacts"]
        ],
    }


def _json(result: dict[str, Any], found: Sequence[Diagnostic]) -> str:
    findings = json.loads(as_json(found, language()))
    return json.dumps({**result, "findings": findings}, ensure_ascii=False, indent=2)


def _summary(built: Built) -> str:
    rows = [f"  {_size(size):>8}  {path}" for path, size in _listed(_result(built))]
    return "\n".join([head(built), *rows])


def head(built: Built) -> str:
    """One line about what a build did."""
    return say(
        built.outcome.value,
        title=built.read.deck.meta.title,
        version=built.version.name,
        cards=len(_stated(built)["cards"]),
    )


def _listed(result: Mapping[str, Any]) -> Iterator[tuple[Path, int]]:
    """The path and the size of each file, and of each folder of files as one."""
    sizes: dict[str, int] = {}
    for artifact in result["artifacts"]:
        name = artifact["name"].partition("/")[0]
        sizes[name] = sizes.get(name, 0) + artifact["size"]
    for name, size in sizes.items():
        yield Path(result["folder"], name), size


def _size(size: int) -> str:
    """Bytes as a person reads them, in steps of a thousand."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(size / 1e3, 0.1):.0f} kB"
