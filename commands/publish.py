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
from releases.errors import ReleaseError
from releases.publish.prepared import publish_prepared


def main(arguments: Sequence[str]) -> int:
    """Run the command with these arguments, and return its exit code as `commands.main` does."""
    parser = argparse.ArgumentParser(
        prog="build.py publish", description=say("publish-help"), allow_abbrev=False
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path)
    parser.add_argument("--tag", required=True, help=say("publish-help-tag"))
    try:
        asked = parser.parse_args([each for each in arguments if each != "--no-setup"])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 2
    try:
        print(say_message(publish_prepared(asked.folder, asked.tag)))
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


def _failed(reason: str) -> int:
    print(f"build.py: {reason}", file=sys.stderr)
    return 1
