"""A version made of a checked source, in the phases of a build: render, version, export, publish.

Everything is made in memory. Only the last phase writes, and it writes all or nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from deckpress import toolchain
from deckpress.collection import without_collection
from deckpress.diagnostics import Diagnostic, ordered
from deckpress.history import versions
from deckpress.model import Artifact, Deck, RawDeck, Version
from deckpress.output import store
from deckpress.output.manifest import CHANGES
from deckpress.program import cache_folder
from deckpress.selection import Selection, select
from exporters import EXPORTERS, editions, load
from exporters.job import DEFAULT_JOB, Job
from releases.built import Built
from releases.checked_source import CheckedSource, refuse_if_fatal
from releases.messages import Message, Step, message, silent
from releases.past_releases import without_last_release

if TYPE_CHECKING:
    from deckpress.render.cache import TextCache
    from deckpress.render.renderer import Rendering

EVERYTHING = Selection()

CACHE = cache_folder()
RENDER_CACHE = CACHE / "render.sqlite"
PRINT_CACHE = CACHE / "printed.sqlite"
_WORTH_BEGINNING = 150_000  # bytes of a source that is rendered while it is checked


@dataclass(frozen=True, slots=True)
class Made:
    """The files of a version by name, before anything is written.

    `findings` are about the source, `notes` about the machine.
    """

    files: dict[str, bytes]
    findings: tuple[Diagnostic, ...]
    notes: tuple[Message, ...]


def build(
    source: CheckedSource,
    output: Path,
    *,
    only: tuple[str, ...] | None = None,
    selection: Selection = EVERYTHING,
    job: Job = DEFAULT_JOB,
    strict: bool = False,
    step: Step = silent,
    ahead: RenderingAhead | None = None,
) -> Built:
    """Make a development build of a source in `output`: all of it, or nothing.

    `only` names the exporters, in the order of `EXPORTERS`; None stands for all of them. Where the
    same version stands already, nothing is made. `ahead` may have begun with the rendering.

    Raises:
        SourceRejected: the source has errors (with `strict`: findings).
        FitError, LayoutError, PrinterError: the cards cannot be printed.
        StoreError: the output folder cannot be written.
    """
    refuse_if_fatal(source, source.findings, strict=strict)
    version = versions.development_version(
        source.deck,
        toolchain.fingerprint(printing=_prints(only)),
        selection,
        only,
        job.print_options.non_defaults(),
    )
    version = _with_edition(version, source.deck, selection, job)
    if store.is_intact(output, version.name):
        store.point_latest(output, version.name)
        return _built(source, version, store.Outcome.UNCHANGED, output, source.findings)
    made = make(
        source,
        version,
        only=only,
        selection=selection,
        job=job,
        strict=strict,
        step=step,
        ahead=ahead,
    )
    outcome = publish(output, version, made.files, step=step)
    return _built(source, version, outcome, output, made.findings, made.notes)


def _with_edition(version: Version, deck: RawDeck, selection: Selection, job: Job) -> Version:
    """The version with the names that people have for it."""
    name = editions.edition(deck, selection)
    label = editions.file_label(name, deck.meta.lang, job.print_options)
    return replace(version, edition=name, label=label)


def draw(source: CheckedSource) -> tuple[Diagnostic, ...]:
    """All findings of a source without errors, and those about what cannot be drawn."""
    _, drawn, _ = rendered(source.deck)
    return ordered([*source.findings, *drawn])


def build_again(
    source: CheckedSource, output: Path, *, strict: bool = False, step: Step = silent
) -> Built:
    """Make the last release of a source again in `output`: the same bytes as ever.

    Raises:
        ReleaseError: there is none, or the source has changed since.
        SourceRejected, FitError, LayoutError, StoreError: as for `build`.
    """
    before, release = without_last_release(source)
    version = versions.released_version(release)
    made = make(before, version, strict=strict, step=step)
    outcome = publish(output, version, made.files, immutable=True, step=step)
    return _built(before, version, outcome, output, made.findings, made.notes)


def _built(
    source: CheckedSource,
    version: Version,
    outcome: store.Outcome,
    output: Path,
    findings: tuple[Diagnostic, ...],
    notes: tuple[Message, ...] = (),
) -> Built:
    loaded = source.loaded
    title = " · ".join(filter(None, (source.deck.meta.title, version.edition)))
    folder = output / version.name
    return Built(version.name, title, outcome, folder, loaded.path, loaded.text, findings, notes)


def make(
    source: CheckedSource,
    version: Version,
    *,
    only: tuple[str, ...] | None = None,
    selection: Selection = EVERYTHING,
    job: Job = DEFAULT_JOB,
    strict: bool = False,
    step: Step = silent,
    ahead: RenderingAhead | None = None,
) -> Made:
    """The files of a version and what was found in the source; nothing is written.

    Raises:
        SourceRejected: the source has errors (with `strict`: findings).
        FitError, LayoutError, PrinterError: the cards cannot be printed.
    """
    refuse_if_fatal(source, source.findings, strict=strict)
    with without_collection():
        step(message("rendering", count=len(source.deck.cards())))
        deck, drawn, problem = (ahead or RenderingAhead()).finish(source.deck)
        found = ordered([*source.findings, *drawn])
        refuse_if_fatal(source, found, strict=strict)
        chosen = select(deck, selection)
        archive = _archive(source, version) if version.release else ()
        files = _exported(chosen, version, only, job, step, archive)
        files[CHANGES] = _changes(source.deck, version, chosen if selection else None)
        notes = (message("cache-unusable", path=CACHE, reason=problem),) if problem else ()
        return Made(files, found, notes)


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


def _prints(only: tuple[str, ...] | None) -> bool:
    """Whether these exporters, all if None, include the one that prints."""
    return only is None or "pdf" in only


class RenderingAhead:
    """The rendering of a deck that goes on while the deck is checked. Leaving the context ends it.

    With little to render, nothing begins before `finish`.
    """

    def __init__(self) -> None:
        self._deck: RawDeck | None = None
        self._rendering: Rendering | None = None
        self._cache: TextCache | None = None
        self._opened = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def begin(self, deck: RawDeck) -> None:
        """Begin with a deck that was read, and may turn out to have errors."""
        if len(deck.source) < _WORTH_BEGINNING:
            return
        try:
            self._begin(deck)
        except Exception:  # an error that the checks, or else `finish`, will tell of
            self._opened.close()
            self._deck = None

    def finish(self, deck: RawDeck) -> tuple[Deck, tuple[Diagnostic, ...], str]:
        """The deck, findings about what cannot be drawn, and why nothing can be cached, if so."""
        with self._opened:
            if self._deck is not deck:
                self._begin(deck)
            assert self._rendering
            assert self._cache
            return *self._rendering.finish(), self._cache.problem

    def _begin(self, deck: RawDeck) -> None:
        from deckpress.render.cache import TextCache
        from deckpress.render.renderer import Rendering

        self._cache = self._opened.enter_context(TextCache(RENDER_CACHE))
        self._rendering = self._opened.enter_context(Rendering(deck, self._cache))
        self._deck = deck


def rendered(deck: RawDeck) -> tuple[Deck, tuple[Diagnostic, ...], str]:
    """The deck, findings about what cannot be drawn, and why nothing can be cached, if so."""
    return RenderingAhead().finish(deck)


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
    from deckpress.render.cache import FileCache

    artifacts: list[Artifact] = []
    with FileCache(PRINT_CACHE) as memo:
        for name in only or EXPORTERS:
            step(message("exporting", name=name))
            artifacts.extend(load(name)(deck, version, replace(job, memo=memo)))
    artifacts.extend(further)
    files = {artifact.name: artifact.data for artifact in artifacts}
    tools = toolchain.tools(printing=_prints(only))
    files[manifest.MANIFEST] = manifest.manifest(deck, version, artifacts, tools)
    return files


def _archive(source: CheckedSource, version: Version) -> tuple[Artifact, ...]:
    from deckpress.output.archive import source_archive

    data = source_archive(source.deck, dict(source.loaded.releases))
    return (Artifact(f"{source.deck.name}-{version.name}-source.zip", data),)


def _changes(raw: RawDeck, version: Version, chosen: Deck | None) -> bytes:
    """What is new for a learner: in the whole deck, or among the cards that were chosen."""
    from deckpress.history import changelog, comparison
    from deckpress.history.digests import digests

    changes = comparison.compare(raw.release, raw, digests(raw))
    only = {card.id for card in chosen.cards()} if chosen is not None else None
    return changelog.version_notes(
        raw, f"{raw.meta.title} {version.name}", changes, only=only
    ).encode()
