"""How a command speaks: results on stdout, findings on stderr, progress on a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

import click

from commands.terminal.words import language, say_message
from deckpress.program import NAME
from releases.errors import SourceRejected
from releases.messages import Step, silent

if TYPE_CHECKING:
    from deckpress.diagnostics import Diagnostic

INTERRUPTED = 130  # the exit code of a command that Ctrl-C ended


class Format(StrEnum):
    """How findings are written: for a person, for a program, or as annotations of a GitHub job."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


class Failed(click.ClickException):
    """Ends a command with exit code 1 and one sentence."""


def expected_errors() -> tuple[type[Exception], ...]:
    """The errors that end a command with one sentence; anything else is a bug."""
    from commands.terminal.failures import EXPECTED

    return EXPECTED


def complain(message: str) -> None:
    """Print to stderr what went wrong, after the program's name."""
    click.echo(f"{NAME}: {message}", err=True)


def print_findings(
    findings: Sequence[Diagnostic],
    path: str,
    text: str,
    form: Format,
    *,
    err: bool = True,
    whole: bool = False,
) -> None:
    """Print the findings about the source `text` at `path` in that format, to stderr or stdout.

    For a person, nothing is printed if there are none, and of many of one code only the first few
    unless `whole`; formats for programs always have all.
    """
    if form is Format.TEXT and not findings:
        return
    from commands.terminal.findings import findings_for_person, shortened, wants_colour
    from commands.terminal.json_output import as_document
    from deckpress.diagnostics import as_github, as_records

    if form is Format.JSON:
        click.echo(as_document({"findings": as_records(findings, language())}), err=err)
    elif form is Format.GITHUB:
        if findings:
            click.echo(as_github(shortened(findings), language()), err=err)
    else:
        colour = wants_colour(sys.stderr if err else sys.stdout)
        told = findings_for_person(findings, path, text, whole=whole, colour=colour)
        click.echo(told, err=err, color=colour)


def show_findings(error: Exception, form: Format) -> None:
    """Print the findings to stderr if `error` says that a source was rejected because of them."""
    if isinstance(error, SourceRejected):
        print_findings(error.findings, error.path, error.text, form)


@contextlib.contextmanager
def showing_findings(form: Format) -> Iterator[None]:
    """Print the findings to stderr when a source is rejected, and let the error go on."""
    try:
        yield
    except SourceRejected as error:
        show_findings(error, form)
        raise


@contextlib.contextmanager
def progress() -> Iterator[Step]:
    """Show the current step on a terminal; elsewhere show nothing. Gives the function to call."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    # Without a thread that turns a wheel: a process with threads cannot share its work with copies.
    with Live(console=Console(stderr=True), auto_refresh=False, transient=True) as line:
        yield lambda message: line.update(Text(say_message(message)), refresh=True)
