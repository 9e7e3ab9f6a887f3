"""The pages of ``--help`` as click makes them, kept for machines on which nothing is installed yet.

Run as a module, it writes them into ``commands/setup/pages.json``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from deckpress.program import ROOT

FILE = Path(__file__).resolve().parents[1] / "setup" / "pages.json"
_WIDTH = 80  # of the pages, in characters
_LOCALES = {"en": "C.UTF-8", "zh": "zh_CN.UTF-8"}


def pages() -> dict[str, dict[str, list[str]]]:
    """The lines of each command's page by language and command; that of all commands is ""."""
    return {language: _in_a_process(locale) for language, locale in _LOCALES.items()}


def serialise(made: dict[str, dict[str, list[str]]]) -> str:
    """The pages as ``pages.json`` has them."""
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _in_a_process(locale: str) -> dict[str, list[str]]:
    """The pages in the language of `locale`, which a process has for all its life."""
    program = "from commands.terminal.help_pages import _own_pages; print(_own_pages())"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": locale, "COLUMNS": str(_WIDTH)}
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program],
        env=environment,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def _own_pages() -> str:
    """The pages in the language of this process, as JSON."""
    import click

    from commands.terminal.chinese_help import in_authors_language, translate_click

    translate_click()
    # Imported by name: `main` is above this module, and only this program is made of both.
    group: click.Group = import_module("commands.main").deckpress
    translated = in_authors_language(group, "deckpress")
    settings = {**group.context_settings, "terminal_width": _WIDTH}
    whole = click.Context(translated, info_name="build.py", **settings)
    found = {"": translated.get_help(whole).splitlines()}
    for name in group.list_commands(whole):
        if (command := group.get_command(whole, name)) is None:
            continue
        context = click.Context(command, whole, info_name=name, terminal_width=_WIDTH)
        found[name] = command.get_help(context).splitlines()
    return json.dumps(found)


if __name__ == "__main__":
    FILE.write_text(serialise(pages()), "utf-8")
