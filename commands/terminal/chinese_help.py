"""The help of commands, and what click itself says, for authors whose language is Chinese.

The English is in the commands: docstrings and the ``help`` of options. The Chinese stands in
``help.zh.toml``, by the names of commands and options.
"""

from __future__ import annotations

import copy
import gettext
import inspect
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import click

from commands.terminal.words import language

# A stretch of a text that no line end may divide: a word, or a Chinese character, with the
# punctuation that may not begin or end a line.
_PIECE = (
    r"\s+|[（「《]*(?:[\u2e80-\u3000\u3012-\u9fff]|[^\s\u2e80-\uffef]+)?[、。，；：！？）」》…]*"
)


@cache
def help_table() -> dict[str, dict[str, str]]:
    """The tables of ``help.zh.toml``: one for each command, and those for all of them."""
    text = (Path(__file__).parent / "help.zh.toml").read_text("utf-8")
    table: dict[str, dict[str, str]] = tomllib.loads(text)
    return table


def translate_click() -> None:
    """Have click say its own words, such as "No such option", in the author's language.

    click asks gettext, for which a catalogue would have to be compiled; so each of its modules
    gets functions that ask the table instead.
    """
    from click import core, decorators, exceptions, formatting, parser, types

    for module in (core, decorators, exceptions, formatting, parser, types):
        for name, function in (("_", word), ("ngettext", _counted)):
            if hasattr(module, name):
                setattr(module, name, function)


def in_authors_language(command: click.Command, name: str) -> click.Command:
    """A copy of the command `name`, whose help is Chinese if that is the author's language."""
    translated = copy.copy(command)  # in which click then keeps its --help, and not in the original
    if language() != "zh":
        return translated
    own = help_table().get(name, {})
    translated.context_class = _Context
    if about := own.get("about", "").strip():
        translated.help = about
        translated.short_help = about.partition("\n")[0].partition("。")[0].partition("；")[0]
    translated.options_metavar = _value(command.options_metavar or "")
    if isinstance(translated, click.Group) and isinstance(command, click.Group):
        translated.subcommand_metavar = _value(command.subcommand_metavar)
    translated.params = [_translated_parameter(each, own) for each in command.params]
    return translated


def _translated_parameter(parameter: click.Parameter, own: dict[str, str]) -> click.Parameter:
    translated = copy.copy(parameter)
    if isinstance(translated, click.Option):
        longest = max(translated.opts, key=len)
        text = own.get(longest) or help_table()["options"].get(longest)
        translated.help = text or (translated.help and word(translated.help))
        kind = translated.metavar or getattr(translated.type, "name", "").upper()
    else:
        kind = translated.metavar or (translated.name or "").upper()
    if kind in help_table()["values"]:
        translated.metavar = _value(kind)
    return translated


def _value(metavar: str) -> str:
    return help_table()["values"].get(metavar, metavar)


def word(text: str) -> str:
    """The author's word for one of click's."""
    return help_table()["click"].get(text, text) if language() == "zh" else gettext.gettext(text)


def _counted(one: str, many: str, count: int) -> str:
    if language() == "zh":
        return word(one if count == 1 else many)
    return gettext.ngettext(one, many, count)


class _Formatter(click.HelpFormatter):
    """Counts a Chinese character as the two columns that it takes up."""

    def write_text(self, text: str) -> None:
        """Write paragraphs, each line indented."""
        indent = " " * self.current_indent
        for number, paragraph in enumerate(re.split(r"\n\s*\n", inspect.cleandoc(text))):
            self.write("\n" if number else "")
            for line in _wrapped(paragraph, self.width - self.current_indent):
                self.write(f"{indent}{line}\n")

    def write_heading(self, heading: str) -> None:
        """Write the heading of a list."""
        self.write(f"{' ' * self.current_indent}{heading}：\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write a list of terms with what they mean in a second column."""
        rows = list(rows)
        column = min(max((_width(term) for term, _ in rows), default=0), col_max)
        column += col_spacing
        indent = " " * self.current_indent
        for term, meaning in rows:
            lines = _wrapped(meaning, max(self.width - column - self.current_indent, 20)) or [""]
            room = column - _width(term)
            first = " " * room if room >= col_spacing else f"\n{indent}{' ' * column}"
            self.write(f"{indent}{term}{first}{lines[0]}".rstrip() + "\n")
            for line in lines[1:]:
                self.write(f"{indent}{' ' * column}{line}\n")


class _Context(click.Context):
    formatter_class = _Formatter


def _width(text: str) -> int:
    from deckpress.diagnostics import display_width  # a build does without it

    return display_width(text)


def _wrapped(text: str, width: int) -> list[str]:
    """The lines of a text that are at most `width` columns wide where its pieces allow that."""
    lines = [""]
    for piece in re.findall(_PIECE, text):
        if lines[-1] and _width(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += " " if piece.isspace() and lines[-1] else piece.strip()
    return [line.rstrip() for line in lines if line.strip()]
