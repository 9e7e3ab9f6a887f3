"""Print the same synthetic cards in three columns, with Deckpress and with other programs.

    python3 -m benchmarks.pdf_printing [--runs N] [--sizes N ...]

Deckpress and pandoc start from the Markdown. Chromium gets the HTML of our sheet, either finished
or made from the Markdown first. Typst gets the cards in its own language. A program that is not
installed gets a row that says so.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from benchmarks import synthetic
from deckpress.model import Deck
from deckpress.model import Version as DeckVersion
from exporters.job import Job, PrintOptions
from exporters.theme import FONTS

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = 3
PRINTING = PrintOptions(sheets=("handbook",), columns=COLUMNS)
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
_TYPST = (
    "import sys, typst; typst.compile(sys.argv[1], output=sys.argv[2], font_paths=sys.argv[3:])"
)


@dataclass(frozen=True, slots=True)
class Printer:
    """A program, and its command that makes `printed.pdf`; None if it is not installed."""

    name: str
    command: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What printing takes: seconds of wall clock, seconds of CPU time, and megabytes of the largest
    process; and the PDF's size in megabytes and its pages.
    """

    wall: float
    cpu: float
    memory: float
    size: float
    pages: int


def printers(folder: Path) -> Iterator[Printer]:
    """All programs, for the cards that `prepare` wrote into `folder`."""
    printed = str(folder / "printed.pdf")
    source, page, typ = (str(folder / f"cards.{ending}") for ending in ("md", "html", "typ"))
    module = (sys.executable, "-m", "benchmarks.pdf_printing", "--one", source, printed)
    yield Printer("Deckpress", module)
    yield Printer("Deckpress, one card edited", (*module, "--edited"))
    chromium = _installed(*_CHROMIUM)
    if chromium:
        options = ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer")
        chromium = (*chromium, *options, f"--print-to-pdf={printed}", Path(page).as_uri())
    first = (sys.executable, "-m", "benchmarks.pdf_printing", "--page", source, page)
    yield Printer("Chromium, from the Markdown", chromium and (*first, "--then", *chromium))
    yield Printer("Chromium, from finished HTML", chromium)
    typst = _installed("typst")
    if typst:
        yield Printer("Typst", (*typst, "compile", "--font-path", str(FONTS), typ, printed))
    elif importlib.util.find_spec("typst"):
        yield Printer("Typst", (sys.executable, "-c", _TYPST, typ, printed, str(FONTS)))
    else:
        yield Printer("Typst", None)
    pandoc = _installed("pandoc") if _installed("xelatex") else None
    yield Printer(
        "pandoc and xelatex, one column",
        pandoc and (*pandoc, source, "-o", printed, "--pdf-engine=xelatex", "--toc"),
    )


def _installed(*names: str) -> tuple[str, ...] | None:
    found = next(filter(None, map(shutil.which, names)), None)
    return (found,) if found else None


def prepare(folder: Path, count: int) -> None:
    """Write `count` cards into `folder`: as Markdown, for Typst, and as HTML for a browser."""
    source = folder / "cards.md"
    source.write_text(synthetic.deck(count), "utf-8")
    (folder / "cards.typ").write_text(synthetic.typst(count, COLUMNS), "utf-8")
    make_page(source, folder / "cards.html")


def make_page(source: Path, page: Path) -> None:
    """Write our handbook of a source as one HTML file that a browser can print."""
    from exporters.pdf.sheets.handbook import Handbook

    deck, version = _rendered(source)
    html = Handbook(deck, version, PRINTING).sheet().html
    faces = "".join(
        f"@font-face {{ font-family: '{family}'; font-weight: {weight}; src: url('{file}') }}\n"
        for family, weight, file in (
            ("Noto Sans SC", 400, (FONTS / "NotoSansSC-Regular.ttf").as_uri()),
            ("Noto Sans SC", 700, (FONTS / "NotoSansSC-Bold.ttf").as_uri()),
            ("JetBrains Mono", 400, (FONTS / "JetBrainsMono-Regular.ttf").as_uri()),
            ("JetBrains Mono", 700, (FONTS / "JetBrainsMono-Bold.ttf").as_uri()),
        )
    )
    page.write_text(html.replace("<style>", f"<style>{faces}", 1), "utf-8")


def _rendered(source: Path) -> tuple[Deck, DeckVersion]:
    from deckpress.reading.disk.files import load
    from deckpress.reading.reader import read
    from deckpress.render.cache import TextCache
    from deckpress.render.renderer import render

    raw, _ = read(load(source))
    with TextCache(source.with_suffix(".rendered")) as cache:
        deck, _ = render(raw, cache)
    return deck, DeckVersion("benchmark", {}, 0)


def print_once(source: Path, printed: Path, edited: bool) -> None:
    """Print the handbook as a build does. With `edited`, one card changes since the last run."""
    from deckpress.render.cache import FileCache
    from exporters.pdf import export

    memory = source.with_suffix(".printed")
    if edited:
        text = source.read_text("utf-8")
        source.write_text(text.replace("adds **one**", f"adds **one ({time.time_ns()})**", 1))
    else:
        memory.unlink(missing_ok=True)
        source.with_suffix(".rendered").unlink(missing_ok=True)
    deck, version = _rendered(source)
    with FileCache(memory) as memo:
        (sheet,) = export(deck, version, Job(PRINTING, memo))
    printed.write_bytes(sheet.data)


def measure(printer: Printer, folder: Path, runs: int) -> Cost:
    """The median cost of `runs` runs of an installed printer; of the memory, the maximum.

    Raises:
        SystemExit: a run fails or makes no PDF.
    """
    assert printer.command is not None
    walls, cpus, memory = [], [], 0.0
    printed = folder / "printed.pdf"
    for _ in range(runs):
        printed.unlink(missing_ok=True)
        started = time.perf_counter()
        process = subprocess.Popen(
            printer.command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        walls.append(time.perf_counter() - started)
        if process.returncode or not printed.exists():
            raise SystemExit(f"{printer.name}: exit code {process.returncode}")
        cpus.append(usage.ru_utime + usage.ru_stime)
        memory = max(memory, usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3))
    with pikepdf.open(printed) as pdf:
        pages = len(pdf.pages)
    size = printed.stat().st_size / 1e6
    return Cost(statistics.median(walls), statistics.median(cpus), memory, size, pages)


def main() -> None:
    """Measure every printer with each number of cards, and print a row for each.

    ``--one`` and ``--page`` are for the commands of the printers themselves.
    """
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.pdf_printing", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 1000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", type=Path, nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--page", type=Path, nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--then", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    parser.add_argument("--edited", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.page:
        source, page = arguments.page
        source.with_suffix(".rendered").unlink(missing_ok=True)
        make_page(source, page)
        os.execv(arguments.then[0], arguments.then)
    if arguments.one:
        source, printed = arguments.one
        print_once(source, printed, arguments.edited)
        return
    print("| cards | printer | wall s | of ours | CPU s | MB | pages | file MB |")
    print("|--:|---|--:|--:|--:|--:|--:|--:|")
    for count in arguments.sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            prepare(folder, count)
            ours = 0.0
            for printer in printers(folder):
                if printer.command is None:
                    print(f"| {count:,} | {printer.name} | not installed | | | | | |", flush=True)
                    continue
                cost = measure(printer, folder, arguments.runs)
                ours = ours or cost.wall
                print(
                    f"| {count:,} | {printer.name} | {cost.wall:.2f} | {cost.wall / ours:.2f} "
                    f"| {cost.cpu:.2f} | {cost.memory:.0f} | {cost.pages} | {cost.size:.1f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
