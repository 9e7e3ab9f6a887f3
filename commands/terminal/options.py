"""The arguments and options that several commands take."""

from __future__ import annotations

from pathlib import Path

import click

from commands.terminal.console import Format
from commands.terminal.sources import output_folder
from commands.terminal.words import say

KEPT_BUILDS = 3  # how many development builds stay when old ones are removed


def _output_folder(context: click.Context, _option: click.Parameter, value: Path | None) -> Path:
    """What the author named, or else the folder that belongs to the source of this command.

    Click handles what was typed first, so a source that was named is among the parameters by now.
    """
    return value or output_folder(context.params.get("source") or context.params.get("named"))


def _ignored_codes(
    _context: click.Context, _option: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    """The codes that the author named, sorted.

    Raises:
        click.UsageError: one of them is not the code of a warning.
    """
    if not values:
        return ()
    from deckpress.diagnostics import is_error, is_warning, nearest_code

    codes = sorted({code.strip().upper() for value in values for code in value.split(",")} - {""})
    for code in codes:
        if is_error(code):
            raise click.UsageError(say("ignore-error", code=code))
        if not is_warning(code):
            near = nearest_code(code)
            hint = say("did-you-mean", match=near) if near else say("ignore-list")
            raise click.UsageError(say("ignore-unknown", value=code, hint=hint))
    return tuple(codes)


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
    callback=_output_folder,
    metavar="DIR",
    help="Where versions are published; output/ beside the deck's folder unless told.",
)
strict_option = click.option("--strict", is_flag=True, help="Count warnings as errors.")
poll_option = click.option(
    "--poll",
    is_flag=True,
    help="Look for changes again and again, in a folder shared with another machine.",
)
ignore_option = click.option(
    "--ignore",
    "ignored",
    multiple=True,
    callback=_ignored_codes,
    metavar="CODES",
    help="Leave out the warnings with these codes, such as D901,D602.",
)
