"""``publish``: makes a GitHub release of what `assets` made; called by the GitHub workflow.

``build.py`` starts it with `main`, without any package: the job that runs it may write to the
repository.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from commands.terminal.words import say, say_message
from deckpress.output.store import StoreError
from deckpress.program import NAME
from releases.errors import ReleaseError
from releases.publish.prepared import publish_prepared


def main(arguments: Sequence[str]) -> int:
    """Run the command with these arguments, and return its exit code as `commands.main` does."""
    if {"--help", "-h"} & set(arguments):
        print(help_page())
        return 0
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--tag")
    try:
        asked, unknown = parser.parse_known_args([a for a in arguments if a != "--no-setup"])
    except argparse.ArgumentError:
        return _wrong_use()
    if unknown or asked.tag is None or len(asked.folders) != 1:
        return _wrong_use()
    try:
        print(say_message(publish_prepared(asked.folders[0], asked.tag)))
    except ReleaseError as error:
        return _failed(say_message(error.message))
    except StoreError as error:
        return _failed(say(error.reason, path=error.path, detail=error.detail))
    except OSError as error:
        return _failed(say("system-refuses", reason=error.strerror or error))
    except KeyboardInterrupt:
        _failed(say("publish-interrupted"))
        return 130
    return 0


def help_page() -> str:
    """What ``--help`` says."""
    usage = say("publish-usage", name=NAME)
    return f"{usage}\n\n{say('publish-help')}\n\n{say('publish-help-tag')}"


def _wrong_use() -> int:
    print(f"{NAME}: {say('publish-wrong-use')}\n{say('publish-usage', name=NAME)}", file=sys.stderr)
    return 2


def _failed(reason: str) -> int:
    print(f"{NAME}: {reason}", file=sys.stderr)
    return 1
