"""``test``: the tests; with ``--all`` the slow ones and the linters as well, as CI runs them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import PIPE, STDOUT

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
    linters = _LINTERS if everything else ()
    # Linters use one processor: they run beside the tests, and speak when these are done.
    with ThreadPoolExecutor(1) as beside:
        linted = [beside.submit(_run, linter, PIPE) for linter in linters]
        click.echo(f"$ {' '.join(pytest)}", err=True)
        failed = _run(pytest).returncode != 0
        for linter, done in zip(linters, linted, strict=True):
            click.echo(f"$ {' '.join(linter)}", err=True)
            click.echo(done.result().stdout or "", nl=False)
            failed |= done.result().returncode != 0
    click.echo(f"{time.monotonic() - began:.0f} s", err=True)
    return int(failed)


def _run(command: tuple[str, ...], output: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program that is installed beside Python; its output goes to the terminal if None."""
    name, *arguments = command
    program = Path(sys.executable).parent / name
    errors = None if output is None else STDOUT
    return subprocess.run(
        [program, *arguments], cwd=ROOT, text=True, stdout=output, stderr=errors, check=False
    )
