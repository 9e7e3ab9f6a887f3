"""How a command speaks: results on stdout, findings on stderr, progress on a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

import click

from commands.terminal.words import language, say, say_message
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
    click.echo(f"build.py: {message}", err=True)


def findings_text(findings: Sequence[Diagnostic], path: str, text: str, form: Format) -> str:
    """All findings about the source `text`, which messages call `path`, in that format.

    `findings` is sorted. As text for a person, no findings are an empty string.
    """
    if form is Format.TEXT and not findings:
        return ""
    from deckpress.diagnostics import Severity, as_github, as_json, as_text
    from deckpress.reading.files import source_lines

    if form is Format.JSON:
        return as_json(findings, language())
    if form is Format.GITHUB:
        return as_github(findings, language())
    errors = sum(d.severity is Severity.ERROR for d in findings)
    count = say("found", errors=errors, warnings=len(findings) - errors)
    return f"{as_text(findings, {path: source_lines(text)}, language())}\n{count}"


def show_findings(error: Exception, form: Format) -> None:
    """Print the findings to stderr if `error` says that a source was rejected because of them."""
    if isinstance(error, SourceRejected):
        click.echo(findings_text(error.findings, error.path, error.text, form), err=True)


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

    with Console(stderr=True).status("") as status:
        yield lambda message: status.update(say_message(message))
