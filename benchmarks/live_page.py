"""What `serve` costs: from saving the source to the event that tells the browser of a new page.

A row is the median of several edits of one card, one after another, in a process that stays.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

from benchmarks import synthetic

ROOT = Path(__file__).resolve().parent.parent
SERVE = (sys.executable, str(ROOT / "build.py"), "--no-setup", "serve", "--no-open", "--port", "0")
SCRIPT = (sys.executable, str(ROOT / "benchmarks" / "genanki_script.py"))
PATIENCE = 300  # seconds
_ADDRESS = re.compile(r"http://(\S+?)/")
# The end of the first paragraph of a card.
_EDITED = re.compile(r"^## .*\n\n(?:.+\n)*?.+(?=\n\n)", re.MULTILINE)


class _Author:
    """Somebody with a browser open: the events that its page gets."""

    def __init__(self, source: Path, process: subprocess.Popen[str], events: HTTPResponse) -> None:
        self._source = source
        self._process = process
        self._events = events
        self._page = ""
        self._wait()

    def _wait(self) -> None:
        """Wait for the event of another page."""
        while line := self._events.readline().decode():
            if line.startswith("data: ") and (page := json.loads(line[6:])["page"]) != self._page:
                self._page = page
                return
        raise SystemExit("serve has ended")

    def edit(self, number: int) -> tuple[float, float]:
        """Save an edit of one card; the seconds until its event, and the CPU time until then."""
        text = self._source.read_text("utf-8")
        places = list(_EDITED.finditer(text))
        at = places[len(places) // 2].end()
        before, began = self._cpu(), time.perf_counter()
        self._source.write_text(f"{text[:at]} {number}{text[at:]}", "utf-8")
        self._wait()
        return time.perf_counter() - began, self._cpu() - before

    def _cpu(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / 100  # its own and its children's, in clock ticks


@contextmanager
def _author(source: Path) -> Iterator[_Author]:
    command = (*SERVE, str(source))
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdout=pipe, stderr=nowhere, text=True) as process:
        try:
            assert process.stdout
            address = next(m[1] for line in process.stdout if (m := _ADDRESS.search(line)))
            next(line for line in process.stdout if line.strip())  # the first page is there
            with closing(HTTPConnection(address, timeout=PATIENCE)) as connection:
                connection.request("GET", "/events")
                yield _Author(source, process, connection.getresponse())
        finally:
            process.terminate()


def main() -> None:
    """Measure the shipped deck and synthetic ones, and print a row for each."""
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.live_page", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1000])
    parser.add_argument("--runs", type=int, default=9, help="edits of each deck")
    arguments = parser.parse_args()
    print("| job | wall s | CPU s | budget |\n|---|--:|--:|---|")
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "source", Path(folder, "source"))
        (shipped,) = Path(folder, "source").glob("*.md")
        sources = [("shipped deck", shipped, "0.5 s")]
        for size in arguments.sizes:
            path = Path(folder, f"synthetic-{size}.md")
            path.write_text(synthetic.deck(size), "utf-8")
            sources.append((f"{size:,} cards", path, "1 s" if size == 1000 else ""))
        for name, source, budget in sources:
            with _author(source) as author:
                author.edit(0)
                costs = [author.edit(number) for number in range(1, arguments.runs + 1)]
            wall, cpu = map(statistics.median, zip(*costs, strict=True))
            print(f"| {name}, from saving to the event | {wall:.2f} | {cpu:.2f} | {budget} |")
        path = Path(folder, "script.md")
        path.write_text(synthetic.deck(1000), "utf-8")
        began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*SCRIPT, str(path), str(path.with_suffix(".apkg"))], check=True)
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
        wall = time.perf_counter() - began
        print(f"| 1,000 cards -> .apkg, 15-line genanki script | {wall:.2f} | {cpu:.2f} | |")


if __name__ == "__main__":
    main()
