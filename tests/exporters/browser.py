"""Opens a page in the system's Chromium and keeps a record of everything that it tries to do.

To begin a tab is ten times as dear as to load a page, so tabs are used again. Between two visits
a tab is emptied of all that a page or a test can leave in it, or thrown away.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

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
    "--process-per-site",
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
        _resting.clear()
        browser.close()


# A reload may be given to another process, which shows the storage as it last knew it: on a busy
# machine one time in forty an old one, or none. So what a document finds is written before its own
# scripts run, from here.
_STORED = "localStorage.clear(); sessionStorage.clear(); Object.assign(localStorage, {stored});"


# Whether a page's clock is its own, and whether it looks as on a screen by day.
_STATE = """[typeof __pwClock === "undefined", !["print", "(prefers-color-scheme: dark)",
  "(forced-colors: active)"].some((query) => matchMedia(query).matches)]"""


class _Tab:
    """A page in a context of its own, which is at one file at a time."""

    def __init__(self, browser: Browser, options: dict[str, Any]) -> None:
        self.record = Record()
        self.address = ""
        self.looks_plain = True
        self.context = browser.new_context(**options)
        self.context.route("**/*", self._answer)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.record.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.record.complaints.append(str(error)))
        self.page.on("dialog", self._refuse)

    def _refuse(self, dialog: Dialog) -> None:
        self.record.dialogs.append(dialog.message)
        dialog.dismiss()

    def _answer(self, route: Route) -> None:
        wanted = route.request.url
        if wanted.partition("#")[0].partition("?")[0] == self.address:
            route.continue_()
        else:
            self.record.requests.append(wanted)
            route.abort()

    def leave(self) -> bool:
        """Leave the file. Whether the tab is as good as a new one then.

        It is not if the clock was set: that goes on in every page of the context.
        """
        for page in self.context.pages:
            if page is not self.page:
                page.close()
        good, self.looks_plain = self.page.evaluate(_STATE)
        self.page.mouse.move(0, 0)
        self.page.goto("about:blank", wait_until="commit")
        return bool(good)


# The tabs that nobody is at, by what they were made with.
_resting: dict[tuple[object, ...], list[_Tab]] = {}


@contextmanager
def visit(
    browser: Browser,
    file: Path,
    anchor: str = "",
    *,
    query: str = "",
    width: int = 1280,
    before: str = "",
    now: datetime | None = None,
    color_scheme: Literal["light", "dark"] = "light",
    forced_colors: Literal["active", "none"] = "none",
    allow: Sequence[str] = (),
    **options: Any,
) -> Iterator[Visit]:
    """`file` as a reader opens it from a disk. Every other address is refused and recorded.

    The script `before` runs before the page's own. The page's clock stands at `now`, if that is
    given, and otherwise goes. The reader allows what is in `allow`. `options` go to playwright's
    ``new_context``, such as ``java_script_enabled=False``: that takes a new tab, once.
    """
    kind = (browser, now is not None, *sorted(options.items()))
    resting = _resting.setdefault(kind, [])
    tab = resting.pop() if resting else _Tab(browser, options)
    tab.record = record = Record()
    tab.address = file.absolute().as_uri()
    page = tab.page
    good = False
    try:
        page.set_viewport_size({"width": width, "height": 844})
        # It takes as long as half a page does, so it is done only where it changes something.
        if not tab.looks_plain or (color_scheme, forced_colors) != ("light", "none"):
            page.emulate_media(media="null", color_scheme=color_scheme, forced_colors=forced_colors)
        with ExitStack() as only_now:
            if now:
                page.clock.set_fixed_time(now)
            if allow:
                only_now.callback(tab.context.clear_permissions)
                tab.context.grant_permissions(allow)
            with page.add_init_script(_STORED.format(stored="{}")):
                if before:
                    only_now.enter_context(page.add_init_script(before))
                page.goto(f"{tab.address}{query and '?' + query}{anchor and '#' + anchor}")
            yield Visit(page, record)
            good = tab.leave() or now is not None
    finally:
        if good:
            resting.append(tab)
        else:
            with suppress(Exception):
                tab.context.close()


def reload(page: Page) -> None:
    """Load the page anew, with all that it has stored until now."""
    stored = page.evaluate("JSON.stringify(localStorage)")
    with page.add_init_script(_STORED.format(stored=stored)):
        page.reload()


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
