"""The way in of the installed program: the command ``deckpress``.

A wheel has all packages in one folder, ``deckpress_program``. They are found from there and nowhere
else, so two programs with a package ``commands`` get on.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def run() -> int:
    """Run the command of the command line, and return its exit code."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    try:
        from commands.setup.pages import as_options, version_page
        from commands.setup.start import library_folders

        arguments = as_options(sys.argv[1:])
        if arguments[-1:] == ["--version"]:
            sys.stdout.write(version_page())
            return 0
        if sys.platform == "darwin" and "DYLD_FALLBACK_LIBRARY_PATH" not in os.environ:
            # Only a process that starts with it finds the libraries of Homebrew.
            environment = {**os.environ, **library_folders(os.environ)}
            os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)
        from releases.interrupts import delay_while_importing

        delay_while_importing()
        from commands.main import main
    except KeyboardInterrupt:  # too early for a sentence about it
        return 130
    return main(arguments)
