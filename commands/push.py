"""``push``: build the deck, and import it straight into the Anki that runs on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from commands.ankiconnect import URL, AnkiConnect, quoted
from commands.terminal.build_report import tell_built
from commands.terminal.console import INTERRUPTED, Failed, Format, complain, findings_told, progress
from commands.terminal.options import output_option, source_argument, strict_option
from commands.terminal.sources import find
from commands.terminal.words import say
from deckpress.model import Meta
from releases import pipeline
from releases.checked_source import checked
from releases.errors import message
from releases.pipeline import Built


@click.command()
@source_argument
@click.option("--url", default=URL, show_default=True, help="Where AnkiConnect answers.")
@click.option(
    "--key",
    envvar="ANKICONNECT_KEY",
    show_envvar=True,
    help="AnkiConnect's API key, if it asks for one. Others can read it in a list of processes: "
    "the variable is safer.",
)
@click.option("--suspend-retired", is_flag=True, help="Suspend the retired cards of this deck.")
@output_option
@strict_option
def push(
    source: Path | None,
    url: str,
    key: str | None,
    suspend_retired: bool,
    output: Path,
    strict: bool,
) -> int:
    """Build the deck from SOURCE and import it into the Anki that runs on this machine.

    Anki needs the add-on AnkiConnect (2055492159). Pushing again is safe: no card that is there is
    touched, and only the notes that the author changed are replaced.
    """
    anki = AnkiConnect(url, key)
    anki.greet()
    built = _built(source, output, strict=strict)
    try:
        with progress() as step:
            step(message("pushing", url=url))
            _protect(anki, built)
            anki.import_package(_package(built))
        meta = built.read.deck.meta
        version = built.version.name
        click.echo(
            say("pushed", cards=len(built.manifest()["cards"]), title=meta.title, version=version)
        )
        if suspend_retired:
            click.echo(say("push-suspended", count=anki.suspend(_retired(meta))))
    except KeyboardInterrupt:
        # Anki may be in the middle of it, and does it to the end.
        complain(say("push-interrupted"))
        return INTERRUPTED
    return 0


def _built(source: Path | None, output: Path, *, strict: bool) -> Built:
    """The whole build, so that what is in Anki is what stands in `output`."""
    with findings_told(Format.TEXT), progress() as step:
        built = pipeline.build(checked(find(source)), output, strict=strict, step=step)
    tell_built(built, Format.TEXT)
    return built


def _protect(anki: AnkiConnect, built: Built) -> None:
    """Push into no note type whose fields the learner has made more or fewer.

    Where the lists differ, Anki's own import leaves the learner's notes alone. The one that it
    does for AnkiConnect merges the lists, and empties fields that the learner has written in.
    """
    from exporters.anki import note_types

    kinds = {card.kind for card in built.read.deck.cards()}
    for name, fields in anki.fields({note_types.model(kind).model_id for kind in kinds}).items():
        if len(fields) != len(note_types.FIELDS):
            raise Failed(say("push-other-fields", name=name, path=_package(built)))


def _package(built: Built) -> Path:
    (path,) = built.folder.glob("*.apkg")
    return path


def _retired(meta: Meta) -> str:
    """A search for the retired cards of this deck, and of no other that stands below it."""
    from exporters.anki import decks

    name, key = quoted(decks.name(meta)), quoted(meta.key)
    return f'tag:{decks.RETIRED} deck:"{name}" "Key:{key}/*"'
