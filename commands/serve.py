"""``serve``: the page in a browser while it is written."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.live_page.assembly import panel, waiting_page
from commands.live_page.screen import Screen
from commands.live_page.server import serving
from commands.terminal.console import Failed, Format, complain, print_findings, show_findings
from commands.terminal.options import poll_option, source_argument
from commands.terminal.sources import find_source
from commands.terminal.words import say
from commands.watch import changes
from deckpress.collection import without_collection
from deckpress.reading.disk.files import LoadedSource, source_lines
from releases.checked_source import check_source
from releases.errors import SourceRejected
from releases.preview import Preview, edited_place, preview

if TYPE_CHECKING:
    from commands.live_page.printing import Print


@click.command()
@source_argument
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Serve at this port; at a free one unless told.",
)
@click.option("--no-open", is_flag=True, help="Open no browser.")
@click.option("--pdf", is_flag=True, help="Print the cheat sheet too, and link to it.")
@poll_option
def serve(source: Path | None, port: int, no_open: bool, pdf: bool, poll: bool) -> int:
    """Show the page of SOURCE in the browser, and again at each save, until Ctrl-C.

    The page opens at the card that was edited, and says above it what `check` finds. It is for this
    machine alone, and nothing is written to output/.
    """
    path = find_source(source)
    screen = Screen()
    screen.change(page=waiting_page(path.name))
    with contextlib.suppress(KeyboardInterrupt), contextlib.ExitStack() as open_things:
        try:
            address = open_things.enter_context(serving(screen, port))
        except OSError as error:
            raise Failed(say("serve-port", port=port, reason=error.strerror or error)) from error
        click.echo(say("serving", source=path, url=address))
        session = _Session(path, screen)
        if pdf:
            open_things.enter_context(session.with_cheat_sheet())
        for number, _ in enumerate(changes(path, poll=poll)):
            session.show()
            if number == 0 and not no_open and _has_browser():
                # Some browsers answer only when they are closed.
                threading.Thread(target=_open, args=(address,), daemon=True).start()
    return 0


class _Session:
    """One source that is being written: its last good preview, and what is told above that."""

    def __init__(self, path: Path, screen: Screen) -> None:
        self._path = path
        self._screen = screen
        self._good: Preview | None = None
        self._print: Print = lambda _: None
        self._told: dict[str, Any] = {"findings": (), "lines": {}}
        self._lock = threading.Lock()  # the cheat sheet is printed in another thread

    @contextlib.contextmanager
    def with_cheat_sheet(self) -> Iterator[None]:
        """From now on, print the cheat sheet of each preview."""
        from commands.live_page.printing import printing

        def printed(sheet: bytes) -> None:
            self._change({"sheet": True}, sheet=sheet)

        def failed(error: Exception) -> None:
            self._change({"reason": _complaint(error)})

        with printing(printed, failed) as begin:
            self._print = begin
            yield

    def show(self) -> None:
        """Read the source and show its page, or what is wrong with it above the last good one."""
        from commands.terminal.failures import EXPECTED

        began = time.monotonic()
        try:
            with without_collection():
                checked = check_source(self._path)
                made = preview(checked)
        except SourceRejected as error:
            show_findings(error, Format.TEXT)
            lines = {error.path: source_lines(error.text)}
            self._change({"findings": error.findings, "lines": lines, "reason": "", "stale": True})
        except EXPECTED as error:
            self._change({"findings": (), "reason": _complaint(error), "stale": True})
        else:
            self._show(made, checked.loaded)
            title, cards = made.deck.meta.title, len(made.deck.cards())
            seconds = f"{time.monotonic() - began:.1f}"
            print_findings(made.findings, checked.loaded.path, checked.loaded.text, Format.TEXT)
            click.echo(say("serve-shown", title=title, cards=cards, seconds=seconds))
            self._print(made)

    def _show(self, made: Preview, loaded: LoadedSource) -> None:
        card = edited_place(self._good.deck, made.deck) if self._good is not None else ""
        lines = {loaded.path: source_lines(loaded.text)}
        told = {"findings": made.findings, "lines": lines, "reason": "", "stale": False}
        self._change(told, page=made.page, card=card)
        self._good = made

    def _change(self, told: dict[str, Any], **shown: object) -> None:
        """Tell this above the page, with what was told before, and show these other values."""
        with self._lock:
            self._told |= told
            self._screen.change(panel=panel(**self._told), **shown)


def _complaint(error: Exception) -> str:
    from commands.terminal.failures import EXPECTED, reason

    sentence = reason(error) if isinstance(error, EXPECTED) else str(error)
    complain(sentence)
    return sentence


def _has_browser() -> bool:
    """Whether a browser opens in a window of its own, and not in this terminal."""
    if sys.platform != "linux" or os.environ.get("BROWSER"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open(address: str) -> None:
    import webbrowser

    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(address)
