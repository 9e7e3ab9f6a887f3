"""``test``: the tests; with ``--all`` the slow ones and the linters as well, as CI runs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent

_LINTERS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
)


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--all", "everything", is_flag=True, help="Run the slow tests and the linters too.")
@click.argument("pytest_arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST ARGUMENTS]")
def test(everything: bool, pytest_arguments: tuple[str, ...]) -> int:
    """Run the tests. What follows is handed to pytest: `build.py test -k cloze`."""
    chosen = [] if everything else ["-m", "not slow"]
    # The tests of a file share what is dear to make, so they stay together.
    commands = [("pytest", "-n", "2", "--dist", "loadfile", *chosen, *pytest_arguments)]
    if everything:
        commands.extend(_LINTERS)
    scripts = Path(sys.executable).parent
    failed = 0
    for name, *arguments in commands:
        click.echo(f"$ {' '.join((name, *arguments))}", err=True)
        failed |= subprocess.run([scripts / name, *arguments], cwd=ROOT).returncode != 0
    return int(failed)
