"""``build``: makes the outputs of a deck in ``output/``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from commands.terminal.build_report import result, summary, tell_built
from commands.terminal.console import EXPECTED, Format, progress, reason, tell_findings
from commands.terminal.options import format_option, output_option, source_argument, strict_option
from commands.terminal.print_options import Printable, print_options, printing
from commands.terminal.sources import chosen, find
from commands.terminal.words import language, say
from deckpress.diagnostics import Diagnostic, as_json
from deckpress.selection import Selection
from exporters import EXPORTERS
from exporters.job import Job
from releases import pipeline
from releases.checked_source import checked
from releases.errors import SourceRejected


def _outputs(
    _context: click.Context, _option: click.Parameter, value: str | None
) -> tuple[str, ...] | None:
    """The exporters named by ``--only``, in their own order; None means all of them."""
    if value is None:
        return None
    asked = {name.strip() for name in value.split(",")}
    if unknown := sorted(asked - set(EXPORTERS)):
        every = ", ".join(EXPORTERS)
        raise click.UsageError(say("exporter-unknown", value=unknown[0], values=every))
    return None if asked == set(EXPORTERS) else tuple(n for n in EXPORTERS if n in asked)


@click.command(cls=Printable)
@source_argument
@click.option(
    "--only",
    callback=_outputs,
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
@print_options
@output_option
@click.option("--json", "machine", is_flag=True, help="Print the result as JSON.")
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
    output: Path,
    machine: bool,
    form: Format,
    strict: bool,
) -> None:
    """Build the deck from SOURCE, or from the one Markdown file of source/.

    The options that choose cards can be repeated, and narrow each other. The version of such a
    build says that it is partial.
    """
    selection = Selection(sections, tags, levels, tiers)
    wished = printing(context)
    if wished.asked() and only is not None and "pdf" not in only:
        raise click.UsageError(say("print-nothing"))
    if again and (only is not None or selection or wished.asked()):
        raise click.UsageError(say("release-whole"))
    if watching:
        if again or machine:
            raise click.UsageError(say("watch-alone"))
        from commands.watch import watch

        watch(find(source), only, selection, output, wished, form, strict=strict)
        return
    try:
        with progress() as step:
            if again:
                built = pipeline.build_again(
                    checked(find(source)), output, strict=strict, step=step
                )
            else:
                read = chosen(source, selection, strict=strict)
                built = pipeline.build(
                    read,
                    output,
                    only=only,
                    selection=selection,
                    job=Job(wished),
                    strict=strict,
                    step=step,
                )
    except EXPECTED as error:
        if machine and not isinstance(error, click.UsageError):
            found = error.found if isinstance(error, SourceRejected) else ()
            click.echo(_json({"status": "failed", "message": reason(error)}, found))
        else:
            tell_findings(error, form)
        raise
    if machine:
        click.echo(_json(result(built), built.found))
        return
    tell_built(built, form)
    click.echo(summary(built))


def _json(outcome: dict[str, Any], found: Sequence[Diagnostic]) -> str:
    findings = json.loads(as_json(found, language()))
    return json.dumps({**outcome, "findings": findings}, ensure_ascii=False, indent=2)
