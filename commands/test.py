"""``test``: the tests; with ``--all`` the slow ones and the linters as well, as CI runs them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import click

from commands.terminal.console import Failed
from commands.terminal.words import say
from deckpress.program import IS_INSTALLED, ROOT

_LINTERS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
)
# The tests of a file share what is dear to make, so they stay together, in the order in which
# tests/conftest.py puts them.
_TOGETHER = ("--dist", "loadfile", "--no-loadscope-reorder")
_QUICK = ("-m", "not slow")
_THOROUGH = ("--hypothesis-profile", "thorough", "--durations", "10")


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--all", "everything", is_flag=True, help="Run the slow tests and the linters too.")
@click.argument("pytest_arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST ARGUMENTS]")
def test(everything: bool, pytest_arguments: tuple[str, ...]) -> int:
    """Run the tests. What follows is handed to pytest: `build.py test -k cloze`."""
    if IS_INSTALLED:
        raise Failed(say("test-clone"))
    began = time.monotonic()
    chosen = _THOROUGH if everything else _QUICK
    processes = str(max(2, os.cpu_count() or 0))
    pytest = ("pytest", "-n", processes, *_TOGETHER, *chosen, *pytest_arguments)
    scripts = Path(sys.executable).parent
    failed = 0
    for name, *arguments in (*(_LINTERS if everything else ()), pytest):
        click.echo(f"$ {' '.join((name, *arguments))}", err=True)
        failed |= subprocess.run([scripts / name, *arguments], cwd=ROOT).returncode != 0
    click.echo(f"{time.monotonic() - began:.0f} s", err=True)
    return int(failed)
