"""The options that say how the deck is printed, and the group that they have in the help."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import click

from commands.terminal.words import say
from exporters.job import PAPERS, SHEETS, Printing

_Command = TypeVar("_Command", bound=Callable[..., Any])
_OFFSET = re.compile(r"([+-]?\d+(?:\.\d+)?),([+-]?\d+(?:\.\d+)?)", re.ASCII)
_FARTHEST = 20  # millimetres
# Millimetres that a column has at least in the usual type: with less, code in a list does not fit.
_NARROWEST = 38
_MOST_CARDS = 24  # on a page
# The sheets on which an option has an effect; of the other options, all.
_ONLY_ON = {
    "columns": ("cheat", "test"),
    "fit_pages": ("cheat",),
    "detail": ("cheat",),
    "per_page": ("cards",),
    "flip": ("cards",),
    "offset": ("cards",),
}


class Printable(click.Command):
    """A command whose help lists the options of printing by themselves."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows: dict[bool, list[tuple[str, str]]] = {False: [], True: []}
        for option in self.get_params(ctx):
            if isinstance(option, click.Option) and (row := option.get_help_record(ctx)):
                rows[isinstance(option, _PrintOption)].append(row)
        for title, printing in (("Options", False), ("Printing", True)):
            with formatter.section(title):
                formatter.write_dl(rows[printing])


class _PrintOption(click.Option):
    """An option that becomes a field of `Printing`, and not an argument of the command."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, expose_value=False, callback=_note, **kwargs)


def _note(context: click.Context, option: click.Parameter, value: Any) -> None:
    if value is None or value == ():
        return
    assert option.name
    noted = {**_noted(context), option.name: value}
    if noted.get("large_print") and noted.get("fit_pages"):
        raise click.UsageError(say("print-large-or-fit"))
    context.meta[__name__] = noted


def _noted(context: click.Context) -> dict[str, Any]:
    noted: dict[str, Any] = context.meta.get(__name__, {})
    return noted


class _Offset(click.ParamType):  # type: ignore[type-arg]
    name = "X,Y"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        match = _OFFSET.fullmatch(str(value).replace(" ", ""))
        if match is None or any(abs(float(part)) > _FARTHEST for part in match.groups()):
            self.fail(say("print-offset", value=value, limit=_FARTHEST), param, ctx)
        return float(match[1]), float(match[2])


def print_options(command: _Command) -> _Command:
    """Gives a command the options of printing; `printing` says what was asked for."""
    for declare in reversed(_OPTIONS):
        command = declare(command)
    return command


def printing(context: click.Context) -> Printing:
    """What the options of this call say."""
    noted = _noted(context)
    if sheets := noted.get("sheets"):
        _tell_idle(noted, sheets)
        noted = {**noted, "sheets": tuple(name for name in SHEETS if name in sheets)}
    asked = Printing(**noted)
    if asked.columns:
        _refuse_narrow(asked)
    if asked.per_page:
        _refuse_strips(asked)
    return asked


def _tell_idle(noted: dict[str, Any], sheets: tuple[str, ...]) -> None:
    """Says which options change nothing, which would else show only on paper."""
    for name, uses in _ONLY_ON.items():
        if name in noted and not set(uses) & set(sheets):
            option = "--" + name.replace("_", "-")
            wanted = " / ".join(f"--sheet {use}" for use in uses)
            click.echo(say("print-idle", option=option, sheets=wanted), err=True)


def _refuse_narrow(asked: Printing) -> None:
    fitting = [n for n in range(1, asked.columns + 1) if _fits(replace(asked, columns=n))]
    if fitting[-1] < asked.columns:
        raise click.UsageError(say("print-narrow", columns=asked.columns, most=fitting[-1]))


def _refuse_strips(asked: Printing) -> None:
    from exporters.pdf.sheets.card_grid import Cutting

    def usable(count: int) -> bool:
        return Cutting.of(asked.paper, count, asked.flip, asked.offset).usable

    if not usable(asked.per_page):
        counts = [count for count in range(1, _MOST_CARDS + 1) if usable(count)]
        near = sorted(counts, key=lambda count: abs(count - asked.per_page))[:2]
        instead = " / ".join(map(str, sorted(near)))
        raise click.UsageError(say("print-strips", cards=asked.per_page, instead=instead))


def _fits(asked: Printing) -> bool:
    from exporters.pdf.setting.page_geometry import Geometry

    there = Geometry.of(asked)
    return there.column >= _NARROWEST * there.scale


def _option(*names: str, **attributes: Any) -> Callable[[_Command], _Command]:
    return click.option(*names, cls=_PrintOption, **attributes)


_OPTIONS = (
    _option(
        "--sheet",
        "sheets",
        multiple=True,
        type=click.Choice(SHEETS),
        help="Print only this sheet: the cheat sheet, the self-test, the flash cards. Can be "
        "repeated.",
    ),
    _option("--paper", type=click.Choice(list(PAPERS)), help="The paper; A4 unless told."),
    _option(
        "--columns",
        type=click.IntRange(1, 4),
        help="Columns of the cheat sheet and the self-test; 2 unless told, on small paper 1.",
    ),
    _option(
        "--fit-pages",
        type=click.IntRange(1),
        metavar="N",
        help="Set the cheat sheet in the largest type in which it has at most N pages.",
    ),
    _option(
        "--detail",
        type=click.Choice(["short", "full"]),
        help="What the cheat sheet says of a card; short: the answer and the common mistake.",
    ),
    _option("--large-print", is_flag=True, default=None, help="Large type, in one column."),
    _option("--ink-saver", is_flag=True, default=None, help="Grey, and nothing filled."),
    _option(
        "--per-page",
        type=click.IntRange(1, _MOST_CARDS),
        metavar="N",
        help="Flash cards on a page.",
    ),
    _option(
        "--flip",
        type=click.Choice(["long", "short"]),
        help="The edge over which the printer turns the paper of the flash cards; long unless "
        "told.",
    ),
    _option(
        "--offset",
        type=_Offset(),
        help="How far the printer draws the backs too far right and down, in millimetres.",
    ),
)
