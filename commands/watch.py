"""``build --watch``: builds again when the source, or a file that it may show, was written."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import click

from commands.terminal.build_report import headline, tell_built
from commands.terminal.console import EXPECTED, Format, complain, progress, reason, tell_findings
from commands.terminal.options import KEPT
from commands.terminal.sources import chosen
from commands.terminal.words import say
from deckpress.output import store
from deckpress.reading.files import RELEASES
from deckpress.reading.references import Folder
from deckpress.selection import Selection
from exporters.job import Job, Pool, Printing
from releases import pipeline

# Seconds between two looks. Looking works where a file system tells nobody of its changes, as a
# folder that a container or another machine shares, and costs a thousandth of a second.
_PAUSE = 0.15
_FOLDERS = (*(folder.value for folder in Folder), RELEASES)

_Seen = dict[str, tuple[int, int]]


def watch(
    source: Path,
    only: tuple[str, ...] | None,
    selection: Selection,
    output: Path,
    printing: Printing,
    form: Format,
    *,
    strict: bool,
) -> None:
    """Build again and again, until Ctrl-C. What is wrong is told, and waited for.

    Of the builds that it makes, the last few stay.
    """
    made: list[str] = []
    with contextlib.suppress(KeyboardInterrupt), _standing(only) as pool:
        click.echo(say("watching", source=source, latest=output / store.LATEST))
        for _ in rounds(source):
            began = time.monotonic()
            try:
                read = chosen(source, selection, strict=strict)
                with progress() as step:
                    built = pipeline.build(
                        read,
                        output,
                        only=only,
                        selection=selection,
                        job=Job(printing, pool=pool),
                        strict=strict,
                        step=step,
                    )
                if built.outcome is store.Outcome.PUBLISHED:
                    made.append(built.version.name)
                    store.clean(output, KEPT, made)
                tell_built(built, form)
                seconds = f"{time.monotonic() - began:.1f}"
                click.echo(say("watch-built", head=headline(built), seconds=seconds))
            except click.UsageError:
                raise
            except EXPECTED as error:
                tell_findings(error, form)
                complain(reason(error))


@contextlib.contextmanager
def _standing(only: tuple[str, ...] | None) -> Iterator[Pool | None]:
    """What prints one build after another, if anything is printed."""
    if only is not None and "pdf" not in only:
        yield None
        return
    from exporters.pdf import standing

    with contextlib.closing(standing()) as pool:
        yield pool


def rounds(source: Path) -> Iterator[None]:
    """One at once, and one whenever a file was changed since the last one began."""
    seen = _look(source)
    while True:
        yield
        while (now := _look(source)) == seen:
            time.sleep(_PAUSE)
        seen = _rested(source, now)


def _rested(source: Path, seen: _Seen) -> _Seen:
    """What is there when nothing has changed for a while: editors write in several steps."""
    while True:
        time.sleep(_PAUSE / 3)
        now = _look(source)
        if now == seen:
            return now
        seen = now


def _look(source: Path) -> _Seen:
    """The time in nanoseconds and the size in bytes of each file."""
    found: _Seen = {}
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
