"""``prove``: runs the tests of a deck's examples and records what they were run with."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import click

from commands.terminal.console import Failed
from commands.terminal.options import source_argument
from commands.terminal.sources import find_source
from commands.terminal.words import say
from deckpress.program import ROOT
from deckpress.reading.disk.files import load
from deckpress.reading.reader import read

_NO_TESTS = 5  # pytest's exit code when it found none


@click.command()
@source_argument
def prove(source: Path | None) -> int:
    """Run the tests of the examples of SOURCE, and record what they proved.

    The tests stand in examples/tests/ beside SOURCE, or in tests/examples/ beside the folder of
    SOURCE. The proofs are written to the file that the front matter names under `proofs`: commit
    it. A card whose tests fail or are skipped keeps the proof that it had.
    """
    path = find_source(source).resolve()
    deck, _ = read(load(path))
    if not deck.meta.proofs:
        raise Failed(say("prove-no-file", path=path))
    folders = (path.parent / "examples" / "tests", path.parent.parent / "tests" / "examples")
    tests = next((folder for folder in folders if folder.is_dir()), None)
    if tests is None:
        raise Failed(say("prove-no-tests", first=folders[0], second=folders[1]))
    if find_spec("pytest") is None:
        raise Failed(say("prove-no-pytest"))
    code = _run(path, tests)
    if code == _NO_TESTS:
        raise Failed(say("prove-no-tests", first=folders[0], second=folders[1]))
    if code:
        raise Failed(say("prove-failed"))
    click.echo(say("proved", path=path.parent / deck.meta.proofs))
    return 0


def _run(source: Path, tests: Path) -> int:
    """Run the tests with the plugin that records proofs; pytest's exit code."""
    parallel: tuple[str, ...] = ()
    processes = min(max(2, os.cpu_count() or 0), len(list(tests.rglob("*.py"))))
    if processes > 1 and find_spec("xdist") is not None:
        parallel = ("-n", str(processes), "--dist", "loadfile")
    plugin = ("-p", "releases.proving", "--deck", str(source), "--record-proofs")
    # Nothing else is to be written beside the source.
    quiet = ("-p", "no:cacheprovider", "-q")
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", *plugin, *quiet, *parallel, str(tests)]
    return subprocess.run(command, env=environment).returncode
