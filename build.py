#!/usr/bin/env python3
"""Build the deck: `python3 build.py`. It sets up what is missing; `--help` has the rest."""

import sys


def run() -> int:
    """Set up, then do what the command line says. Returns the exit code."""
    try:
        from commands.setup.start import ready

        arguments = ready(sys.argv[1:])
        from releases.interrupts import delay_while_importing

        delay_while_importing()
        from commands.main import main
    except KeyboardInterrupt:  # before there are words to say so
        return 130
    return main(arguments)


if __name__ == "__main__":
    sys.exit(run())
