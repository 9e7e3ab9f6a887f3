"""What is answered before anything is installed: ``--help`` and ``--version``.

The pages are those that click makes of the commands, kept in ``pages.json``;
``python -m commands.terminal.help_pages`` writes them anew.
"""

from __future__ import annotations

import os

_HELP = ("-h", "--help")


def as_options(arguments: list[str]) -> list[str]:
    """The arguments, with each way to ask for help or for the version made one of two.

    These are ``[COMMAND] --help`` and ``--version``. What follows ``test`` or ``--`` is for others.
    """
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    first = own[0] if own else ""
    if first == "help":
        return [*own[1:2], "--help"] if own[1:2] and own[1] in commands() else ["--help"]
    if first == "test":
        own = own[:2]
    if "--version" in own:
        return ["--version"]
    if first in _HELP:
        return ["--help"]
    if any(option in own for option in _HELP):
        return [first if first in commands() else "build", "--help"]
    if own[1:] == ["help"] and not os.path.exists("help") and first in commands():
        return [first, "--help"]
    return arguments


def help_page(arguments: list[str], language: str) -> str:
    """The page that ``[COMMAND] --help`` asks for, in "en" or "zh"."""
    command = arguments[0] if arguments[0] != "--help" else ""
    return "\n".join(_pages()[language][command]) + "\n"


def version_page() -> str:
    """What ``--version`` prints."""
    from deckpress import __version__

    return f"deckpress {__version__}\n"


def commands() -> frozenset[str]:
    """The names of the commands."""
    return frozenset(_pages()["en"]) - {""}


def _pages() -> dict[str, dict[str, list[str]]]:
    import json

    path = os.path.join(os.path.dirname(os.path.realpath(__file__)), "pages.json")
    with open(path, encoding="utf-8") as file:
        found: dict[str, dict[str, list[str]]] = json.load(file)
    return found
