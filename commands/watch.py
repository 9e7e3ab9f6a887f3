"""``build --watch``: builds again when the source or a file that it may show has changed."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import click

from commands.terminal.build_report import headline, show_build_findings
from commands.terminal.console import Format, complain, progress, show_findings
from commands.terminal.failures import EXPECTED, reason
from commands.terminal.options import KEPT_BUILDS
from commands.terminal.sources import check_for_build
from commands.terminal.words import say
from deckpress.output import store
from deckpress.reading.disk.paths import RELEASES_FOLDER
from deckpress.reading.references import Folder
from deckpress.selection import Selection
from exporters.job import Job, Pool, PrintOptions
from releases import pipeline

# Seconds between two looks at the files. Looking takes a thousandth of a second. It also works
# where the file system sends no notices, as in a folder shared by a container or another machine.
_PAUSE = 0.15
_FOLDERS = (*(folder.value for folder in Folder), RELEASES_FOLDER)

# Of each file by its path: the time of its last change in nanoseconds, and its size in bytes.
_State = dict[str, tuple[int, int]]


def watch(
    source: Path,
    only: tuple[str, ...] | None,
    selection: Selection,
    output: Path,
    printing: PrintOptions,
    form: Format,
    *,
    strict: bool,
) -> None:
    """Build the source, and again after each change, until Ctrl-C.

    An error is printed, and the next change is waited for. Of the builds that were made here, the
    last `KEPT_BUILDS` stay.

    Raises:
        click.UsageError: the options do not fit the deck.
    """
    made: list[str] = []
    with contextlib.suppress(KeyboardInterrupt), _printing_pool(only) as pool:
        click.echo(say("watching", source=source, latest=output / store.LATEST))
        for _ in changes(source):
            began = time.monotonic()
            try:
                checked = check_for_build(source, selection, strict=strict)
                with progress() as step:
                    built = pipeline.build(
                        checked,
                        output,
                        only=only,
                        selection=selection,
                        job=Job(printing, pool=pool),
                        strict=strict,
                        step=step,
                    )
                if built.outcome is store.Outcome.PUBLISHED:
                    made.append(built.version)
                    store.clean(output, KEPT_BUILDS, made)
                show_build_findings(built, form)
                seconds = f"{time.monotonic() - began:.1f}"
                click.echo(say("watch-built", head=headline(built), seconds=seconds))
            except click.UsageError:
                raise
            except EXPECTED as error:
                show_findings(error, form)
                complain(reason(error))


@contextlib.contextmanager
def _printing_pool(only: tuple[str, ...] | None) -> Iterator[Pool | None]:
    """The processes that print one build after another; None if nothing is printed."""
    if only is not None and "pdf" not in only:
        yield None
        return
    from exporters.pdf import standing

    with contextlib.closing(standing()) as pool:
        yield pool


def changes(source: Path) -> Iterator[None]:
    """Yield once at the start, and then whenever a file has changed since the last time.

    The files are the source and all that it may show.
    """
    before = _state(source)
    while True:
        yield
        while (now := _state(source)) == before:
            time.sleep(_PAUSE)
        before = _wait_for_rest(source, now)


def _wait_for_rest(source: Path, before: _State) -> _State:
    """Wait until nothing changes for a while, because editors write in several steps."""
    while True:
        time.sleep(_PAUSE / 3)
        now = _state(source)
        if now == before:
            return now
        before = now


def _state(source: Path) -> _State:
    found: _State = {}
    paths = [str(source)]
    for name in _FOLDERS:
        for root, _, files in os.walk(source.parent / name):
            paths.extend(os.path.join(root, file) for file in files)  # noqa: PTH118 - quicker
    for path in paths:
        try:
            status = os.stat(path)  # noqa: PTH116
        except OSError:
            continue
        found[path] = status.st_mtime_ns, status.st_size
    return found
