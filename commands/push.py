"""``push``: builds the deck and imports it into the Anki that runs on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from commands.ankiconnect import URL, AnkiConnect, escape_search
from commands.terminal.build_report import show_build_findings
from commands.terminal.console import (
    INTERRUPTED,
    Failed,
    Format,
    complain,
    progress,
    showing_findings,
)
from commands.terminal.options import output_option, source_argument, strict_option
from commands.terminal.sources import find_source
from commands.terminal.words import say
from deckpress.model import Meta, RawDeck
from releases import pipeline
from releases.built import Built
from releases.checked_source import check_source
from releases.messages import message


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
    anki.require_ready()
    deck, built = _build(source, output, strict=strict)
    try:
        with progress() as step:
            step(message("pushing", url=url))
            _refuse_changed_fields(anki, deck, built)
            anki.import_package(_package(built))
        cards = len(built.manifest()["cards"])
        click.echo(say("pushed", cards=cards, title=built.title, version=built.version))
        if suspend_retired:
            click.echo(say("push-suspended", count=anki.suspend(_retired(deck.meta))))
    except KeyboardInterrupt:
        # Anki may be in the middle of an import, and will finish it.
        complain(say("push-interrupted"))
        return INTERRUPTED
    return 0


def _build(source: Path | None, output: Path, *, strict: bool) -> tuple[RawDeck, Built]:
    """Build all outputs, so that `output` holds what Anki gets; the deck and what was built."""
    with showing_findings(Format.TEXT), progress() as step:
        checked = check_source(find_source(source))
        built = pipeline.build(checked, output, strict=strict, step=step)
    show_build_findings(built, Format.TEXT)
    return checked.deck, built


def _refuse_changed_fields(anki: AnkiConnect, deck: RawDeck, built: Built) -> None:
    """Refuse to push into a note type to which the learner has added fields, or removed some.

    If the fields differ, an import in Anki itself leaves the learner's notes alone. An import
    through AnkiConnect merges the fields, and empties some that the learner has written in.
    """
    from exporters.anki import note_types

    kinds = {card.kind for card in deck.cards()}
    for name, fields in anki.fields(
        {note_types.note_type(kind).model_id for kind in kinds}
    ).items():
        if len(fields) != len(note_types.FIELDS):
            raise Failed(say("push-other-fields", name=name, path=_package(built)))


def _package(built: Built) -> Path:
    (path,) = built.folder.glob("*.apkg")
    return path


def _retired(meta: Meta) -> str:
    """An Anki search for the retired cards of this deck, and not of other decks below it."""
    from exporters.anki import decks

    name, key = escape_search(decks.deck_name(meta)), escape_search(meta.key)
    return f'tag:{decks.RETIRED} deck:"{name}" "Key:{key}/*"'
