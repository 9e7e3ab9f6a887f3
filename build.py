#!/usr/bin/env python3
"""Build the deck: `python3 build.py`. It sets up what is missing; `--help` has the rest."""

import sys

from commands.setup import ready

if __name__ == "__main__":
    arguments = ready(sys.argv[1:])
    from commands.main import main

    sys.exit(main(arguments))
