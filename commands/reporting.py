"""How a command speaks: results on stdout, findings on stderr, progress on a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

import click

from commands.words import language, say
from deckpress.diagnostics import Diagnostic, Severity, as_github, as_json, as_text, ordered
from deckpress.source import lines
from deckpress.store import StoreError

INTERRUPTED = 130  # the exit code of a command that Ctrl-C ended


class Format(StrEnum):
    """How findings are written: for a person, for a program, as annotations of a GitHub job."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


class Failed(click.ClickException):
    """Ends a command with exit code 1 and one sentence."""


class Rejected(Failed):
    """Ends a command because of what was found in the source."""

    def __init__(self, message: str, found: Sequence[Diagnostic], path: str, text: str) -> None:
        super().__init__(message)
        self.found = found
        self.path = path
        self.text = text

    def written(self, form: Format) -> str:
        return written(self.found, self.path, self.text, form)


def complain(message: str) -> None:
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


def fatal(found: Sequence[Diagnostic], *, strict: bool) -> bool:
    """Whether these findings end a command: an error does, and with `strict` a warning too."""
    return any(strict or d.severity is Severity.ERROR for d in found)


def sorted_once(*found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    return ordered([diagnostic for group in found for diagnostic in group])


@contextlib.contextmanager
def storing() -> Iterator[None]:
    """Ends the command with the reason why a folder cannot be read or written."""
    try:
        yield
    except StoreError as error:
        raise Failed(say(error.reason, path=error.path, detail=error.detail)) from error


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function that shows what is being done, on a terminal; elsewhere it does nothing."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield status.update
