#!/usr/bin/env python3
"""Build the deck: `python3 build.py`. It first sets up what is missing; see `--help` for more."""

import sys


def run() -> int:
    """Set up what is missing, run the command of the command line, and return its exit code."""
    try:
        # This verb may write to the repository on GitHub, and so it uses no package.
        if sys.argv[1:2] == ["publish"] and sys.version_info >= (3, 11):
            from commands.publish import main as publish

            return publish(sys.argv[2:])
        from commands.setup.start import ensure_ready

        arguments = ensure_ready(sys.argv[1:])
        from releases.interrupts import delay_while_importing

        delay_while_importing()
        from commands.main import main
    except KeyboardInterrupt:  # too early for a sentence about it
        return 130
    return main(arguments)


if __name__ == "__main__":
    sys.exit(run())
