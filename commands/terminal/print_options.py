"""The options that say how the deck is printed; the help lists them in a group of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import click

from commands.terminal.chinese_help import word
from commands.terminal.words import say
from exporters.job import PAPERS, SHEETS, PrintOptions

_Command = TypeVar("_Command", bound=Callable[..., Any])
_OFFSET = re.compile(r"([+-]?\d+(?:\.\d+)?),([+-]?\d+(?:\.\d+)?)", re.ASCII)
_LARGEST_OFFSET = 20  # millimetres
# The least width of a column in millimetres, in type of the usual size: in less, code in a list
# does not fit.
_NARROWEST_COLUMN = 38
_MOST_CARDS = 24  # on a page
# The sheets that an option changes. An option that is not listed changes all sheets.
_SHEETS_OF = {
    "columns": ("cheat", "handbook", "test"),
    "pages": ("cheat",),
    "fit_pages": ("handbook",),
    "detail": ("handbook",),
    "per_page": ("cards",),
    "booklet": ("handbook",),
    "pocket": ("cheat",),
    "flip": ("cards",),
    "offset": ("cards",),
    "cut_lines": ("cards",),
}


class PrintingCommand(click.Command):
    """A command whose help lists its print options under a heading of their own."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options to the help: first the others, then those of printing."""
        rows: dict[bool, list[tuple[str, str]]] = {False: [], True: []}
        for option in self.get_params(ctx):
            if isinstance(option, click.Option) and (row := option.get_help_record(ctx)):
                rows[isinstance(option, _PrintOption)].append(row)
        for title, printing in (("Options", False), ("Printing", True)):
            with formatter.section(word(title)):
                formatter.write_dl(rows[printing])


class _PrintOption(click.Option):
    """An option that becomes a field of `PrintOptions`, and not an argument of the command."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, expose_value=False, callback=_collect, **kwargs)


def _collect(context: click.Context, option: click.Parameter, value: Any) -> None:
    """Keep an option's value in the context, if one was given."""
    if value is None or value == ():
        return
    assert option.name
    given = {**_collected(context), option.name: value}
    if given.get("large_print") and given.get("fit_pages"):
        raise click.UsageError(say("print-large-or-fit"))
    context.meta[__name__] = given


def _collected(context: click.Context) -> dict[str, Any]:
    given: dict[str, Any] = context.meta.get(__name__, {})
    return given


class _Offset(click.ParamType):  # type: ignore[type-arg]
    name = "X,Y"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        match = _OFFSET.fullmatch(str(value).replace(" ", ""))
        if match is None or any(abs(float(part)) > _LARGEST_OFFSET for part in match.groups()):
            self.fail(say("print-offset", value=value, limit=_LARGEST_OFFSET), param, ctx)
        return float(match[1]), float(match[2])


def with_print_options(command: _Command) -> _Command:
    """Add the print options to a command; `chosen_print_options` gives their values."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def chosen_print_options(context: click.Context) -> PrintOptions:
    """The print options that the command was called with.

    Raises:
        click.UsageError: the columns or the flash cards would be too narrow.
    """
    given = _collected(context)
    if sheets := given.get("sheets"):
        _warn_of_no_effect(given, sheets)
        given = {**given, "sheets": tuple(name for name in SHEETS if name in sheets)}
    options = PrintOptions(**given)
    if options.columns:
        _refuse_narrow(options)
    if options.per_page:
        _refuse_strips(options)
    return options


def _warn_of_no_effect(given: dict[str, Any], sheets: tuple[str, ...]) -> None:
    """Print which options change none of the sheets; else it would show only on paper."""
    for name, uses in _SHEETS_OF.items():
        if name in given and not set(uses) & set(sheets):
            option = "--" + name.replace("_", "-")
            wanted = " / ".join(f"--sheet {use}" for use in uses)
            click.echo(say("print-idle", option=option, sheets=wanted), err=True)


def _refuse_narrow(options: PrintOptions) -> None:
    fitting = [n for n in range(1, options.columns + 1) if _fits(replace(options, columns=n))]
    if fitting[-1] < options.columns:
        raise click.UsageError(say("print-narrow", columns=options.columns, most=fitting[-1]))


def _refuse_strips(options: PrintOptions) -> None:
    from exporters.pdf.sheets.card_grid import CardGrid

    def usable(count: int) -> bool:
        return CardGrid.for_paper(options.paper, count, options.flip, options.offset).usable

    if not usable(options.per_page):
        counts = [count for count in range(1, _MOST_CARDS + 1) if usable(count)]
        near = sorted(counts, key=lambda count: abs(count - options.per_page))[:2]
        instead = " / ".join(map(str, sorted(near)))
        raise click.UsageError(say("print-strips", cards=options.per_page, instead=instead))


def _fits(options: PrintOptions) -> bool:
    from exporters.pdf.setting.page_geometry import Geometry

    papers = [options.paper, *([f"{options.paper}/2"] if options.booklet else ())]
    pages = [Geometry.from_options(replace(options, paper=paper)) for paper in papers]
    return all(page.column_width >= _NARROWEST_COLUMN * page.scale for page in pages)


def _option(*names: str, **attributes: Any) -> Callable[[_Command], _Command]:
    return click.option(*names, cls=_PrintOption, **attributes)


_OPTIONS = (
    _option(
        "--sheet",
        "sheets",
        multiple=True,
        type=click.Choice(SHEETS),
        help="Print only this sheet: the cheat sheet, the handbook, the self-test, the flash "
        "cards. Can be repeated.",
    ),
    _option("--paper", type=click.Choice(list(PAPERS)), help="The paper; A4 unless told."),
    _option(
        "--columns",
        type=click.IntRange(1, 4),
        help="Columns of the handbook and the self-test, 2 unless told, on small paper 1; and of "
        "the cheat sheet, 3 unless told, on small paper 2.",
    ),
    _option(
        "--pages",
        type=click.IntRange(1, 40),
        metavar="N",
        help="Pages of the cheat sheet; 2 unless told: one sheet of paper, both sides.",
    ),
    _option(
        "--fit-pages",
        type=click.IntRange(1),
        metavar="N",
        help="Set the handbook in the largest type in which it has at most N pages.",
    ),
    _option(
        "--detail",
        type=click.Choice(["short", "full"]),
        help="What the handbook says of a card; short: the answer and the common mistake.",
    ),
    _option(
        "--booklet",
        is_flag=True,
        default=None,
        help="The handbook to fold: two pages on a side; print both sides, turned over the short "
        "edge, fold and staple.",
    ),
    _option(
        "--pocket",
        is_flag=True,
        default=None,
        help="The cheat sheet to fold twice: four small pages on a side; print both sides, turned "
        "over the long edge.",
    ),
    _option("--large-print", is_flag=True, default=None, help="Large type, in one column."),
    _option("--ink-saver", is_flag=True, default=None, help="Grey, and nothing filled."),
    _option(
        "--per-page",
        type=click.IntRange(1, _MOST_CARDS),
        metavar="N",
        help="Flash cards on a page; with 4 or fewer, the backs also say why and have an example.",
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
    _option(
        "--cut-lines",
        is_flag=True,
        default=None,
        help="Lines across the paper along which to cut the flash cards.",
    ),
)
