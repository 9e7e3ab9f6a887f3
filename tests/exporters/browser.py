"""Opens a page in the system's Chromium and keeps a record of everything that it tries to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_FONTS = Path(__file__).parents[2] / "exporters" / "pdf" / "fonts.conf"


@dataclass(slots=True)
class Record:
    """What a page did: each address it asked for, each word on the console, each dialog."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


_PATIENCE = 20_000  # milliseconds, for a machine that does much else


@dataclass(frozen=True, slots=True)
class Visit:
    page: Page
    record: Record


def _chromium() -> str:
    """Where Chromium is. The tests' set-up installs it: without it they fail, they do not skip."""
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    pytest.fail("no Chromium on this machine: `python3 build.py test` installs it")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests, with the project's own fonts: the same text widths everywhere."""
    from playwright.sync_api import expect, sync_playwright  # slow to load, and most do without

    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_chromium(),
            args=_ARGUMENTS,
            env={**os.environ, "FONTCONFIG_FILE": str(_FONTS)},
        )
        yield browser
        browser.close()


@contextmanager
def visit(
    browser: Browser,
    file: Path,
    anchor: str = "",
    *,
    query: str = "",
    width: int = 1280,
    before: str = "",
    **options: Any,
) -> Iterator[Visit]:
    """`file` as a reader opens it from a disk. Every other address is refused and recorded.

    The script `before` runs before the page's own. `options` go to playwright's ``new_context``,
    such as ``java_script_enabled=False``.
    """
    record = Record()
    address = file.absolute().as_uri()

    def refuse(dialog: Dialog) -> None:
        record.dialogs.append(dialog.message)
        dialog.dismiss()

    def answer(route: Route) -> None:
        wanted = route.request.url
        if wanted.partition("#")[0].partition("?")[0] == address:
            route.continue_()
        else:
            record.requests.append(wanted)
            route.abort()

    context = browser.new_context(viewport={"width": width, "height": 844}, **options)
    try:
        context.route("**/*", answer)
        if before:
            context.add_init_script(before)
        page = context.new_page()
        page.on("console", lambda message: record.complaints.append(message.text))
        page.on("pageerror", lambda error: record.complaints.append(str(error)))
        page.on("dialog", refuse)
        page.goto(f"{address}{query and '?' + query}{anchor and '#' + anchor}")
        yield Visit(page, record)
    finally:
        context.close()


@contextmanager
def profile(browser: Browser, folder: Path, **options: Any) -> Iterator[BrowserContext]:
    """The same browser with a profile in `folder`, as everybody has one who browses not in private.

    `options` go to playwright's ``launch_persistent_context``.
    """
    context = browser.browser_type.launch_persistent_context(
        folder, executable_path=_chromium(), args=_ARGUMENTS, **options
    )
    try:
        yield context
    finally:
        context.close()
