"""How a command speaks: results on stdout, findings on stderr, progress on a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum

import click

from commands.terminal.upgrade_text import upgrade_text
from commands.terminal.words import language, say, told
from deckpress.diagnostics import Diagnostic, Severity, as_github, as_json, as_text
from deckpress.output.store import StoreError
from deckpress.reading.files import SourceError, lines
from exporters.job import FitError, LayoutError
from releases.errors import ReleaseError, SourceRejected
from releases.pipeline import Step, silent
from releases.upgrade.report import UnprovenError

INTERRUPTED = 130  # the exit code of a command that Ctrl-C ended


class Format(StrEnum):
    """How findings are written: for a person, for a program, as annotations of a GitHub job."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


class Failed(click.ClickException):
    """Ends a command with exit code 1 and one sentence."""


# What ends a command with one sentence, which `reason` says; anything else is a bug.
EXPECTED = (
    click.ClickException,
    FitError,
    LayoutError,
    ReleaseError,
    SourceError,
    StoreError,
    UnprovenError,
)


def reason(error: Exception) -> str:
    """The sentence that tells an author why one of the `EXPECTED` errors ended the command."""
    match error:
        case ReleaseError():
            return told(error.message)
        case StoreError():
            return say(error.reason, path=error.path, detail=error.detail)
        case SourceError():
            return error.message(language())
        case FitError():
            values = {"asked": error.asked, "needed": error.needed, "size": error.size}
            return say("print-too-long", **values)
        case LayoutError():
            return say("layout-endless", place=error.place or "?")
        case UnprovenError():
            return f"{say('release-unproven')}\n\n{upgrade_text(error.report)}".rstrip()
        case click.ClickException():
            return error.format_message()
    raise TypeError(error)


def complain(message: str) -> None:
    """Say on stderr, as the program, that something went wrong."""
    click.echo(f"build.py: {message}", err=True)


def written(found: Sequence[Diagnostic], path: str, text: str, form: Format) -> str:
    """Findings about the source `text` at `path`, all of them, sorted, in that form."""
    if form is Format.JSON:
        return as_json(found, language())
    if form is Format.GITHUB:
        return as_github(found, language())
    if not found:
        return ""
    errors = sum(d.severity is Severity.ERROR for d in found)
    count = say("found", errors=errors, warnings=len(found) - errors)
    return f"{as_text(found, {path: lines(text)}, language())}\n{count}"


def tell_findings(error: Exception, form: Format) -> None:
    """Say on stderr what was found in a source, if that is why it was rejected."""
    if isinstance(error, SourceRejected):
        click.echo(written(error.found, error.path, error.text, form), err=True)


@contextlib.contextmanager
def findings_told(form: Format) -> Iterator[None]:
    """Says what was found in a source that is rejected, and lets the error go on."""
    try:
        yield
    except SourceRejected as error:
        tell_findings(error, form)
        raise


@contextlib.contextmanager
def progress() -> Iterator[Step]:
    """Shows what is being done, on a terminal; elsewhere nothing."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield lambda message: status.update(told(message))
