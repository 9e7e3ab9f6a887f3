"""The command line: finds the verb and gives it the rest. Without a verb it builds."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from commands.terminal.console import EXPECTED, INTERRUPTED, complain, reason
from commands.terminal.words import say
from deckpress import __version__

FAILED = 1
WRONG_USE = 2


# The verbs, each in the module of its name; only the one that is asked for is imported.
VERBS = (
    "assets",
    "build",
    "check",
    "clean",
    "diff",
    "publish",
    "push",
    "release",
    "test",
    "verify",
    "verify-upgrade",
)


class _Verbs(click.Group):
    """Takes ``build`` as said when the first word is an option or a file."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = cmd_name.replace("-", "_")
        command: click.Command = getattr(import_module(f"commands.{module}"), module)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else ""
        if first not in (*VERBS, "--help", "--version") and (
            first.startswith("-") or not first or "." in first or Path(first).exists()
        ):
            args = ["build", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Verbs, context_settings={"max_content_width": 100})
@click.version_option(__version__, prog_name="deckpress", message="%(prog)s %(version)s")
def deckpress() -> None:
    """One Markdown source of questions and answers in; an Anki deck, a PDF and a page out.

    Without a command it builds: `python3 build.py` is `python3 build.py build`.
    Set-up is part of every command; --no-setup skips it for those who manage their own environment.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 wrong use, 130 interrupted."""
    try:
        result = deckpress.main(
            args=list(sys.argv[1:] if arguments is None else arguments),
            prog_name="build.py",
            standalone_mode=False,
        )
    except click.UsageError as error:
        error.show()
        return WRONG_USE
    except EXPECTED as error:
        complain(reason(error))
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        complain(say("interrupted"))
        return INTERRUPTED
    except OSError as error:  # such as a full disk behind standard output
        with contextlib.suppress(OSError, ValueError):
            # What is left over would be tried again, and fail again, when Python ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        complain(say("system-refuses", reason=error.strerror or error))
        return FAILED
    return result if isinstance(result, int) else 0
