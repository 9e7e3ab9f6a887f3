"""``check``: reports everything wrong with a source; ``--fix`` first mends what is safe to mend."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from commands.terminal.console import Format, print_findings, progress
from commands.terminal.options import (
    format_option,
    ignore_option,
    source_argument,
    strict_option,
)
from commands.terminal.sources import find_source, warn_without_homepage
from commands.terminal.words import say
from deckpress.diagnostics import Diagnostic, ordered
from deckpress.reading.drawings import has_drawings
from releases.checked_source import any_fatal, check_source, no_deck
from releases.messages import message
from releases.repository.homepage import homepage_of

# The sentence for what each fix has mended, in the order in which they are printed. Most have the
# code of the finding that they answer.
_MENDED = {
    "homepage": "mended-homepage",
    "D207": "mended-ids",
    "D821": "mended-gaps",
    "D907": "mended-punctuation",
    "D908": "mended-spaces",
    "D909": "mended-quotes",
    "D910": "mended-ellipses",
    "D913": "mended-names",
    "D914": "mended-spellings",
}


@click.command()
@source_argument
@click.option(
    "--fix",
    is_flag=True,
    help="First write the ids that are missing, and the homepage if a Git remote on GitHub has it;"
    " number new gaps, give released ones their numbers back; mend the punctuation of Chinese, the"
    " names of products, and all that has one mend only. All else stays.",
)
@click.option(
    "--download",
    is_flag=True,
    help="With --fix: fetch the pictures that stand on the web into figures/, and show the copies.",
)
@click.option(
    "--draw",
    is_flag=True,
    help="Also draw the diagrams and the formulas, to find those that cannot be drawn.",
)
@click.option("--all", "whole", is_flag=True, help="List all findings, however many are alike.")
@ignore_option
@format_option
@strict_option
def check(
    source: Path | None,
    fix: bool,
    download: bool,
    draw: bool,
    whole: bool,
    ignored: tuple[str, ...],
    form: Format,
    strict: bool,
) -> int:
    """Say everything that is wrong with SOURCE, with its place and what to do.

    Of more than five findings of one kind, the first three and the number of the others are told.
    Diagrams and formulas are drawn with --draw only.
    """
    if download and not fix:
        raise click.UsageError(say("download-fix"))
    path = find_source(source)
    if fix:
        _mend(path)
    lost = _download(path) if download else []
    checked = check_source(path, ignored)
    loaded, deck = checked.loaded, checked.deck
    findings = _with_lost(checked.findings, lost)
    drawing = draw and not any_fatal(findings, strict=False)
    if drawing:
        from releases import pipeline

        with progress() as step:
            step(message("rendering", count=len(deck.cards())))
            findings = pipeline.draw(checked)
    print_findings(findings, loaded.path, loaded.text, form, err=False, whole=whole)
    if form is Format.TEXT:
        if not findings:
            cards, sections = len(deck.cards()), len(deck.sections)
            click.echo(say("clean", path=Path(loaded.path), cards=cards, sections=sections))
        if not drawing and has_drawings(deck):
            click.echo(say("errors-undrawn" if draw else "undrawn"))
    warn_without_homepage(checked)
    return int(any_fatal(findings, strict=strict))


def _download(path: Path) -> list[Diagnostic]:
    """Fetch the pictures by address; what could not be fetched is returned."""
    from commands.download import download_pictures

    count, lost = download_pictures(path)
    key = "downloaded" if count else "nothing-downloaded"
    click.echo(say(key, path=path, count=count), err=True)
    return lost


def _with_lost(findings: tuple[Diagnostic, ...], lost: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings; that of an image which could not be fetched says why."""
    if not lost:
        return findings
    told = {each.args["path"] for each in lost}
    kept = [each for each in findings if each.code != "D504" or each.args["path"] not in told]
    return ordered([*kept, *lost])


def _mend(path: Path) -> None:
    from deckpress.fixes.add_homepage import add_homepage
    from deckpress.fixes.autofix import mend
    from deckpress.history.ledger import with_last_release
    from deckpress.reading.disk import files
    from deckpress.reading.reader import read

    loaded = files.load(path)
    deck = read(loaded)[0]
    if no_deck(deck, loaded):
        return  # the check says so
    release = with_last_release(deck, loaded)[0].release
    counts: Counter[str] = Counter()
    homepage = homepage_of(path.resolve().parent)

    def change(text: str) -> tuple[str, int]:
        fresh, found = mend(text, release)
        fresh, found["homepage"] = add_homepage(fresh, homepage)
        counts.update(found)
        return fresh, found.total()

    files.rewrite(path, change)
    mended = [say(key, count=counts[code]) for code, key in _MENDED.items() if counts[code]]
    if others := sorted(code for code in counts.keys() - _MENDED.keys() if counts[code]):
        count = sum(counts[code] for code in others)
        mended.append(say("mended-slips", count=count, codes=", ".join(others)))
    if mended:
        click.echo(say("mended", path=path, what=say("comma").join(mended)), err=True)
    else:
        click.echo(say("nothing-to-mend", path=path), err=True)
