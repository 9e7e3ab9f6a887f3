"""``build --watch``: builds again when the source or a file that it may show has changed."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Collection, Iterator
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

# In milliseconds: how long nothing must change before a change is told, because editors write in
# several steps; and at most how long that is waited for.
_REST, _LONGEST_UNREST = 40, 400
# Between two looks at the files, where the system is not asked.
_PAUSE = 150
# After this the files are looked at even without a notice. In a folder that a container or another
# machine shares there may be none, and none of what changed just before the system was asked.
_LONGEST_WAIT = 2_000
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
    poll: bool,
    ignored: Collection[str] = (),
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
        for _ in changes(source, poll=poll):
            began = time.monotonic()
            try:
                checked = check_for_build(source, selection, strict=strict, ignored=ignored)
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


def changes(source: Path, *, poll: bool = False) -> Iterator[None]:
    """Yield once at the start, and then whenever a file has changed since the last time.

    The files are the source and all that it may show. The system tells of a change at once; with
    `poll` it is not asked, and the files are looked at often.
    """
    before = _state(source)
    folders: set[str] = set()
    notices: Iterator[object] = iter(())
    while True:
        yield
        while (now := _state(source)) == before:
            if folders != (there := _folders(source)):
                folders, notices = there, _notices(there, poll=poll)
            next(notices)
        before = now


def _notices(folders: set[str], *, poll: bool) -> Iterator[object]:
    """Come back when something has changed in one of these folders and then rested, or in vain."""
    from watchfiles import watch as watch_folders

    return watch_folders(
        *sorted(folders),
        watch_filter=None,
        recursive=False,
        debounce=_LONGEST_UNREST,
        step=_REST,
        rust_timeout=_LONGEST_WAIT,
        yield_on_timeout=True,
        force_polling=poll or None,
        poll_delay_ms=_PAUSE,
        ignore_permission_denied=True,
    )


def _folders(source: Path) -> set[str]:
    """The folders in which something that a source shows can change.

    Not all that is below its own: there may be a whole repository.
    """
    home = source.parent
    while not home.is_dir() and home != home.parent:
        home = home.parent
    found = {str(home), os.path.dirname(os.path.realpath(source))}  # noqa: PTH120 - as below
    for name in _FOLDERS:
        found.update(root for root, _, _ in os.walk(source.parent / name))
    return {folder for folder in found if os.path.isdir(folder)}  # noqa: PTH112


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
