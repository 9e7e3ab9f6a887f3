"""The entry point: finds the command and runs it. Without a command it builds."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword
from pathlib import Path

import click

from commands.terminal.chinese_help import in_authors_language, translate_click
from commands.terminal.console import INTERRUPTED, complain, expected_errors
from commands.terminal.words import say
from deckpress import __version__
from deckpress.program import NAME

FAILED = 1
WRONG_USE = 2


# Each command is in the module of its name. Only the one that runs is imported.
COMMANDS = (
    "assets",
    "build",
    "check",
    "clean",
    "diff",
    "import",
    "new",
    "prove",
    "publish",
    "push",
    "release",
    "serve",
    "test",
    "verify",
    "verify-upgrade",
)


class _Commands(click.Group):
    """Puts ``build`` in front when the first argument is an option or a file."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        if cmd_name == "publish":
            return _Publish()
        module = cmd_name.replace("-", "_") + ("_" if iskeyword(cmd_name) else "")
        command: click.Command = getattr(import_module(f"commands.{module}"), module)
        return in_authors_language(command, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS:
            raise click.exceptions.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else ""
        if ctx.resilient_parsing:  # a shell asks what could stand there
            return super().parse_args(ctx, args)
        if first not in (*COMMANDS, "--help", "--version") and (
            first.startswith("-") or not first or "." in first or Path(first).exists()
        ):
            args = ["build", *args]
        return super().parse_args(ctx, args)


class _Publish(click.Command):
    """The one verb that does without packages, as one of this group."""

    def __init__(self) -> None:
        super().__init__(
            "publish",
            callback=_publish,
            params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
            context_settings={"ignore_unknown_options": True, "help_option_names": []},
            help=say("publish-help"),
        )

    def get_help(self, ctx: click.Context) -> str:
        from commands.publish import help_page

        return help_page()


def _publish(arguments: Sequence[str]) -> int:
    from commands.publish import main as publish

    return publish(arguments)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="deckpress", message="%(prog)s %(version)s")
def deckpress() -> None:
    """One Markdown source of questions and answers in; an Anki deck, a PDF and a page out.

    Without a command it builds: `python3 build.py` is `python3 build.py build`.
    Set-up is part of every command; --no-setup skips it for those who manage their own environment.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 wrong use, 130 interrupted.

    `arguments` are those of the process by default.
    """
    translate_click()
    try:
        result = in_authors_language(deckpress, "deckpress").main(
            args=list(sys.argv[1:] if arguments is None else arguments),
            prog_name=NAME,
            standalone_mode=False,
        )
    except click.UsageError as error:
        error.show()
        return WRONG_USE
    except expected_errors() as error:
        from commands.terminal.failures import reason

        complain(reason(error))
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        complain(say("interrupted"))
        return INTERRUPTED
    except OSError as error:  # for example, stdout goes to a full disk
        with contextlib.suppress(OSError, ValueError):
            # Python would try to write the rest again at its end, and fail again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        complain(say("system-refuses", reason=error.strerror or error))
        return FAILED
    except Exception as error:  # a bug: whoever meets it needs a sentence, and we need the place
        complain(say("bug", version=__version__, reason=_described(error)))
        return FAILED
    return result if isinstance(result, int) else 0


def _described(error: Exception) -> str:
    """What went wrong, and the place in the program where it did."""
    import traceback

    *_, last = traceback.extract_tb(error.__traceback__)
    text = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}: {text} ({Path(last.filename).name}:{last.lineno})"
