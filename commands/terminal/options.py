"""The arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path

import click

from commands.terminal.console import Format

KEPT_BUILDS = 3  # how many development builds stay when old ones are removed

ROOT = Path(__file__).resolve().parents[2]

source_argument = click.argument(
    "source", required=False, type=click.Path(path_type=Path), metavar="[SOURCE]"
)
format_option = click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in Format]),
    callback=lambda _context, _option, value: Format(value),
    default=Format.TEXT.value,
    show_default=True,
    help="How findings are written.",
)
output_option = click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=ROOT / "output",
    metavar="DIR",
    help="Where versions are published; the project's output/ unless told.",
)
strict_option = click.option("--strict", is_flag=True, help="Count warnings as errors.")
