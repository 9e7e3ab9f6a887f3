"""``build``: makes the outputs of a deck in ``output/``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.terminal.build_report import build_result, build_summary, show_build_findings
from commands.terminal.console import Format, expected_errors, progress, show_findings
from commands.terminal.json_output import as_document
from commands.terminal.options import (
    format_option,
    ignore_option,
    output_option,
    poll_option,
    source_argument,
    strict_option,
)
from commands.terminal.print_options import (
    PrintingCommand,
    chosen_print_options,
    with_print_options,
)
from commands.terminal.sources import check_for_build, find_source
from commands.terminal.words import language, say
from deckpress.collection import without_collection
from exporters import EXPORTERS
from releases import unchanged
from releases.errors import SourceRejected

if TYPE_CHECKING:
    from deckpress.diagnostics import Diagnostic
    from exporters.job import PrintOptions
    from releases.built import Built
    from releases.messages import Step


def _exporters(
    _context: click.Context, _option: click.Parameter, value: str | None
) -> tuple[str, ...] | None:
    """The exporters named by ``--only``, in the order of `EXPORTERS`; None means all of them."""
    if value is None:
        return None
    asked = {name.strip() for name in value.split(",")}
    if unknown := sorted(asked - set(EXPORTERS)):
        every = ", ".join(EXPORTERS)
        raise click.UsageError(say("exporter-unknown", value=unknown[0], values=every))
    if asked == set(EXPORTERS):
        return None
    return tuple(name for name in EXPORTERS if name in asked)


@click.command(cls=PrintingCommand)
@source_argument
@click.option(
    "--only",
    callback=_exporters,
    metavar="NAMES",
    help=f"Make only these outputs: some of {','.join(EXPORTERS)}.",
)
@click.option("--section", "sections", multiple=True, metavar="ID", help="Only this section.")
@click.option("--tag", "tags", multiple=True, help="Only cards with this tag.")
@click.option("--level", "levels", multiple=True, type=int, help="Only cards of this level.")
@click.option("--tier", "tiers", multiple=True, help="Only cards of this tier.")
@click.option(
    "--release",
    "again",
    is_flag=True,
    help="Build the last release again, from the source as it was released.",
)
@click.option(
    "--watch", "watching", is_flag=True, help="Build again whenever the source or its files change."
)
@poll_option
@with_print_options
@output_option
@click.option("--json", "machine", is_flag=True, help="Print the result as JSON.")
@ignore_option
@format_option
@strict_option
@click.pass_context
def build(
    context: click.Context,
    source: Path | None,
    only: tuple[str, ...] | None,
    sections: tuple[str, ...],
    tags: tuple[str, ...],
    levels: tuple[int, ...],
    tiers: tuple[str, ...],
    again: bool,
    watching: bool,
    poll: bool,
    output: Path,
    machine: bool,
    ignored: tuple[str, ...],
    form: Format,
    strict: bool,
) -> None:
    """Build the deck from SOURCE, or from the one Markdown file of source/.

    The options that choose cards can be repeated, and narrow each other. The version of such a
    build says that it is partial.
    """
    printing = chosen_print_options(context)
    cards = (sections, tags, levels, tiers)
    if printing.non_defaults() and only is not None and "pdf" not in only:
        raise click.UsageError(say("print-nothing"))
    if again and (only is not None or any(cards) or printing.non_defaults()):
        raise click.UsageError(say("release-whole"))
    path = find_source(source)
    if watching:
        if again or machine:
            raise click.UsageError(say("watch-alone"))
        from commands.watch import watch
        from deckpress.selection import Selection

        watch(
            path,
            only,
            Selection(*cards),
            output,
            printing,
            form,
            strict=strict,
            poll=poll,
            ignored=ignored,
        )
        return
    try:
        with progress() as step:
            if again:
                built = _build_again(path, output, ignored, strict, step)
            else:
                built = _build(path, output, only, cards, printing, ignored, strict, step)
    except expected_errors() as error:
        if machine and not isinstance(error, click.UsageError):
            from commands.terminal.failures import reason

            findings = error.findings if isinstance(error, SourceRejected) else ()
            click.echo(_json({"status": "failed", "message": reason(error)}, findings))
        else:
            show_findings(error, form)
        raise
    if machine:
        click.echo(_json(build_result(built), built.findings))
        return
    show_build_findings(built, form)
    click.echo(build_summary(built))


# What follows imports where it is needed: a build without a change does with little of it.


def _build(
    path: Path,
    output: Path,
    only: tuple[str, ...] | None,
    cards: tuple[tuple[Any, ...], ...],
    printing: PrintOptions,
    ignored: tuple[str, ...],
    strict: bool,
    step: Step,
) -> Built:
    asked = {
        "only": only,
        "cards": cards,
        "print": sorted(printing.non_defaults().items()),
        "ignored": ignored,
    }
    built = unchanged.unchanged_build(path, output, asked)
    if built is not None and not (strict and built.findings):
        return built
    with without_collection():  # the imports make much that stays, too
        from deckpress.selection import Selection
        from exporters.job import Job
        from releases import pipeline

        selection = Selection(*cards)
        with pipeline.RenderingAhead() as ahead:
            checked = check_for_build(
                path, selection, strict=strict, ignored=ignored, meanwhile=ahead.begin
            )
            built = pipeline.build(
                checked,
                output,
                only=only,
                selection=selection,
                job=Job(printing),
                strict=strict,
                step=step,
                ahead=ahead,
            )
    release = checked.deck.release
    if release is None or release.name == checked.deck.name:  # else other sources were read, too
        unchanged.remember_build(path, asked, checked.loaded, built)
    return built


def _build_again(
    path: Path, output: Path, ignored: tuple[str, ...], strict: bool, step: Step
) -> Built:
    from releases import pipeline
    from releases.checked_source import check_source

    return pipeline.build_again(check_source(path, ignored), output, strict=strict, step=step)


def _json(result: dict[str, Any], findings: Sequence[Diagnostic]) -> str:
    from deckpress.diagnostics import as_records

    return as_document({**result, "findings": as_records(findings, language())})
