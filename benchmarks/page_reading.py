"""Measure the page in Chromium: its size, and the CPU time of what a reader does with it.

``python3 -m benchmarks.page_reading`` prints a row for each size of a synthetic deck. The time is
that of the page's main thread, so that a machine that does much else changes it little.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import synthetic

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

ROOT = Path(__file__).resolve().parent.parent
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# The page does something at the next frame, or the one after.
_SETTLED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_SCREENS = 60  # how far the page is scrolled, a screen at each frame


def built(folder: Path, cards: int) -> Path:
    """The page of a synthetic deck, built by the command line."""
    source = folder / f"deck-{cards}.md"
    source.write_text(synthetic.deck(cards), "utf-8")
    command = (sys.executable, str(ROOT / "build.py"), "--no-setup", "build", str(source))
    output = folder / f"output-{cards}"
    subprocess.run(
        (*command, "--only", "web", "--output", str(output)), check=True, stdout=subprocess.DEVNULL
    )
    (page,) = (output / "latest").resolve().glob("*.html")
    return page


def row(browser: Browser, file: Path, cards: int) -> str:
    """What the page in `file` costs, in kilobytes and milliseconds: a row of a Markdown table."""
    packed = len(gzip.compress(file.read_bytes(), 9, mtime=0)) / 1000
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    address = file.as_uri()
    took = [
        _cost(session, lambda: page.goto(address)),
        _cost(session, lambda: _do(page, 'byId("_find").value = "handler"; findAnew()')),
        _cost(session, lambda: _do(page, 'byId("_find").value = "handler 17"; findAnew()')),
        _cost(session, lambda: _do(page, 'byId("_find").value = "hanlder"; findAnew()')),
        _cost(session, lambda: _do(page, "clearFind()")),
        _cost(session, lambda: _scroll(page)) / _SCREENS,
        _cost(session, lambda: _do(page, "unfoldAll(true)")),
        _cost(session, lambda: _do(page, 'byId("_open-study").click()')),
        _cost(session, lambda: _do(page, 'byId("_begin").click(); Study.press(" ")')),
    ]
    page.close()
    return f"| {cards:,} | {packed:.0f} | " + " | ".join(f"{time:.0f}" for time in took) + " |"


def _cost(session: CDPSession, action: Callable[[], object]) -> float:
    """The milliseconds of CPU time that the page's main thread took for `action`."""
    before = _busy(session)
    action()
    return (_busy(session) - before) * 1000


def _busy(session: CDPSession) -> float:
    values = session.send("Performance.getMetrics")["metrics"]
    (seconds,) = (float(each["value"]) for each in values if each["name"] == "ThreadTime")
    return seconds


def _do(page: Page, script: str) -> None:
    page.evaluate(f"{{ {script}; }} {_SETTLED}")


def _scroll(page: Page) -> None:
    for _ in range(_SCREENS):
        page.evaluate(f"scrollBy(0, innerHeight); {_SETTLED}")


def main() -> None:
    """Measure what the command line asks for, and print a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 1000, 10000])
    arguments = parser.parse_args()
    from playwright.sync_api import sync_playwright

    program = next(path for name in _PROGRAMS if (path := shutil.which(name)))
    print(
        "| cards | gzipped KB | ready | first search | search | with a slip | all again | a screen "
        "| unfold all | study | answer |\n" + "|--:" * 11 + "|"
    )
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for cards in arguments.sizes:
            print(row(browser, built(Path(folder), cards), cards), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
