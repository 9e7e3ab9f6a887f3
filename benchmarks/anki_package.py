"""Writing an Anki package of notes that are in memory: genanki's writer and ours, side by side.

    python3 -m benchmarks.anki_package [--runs N] [--notes N ...]

Each writes the same notes, in a process of its own. Only the writing to a file is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import genanki

from exporters.anki import package

ROOT = Path(__file__).resolve().parent.parent
# Numbers of notes and decks; the last shows whether the time grows with the square of the decks.
SIZES = ((100, 5), (1_000, 20), (10_000, 20), (100_000, 50), (10_000, 2_000))
_FIELDS = ("Key", "Question", "Answer", "Why")
_TEMPLATE = {"name": "Card", "qfmt": "{{Question}}", "afmt": "{{Answer}}<hr>{{Why}}"}
_WORDS = ("反向代理", "负载均衡", "upstream", "连接", "超时", "worker", "进程", "容器", "layer")


def _fields(number: int) -> list[str]:
    chosen = random.Random(number)

    def text(words: int) -> str:
        return " ".join(chosen.choices(_WORDS, k=words))

    return [f"bench/{number}", text(8), f"<p>{text(40)}</p>", f"<p>{text(120)}</p>"]


def _of_genanki(notes: int, decks: int) -> Callable[[Path], None]:
    model = genanki.Model(1, "Note", [{"name": name} for name in _FIELDS], [_TEMPLATE])
    filled = [genanki.Deck(number + 2, f"Deck::{number}") for number in range(decks)]
    for number in range(notes):
        filled[number % decks].add_note(
            genanki.Note(model, _fields(number), guid=f"g{number}", tags=["bench"])
        )
    return lambda path: genanki.Package(filled).write_to_file(str(path), timestamp=1_800_000_000)


def _of_deckpress(notes: int, decks: int) -> Callable[[Path], None]:
    fields = [{"name": name} for name in _FIELDS]
    model = package.NoteType(1, "Note", fields, [_TEMPLATE], changed=1_800_000_000)
    filled = [genanki.Deck(number + 2, f"Deck::{number}") for number in range(decks)]
    for number in range(notes):
        filled[number % decks].add_note(
            package.Note(
                model,
                _fields(number),
                guid=f"g{number}",
                tags=["bench"],
                modified=1_800_000_000,
                note_id=1_800_000_000_000 + number,
                ords=[0],
            )
        )

    def run(path: Path) -> None:
        path.write_bytes(package.pack(filled, {}))

    return run


WRITERS = {"genanki": _of_genanki, "deckpress": _of_deckpress}


def write(writer: str, notes: int, decks: int, path: Path) -> dict[str, float]:
    """Write a package with one of `WRITERS`, and measure it.

    Returns seconds of wall clock ("wall") and of CPU time ("cpu"), and the size of the file in
    megabytes ("size").
    """
    run = WRITERS[writer](notes, decks)
    wall, cpu = time.perf_counter(), time.process_time()
    run(path)
    return {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "size": path.stat().st_size / 1e6,
    }


def _measured(writer: str, notes: int, decks: int, runs: int) -> dict[str, float]:
    costs: list[dict[str, float]] = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "benchmarks.anki_package", "--one", writer]
            process = subprocess.Popen(
                [*command, str(notes), str(decks), f"{folder}/x.apkg"],
                cwd=ROOT,
                env={**os.environ, "TMPDIR": folder},
                stdout=subprocess.PIPE,
            )
            assert process.stdout is not None
            printed = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                raise SystemExit(f"{writer}, {notes} notes: exit code {process.returncode}")
            unit = 1e6 if sys.platform == "darwin" else 1e3
            costs.append({**json.loads(printed), "memory": usage.ru_maxrss / unit})
    return {name: statistics.median(cost[name] for cost in costs) for name in costs[0]}


def main() -> None:
    """Measure both writers, and print a row for each.

    With ``--one``, write one package in this process, and print its cost as JSON.
    """
    parser = argparse.ArgumentParser(prog="python3 -m benchmarks.anki_package", description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--notes", type=int, nargs="*", help="only these numbers of notes")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        writer, notes, decks, path = arguments.one
        print(json.dumps(write(writer, int(notes), int(decks), Path(path))))
        return
    print("| notes, decks | writer | wall s | CPU s | MB of memory | MB of file |")
    print("|---|---|--:|--:|--:|--:|")
    for notes, decks in SIZES:
        if arguments.notes and notes not in arguments.notes:
            continue
        for writer in WRITERS:
            cost = _measured(writer, notes, decks, arguments.runs)
            print(
                f"| {notes:,}, {decks:,} | {writer} | {cost['wall']:.3f} | {cost['cpu']:.3f} "
                f"| {cost['memory']:.0f} | {cost['size']:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
