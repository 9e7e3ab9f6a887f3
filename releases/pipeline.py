"""A version made of a checked source, in the phases of a build: render, version, export, publish.

Everything is made in memory. Only the last phase writes, and it writes all or nothing.
"""

from __future__ import annotations

import contextlib
import gc
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deckpress import toolchain
from deckpress.diagnostics import Diagnostic, ordered
from deckpress.history import versions
from deckpress.model import Artifact, Deck, RawDeck, Version
from deckpress.output import store
from deckpress.selection import Selection, select
from exporters import EXPORTERS, load
from exporters.job import PLAIN, Job
from releases.checked_source import CheckedSource, accept
from releases.errors import Message, message
from releases.past_releases import reopened

CHANGES = "CHANGES.md"
EVERYTHING = Selection()

_ROOT = Path(__file__).resolve().parent.parent
RENDER_CACHE = _ROOT / ".cache" / "render.sqlite"
PRINT_CACHE = _ROOT / ".cache" / "printed.sqlite"

# Is told what is being done now.
Step = Callable[[Message], None]


def silent(_: Message) -> None:
    """A `Step` that tells nobody."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did: its version, where it stands, and what was found in the source."""

    read: CheckedSource
    version: Version
    outcome: store.Outcome
    folder: Path
    found: tuple[Diagnostic, ...]

    def manifest(self) -> dict[str, Any]:
        """What the version says of itself."""
        stated: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text("utf-8"))
        return stated


def build(
    read: CheckedSource,
    output: Path,
    *,
    only: tuple[str, ...] | None = None,
    selection: Selection = EVERYTHING,
    job: Job = PLAIN,
    strict: bool = False,
    step: Step = silent,
) -> Built:
    """Make a development build of a source in `output`: all of it, or nothing.

    `only` names the exporters, in the order of `EXPORTERS`; None stands for all of them. Where the
    same version stands already, nothing is made.

    Raises:
        SourceRejected: the source has errors (with `strict`: findings).
        FitError, LayoutError: the cards cannot be laid out.
        StoreError: the output folder cannot be written.
    """
    accept(read, read.found, strict=strict)
    version = versions.development(
        read.deck, toolchain.fingerprint(), selection, only, job.printing.asked()
    )
    if store.intact(output, version.name):
        store.point(output, version.name)
        return Built(read, version, store.Outcome.UNCHANGED, output / version.name, read.found)
    files, found = make(
        read, version, only=only, selection=selection, job=job, strict=strict, step=step
    )
    outcome = publish(output, version, files, step=step)
    return Built(read, version, outcome, output / version.name, found)


def build_again(
    read: CheckedSource, output: Path, *, strict: bool = False, step: Step = silent
) -> Built:
    """Make the last release of a source again in `output`: the same bytes as ever.

    Raises:
        ReleaseError: there is none, or the source has changed since.
        SourceRejected, FitError, LayoutError, StoreError: as for `build`.
    """
    before, release = reopened(read)
    version = versions.released(release)
    files, found = make(before, version, strict=strict, step=step)
    outcome = publish(output, version, files, immutable=True, step=step)
    return Built(before, version, outcome, output / version.name, found)


def make(
    read: CheckedSource,
    version: Version,
    *,
    only: tuple[str, ...] | None = None,
    selection: Selection = EVERYTHING,
    job: Job = PLAIN,
    strict: bool = False,
    step: Step = silent,
) -> tuple[dict[str, bytes], tuple[Diagnostic, ...]]:
    """The files of a version by name, and what was found in the source; nothing is written.

    Raises:
        SourceRejected: the source has errors (with `strict`: findings).
        FitError, LayoutError: the cards cannot be laid out.
    """
    accept(read, read.found, strict=strict)
    with _without_collection():
        step(message("rendering", count=len(read.deck.cards())))
        deck, drawn = _rendered(read.deck)
        found = ordered([*read.found, *drawn])
        accept(read, found, strict=strict)
        chosen = select(deck, selection)
        source = _archive(read, version) if version.release else ()
        files = _exported(chosen, version, only, job, step, source)
        files[CHANGES] = _changes(read.deck, version, chosen if selection else None)
        return files, found


def publish(
    output: Path,
    version: Version,
    files: Mapping[str, bytes],
    *,
    immutable: bool = False,
    step: Step = silent,
) -> store.Outcome:
    """Put the files of a version into `output`.

    Raises:
        StoreError: it cannot be written; or, with `immutable`, the version is there with others.
    """
    step(message("publishing", folder=output))
    return store.publish(output, version.name, files, immutable=immutable)


@contextlib.contextmanager
def _without_collection() -> Iterator[None]:
    """No cyclic garbage collection: a build makes much, drops little and soon ends."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _rendered(deck: RawDeck) -> tuple[Deck, tuple[Diagnostic, ...]]:
    from deckpress.render.cache import Cache
    from deckpress.render.renderer import render

    with Cache(RENDER_CACHE) as cache:
        return render(deck, cache)


def _exported(
    deck: Deck,
    version: Version,
    only: tuple[str, ...] | None,
    job: Job,
    step: Step,
    further: Sequence[Artifact],
) -> dict[str, bytes]:
    """The files of a version, by name."""
    from deckpress.output import manifest
    from deckpress.render.cache import Memo

    artifacts: list[Artifact] = []
    with Memo(PRINT_CACHE) as memo:
        for name in only or EXPORTERS:
            step(message("exporting", name=name))
            artifacts.extend(load(name)(deck, version, replace(job, memo=memo)))
    artifacts.extend(further)
    files = {artifact.name: artifact.data for artifact in artifacts}
    files[manifest.MANIFEST] = manifest.manifest(deck, version, artifacts, toolchain.tools())
    return files


def _archive(read: CheckedSource, version: Version) -> tuple[Artifact, ...]:
    from deckpress.output.archive import archive

    data = archive(read.deck, dict(read.loaded.releases))
    return (Artifact(f"{read.deck.name}-{version.name}-source.zip", data),)


def _changes(raw: RawDeck, version: Version, chosen: Deck | None) -> bytes:
    """What is new for a learner: in the whole deck, or among the cards that were chosen."""
    from deckpress.history import changelog, comparison
    from deckpress.history.digests import digests

    changes = comparison.compare(raw.release, raw, digests(raw))
    only = {card.id for card in chosen.cards()} if chosen is not None else None
    return changelog.text(raw, f"{raw.meta.title} {version.name}", changes, only=only).encode()
