"""The errors that a command may end with, and the sentence that tells the author why."""

from __future__ import annotations

import click

from commands.setup.install import pango_command
from commands.terminal.upgrade_text import upgrade_text
from commands.terminal.words import language, say, say_message
from deckpress.output.store import StoreError
from deckpress.reading.disk.files import SourceError
from exporters.job import FitError, LayoutError, PrinterError
from releases.errors import ReleaseError
from releases.upgrade.report import UnprovenError

# The errors that end a command with one sentence, which `reason` gives. Any other error is a bug.
EXPECTED = (
    click.ClickException,
    FitError,
    LayoutError,
    PrinterError,
    ReleaseError,
    SourceError,
    StoreError,
    UnprovenError,
)

# What is said of a sheet that has too many pages.
_TOO_LONG = {"cheat": "cheat-too-long", "handbook": "handbook-too-long"}


def reason(error: Exception) -> str:
    """The sentence that tells the author why one of the `EXPECTED` errors ended the command.

    Raises:
        TypeError: `error` is none of them.
    """
    match error:
        case ReleaseError():
            return say_message(error.message)
        case StoreError():
            return say(error.reason, path=error.path, detail=error.detail)
        case SourceError():
            return error.message(language())
        case FitError():
            values = {"asked": error.allowed, "needed": error.needed, "size": f"{error.size:g}"}
            return say(_TOO_LONG[error.sheet], **values)
        case LayoutError():
            return say("layout-endless", place=error.card_id or "?")
        case PrinterError() if error.reason:
            return say("printer-libraries", reason=error.reason, command=pango_command())
        case PrinterError():
            return say("printer-version", found=error.found, wanted=error.wanted)
        case UnprovenError():
            sentence = say("release-unproven")
            return f"{sentence}\n\n{upgrade_text(error.report)}".rstrip()
        case click.ClickException():
            return error.format_message()
    raise TypeError(error)
