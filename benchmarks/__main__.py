"""Run each job several times, each time in a new process, and print the medians as Markdown."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import synthetic

ROOT = Path(__file__).resolve().parent.parent
BUILD = (sys.executable, str(ROOT / "build.py"), "--no-setup")
CACHE = ROOT / ".cache"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a job takes: seconds of wall clock, seconds of CPU time (user and system), and megabytes
    of the largest process.
    """

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Job:
    """A command to measure, what to do before each run, and the budget that its table row names."""

    name: str
    command: tuple[str, ...]
    before: Callable[[], None]
    budget: str = ""


def measure(job: Job, runs: int) -> Cost:
    """The median cost of `runs` runs after one that is not counted; of the memory, the maximum.

    Raises:
        SystemExit: a run fails.
    """
    costs = []
    for number in range(runs + 1):
        job.before()
        started = time.perf_counter()
        process = subprocess.Popen(job.command, cwd=ROOT, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{job.name}: exit code {process.returncode}")
        unit = 1e6 if sys.platform == "darwin" else 1e3
        if number:
            costs.append(Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit))
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        max(cost.memory for cost in costs),
    )


def jobs(folder: Path, sizes: list[int], outputs: list[str]) -> list[Job]:
    """The jobs for the shipped deck and for synthetic decks of these numbers of cards.

    Their files go into `folder`. `outputs` are some of "anki", "web" and "pdf".
    """
    (shipped,) = (ROOT / "source").glob("*.md")
    output = folder / "output"

    def nothing() -> None:
        pass

    def forget_output() -> None:
        shutil.rmtree(output, ignore_errors=True)

    def forget_all() -> None:
        forget_output()
        shutil.rmtree(CACHE, ignore_errors=True)

    def build(source: Path, *options: str) -> tuple[str, ...]:
        return (*BUILD, "build", str(source), "--output", str(output), *options)

    found = [
        Job(
            "shipped deck, all outputs, cold",
            build(shipped),
            forget_all,
            "3 scripts of 1,000 cards, 300 MB",
        ),
        Job("shipped deck, all outputs, cached", build(shipped), forget_output),
        Job("shipped deck, nothing changed", build(shipped), nothing, "0.3 s"),
    ]
    for size in sizes:
        source = folder / f"synthetic-{size}.md"
        source.write_text(synthetic.deck(size), "utf-8")
        cold, warm = {1000: ("1.0 script", "0.4 script"), 10000: ("linear, 250 MB", "")}.get(
            size, ("", "")
        )
        if "anki" in outputs:
            anki = build(source, "--only", "anki")
            script = (
                sys.executable,
                str(ROOT / "benchmarks" / "genanki_script.py"),
                str(source),
                str(folder / "script.apkg"),
            )
            found += [
                Job(f"{size:,} cards -> .apkg, cold", anki, forget_all, cold),
                Job(f"{size:,} cards -> .apkg, cached", anki, forget_output, warm),
                Job(f"{size:,} cards -> .apkg, 15-line genanki script", script, nothing),
            ]
        if "web" in outputs:
            web = build(source, "--only", "web")
            found.append(Job(f"{size:,} cards -> page, cached", web, forget_output))
        if "pdf" in outputs and size <= 1000:
            pdf = build(source, "--only", "pdf")
            budget = "300 MB" if size == 1000 else ""
            found.append(Job(f"{size:,} cards -> PDF, cached", pdf, forget_output, budget))
    return found


def main() -> None:
    """Measure what the command line asks for, and print a row for each job."""
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10, 100, 1000, 10000])
    parser.add_argument("--only", nargs="*", default=["anki", "web", "pdf"])
    parser.add_argument("--runs", type=int, default=3, help="counted runs of each job")
    arguments = parser.parse_args()
    # Python may keep what it compiles, as it does for everybody who does not say otherwise.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores\n")
    print("| job | wall s | CPU s | MB | budget |\n|---|--:|--:|--:|---|")
    with tempfile.TemporaryDirectory() as folder:
        for job in jobs(Path(folder), arguments.sizes, arguments.only):
            cost = measure(job, arguments.runs)
            print(
                f"| {job.name} | {cost.wall:.2f} | {cost.cpu:.2f} | {cost.memory:.0f} "
                f"| {job.budget} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
