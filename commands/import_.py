"""``import``: takes over what an author has, and writes it as the source of a deck."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.terminal.console import Failed
from commands.terminal.words import say
from deckpress.reading.front_matter import LANGUAGES

if TYPE_CHECKING:
    from deckpress.importing.deck_writer import Imported, Settings
    from deckpress.importing.note import Harvest, Remark

_FORMATS = ("questions", "cards", "table", "anki", "crowdanki")


@click.command("import")
@click.argument(
    "inputs", nargs=-1, required=True, metavar="INPUT...", type=click.Path(path_type=Path)
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="DECK.md",
    help="The source to write. One that an earlier import wrote is updated.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="What the inputs are; recognised by their content unless told.",
)
@click.option("--lang", type=click.Choice(LANGUAGES), help="The language of a new deck.")
@click.option("--key", help="The key of a new deck.")
@click.option("--section", help="The section of cards that the input puts nowhere.")
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="'TYPE: FIELD -> PART, …'",
    help="What the fields of a note type, or the columns of a table, are in a card.",
)
@click.option(
    "--leave-out", is_flag=True, help="Import the rest where something cannot be imported."
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
def import_(
    inputs: tuple[Path, ...],
    output: Path,
    form: str | None,
    lang: str | None,
    key: str | None,
    section: str | None,
    maps: tuple[str, ...],
    leave_out: bool,
    dry_run: bool,
) -> int:
    """Write DECK.md from what you have: Markdown, tables, Anki decks.

    An INPUT is Markdown with questions or cards, a CSV or TSV file, Anki's text export, an .apkg or
    .colpkg, or CrowdAnki's JSON. Pictures go to figures/ beside the deck. Notes of an Anki deck
    keep their guids, so that its learners keep their progress.
    """
    from commands.terminal.import_report import report_text, summary
    from deckpress.importing.deck_writer import Settings
    from deckpress.importing.note import RefusedError, Weight

    try:
        _refuse_foreign_deck(output)
        harvest = _read(inputs, output, maps, form)
        refused = [r for r in harvest.remarks if r.weight is Weight.REFUSED]
        if refused and not leave_out:
            raise Failed(f"{_refused_text(refused, output)}\n{say('import-leave-out')}")
        if refused and not harvest.notes:
            raise RefusedError(*refused)
        settings = Settings(output.stem, lang or "", key or "", section or "")
        _refuse_ill_formed_key(settings)
        made = _make(harvest, settings, output)
    except RefusedError as error:
        raise Failed(_refused_text(error.remarks, output)) from error
    click.echo(summary(made, output, dry_run=dry_run))
    if not dry_run:
        _write(made, output, report_text(made))
    return 0


def _read(
    inputs: tuple[Path, ...], output: Path, maps: tuple[str, ...], form: str | None
) -> Harvest:
    """What is in all inputs together.

    Raises:
        RefusedError: one or more of them cannot be read; it has all the reasons.
    """
    from deckpress.importing.anki.field_map import TARGETS, MapError, read_maps
    from deckpress.importing.formats import InputFormat, read_input
    from deckpress.importing.harvests import joined
    from deckpress.importing.input_files import read_files
    from deckpress.importing.note import Harvest, RefusedError, Weight

    try:
        targets = read_maps(maps)
    except MapError as error:
        known = ", ".join(TARGETS)
        raise click.UsageError(say("import-map-wrong", part=error, known=known)) from error
    reasons: list[Remark] = []
    harvests: list[Harvest] = []
    asked = InputFormat(form) if form else None
    for path in inputs:
        try:
            sources = list(read_files(path, output))
        except RefusedError as error:
            reasons += error.remarks
            continue
        for source in sources:
            try:
                harvests.append(read_input(source, targets, asked))
            except RefusedError as error:
                reasons += error.remarks
    # A folder of notes may well have files without a question.
    bare = [remark for remark in reasons if remark.key in ("empty", "nothing")]
    if len(reasons) > len(bare) or not harvests:
        raise RefusedError(*reasons)
    rest = Harvest(remarks=[replace(remark, weight=Weight.LOST) for remark in bare])
    return joined([*harvests, rest] if bare else harvests)


def _refuse_foreign_deck(output: Path) -> None:
    """Refuse to write over a file that no import wrote.

    Raises:
        RefusedError: it is such a file.
        SourceError: it cannot be read.
    """
    from deckpress.importing.deck_writer import imported_cards
    from deckpress.reading.disk.files import load

    if output.exists():
        imported_cards(load(output))


def _refuse_ill_formed_key(settings: Settings) -> None:
    from deckpress.reading.attributes import nearest_id, well_formed_id

    if settings.key and not well_formed_id(settings.key):
        near = nearest_id(settings.key) or "my-deck"
        raise click.UsageError(say("import-key", wrong=settings.key, near=near))


def _make(harvest: Harvest, settings: Settings, output: Path) -> Imported:
    from deckpress.importing.deck_writer import new_deck, updated_deck
    from deckpress.reading.disk.files import load

    if output.exists():
        return updated_deck(harvest, settings, load(output))
    return new_deck(harvest, settings)


def _write(made: Imported, output: Path, report: str) -> None:
    """Write the files beside the deck, and the deck last.

    Raises:
        StoreError: one of them cannot be written.
        SourceError: the deck cannot be written.
    """
    from deckpress.output.store import StoreError, create_file, replace_file
    from deckpress.reading.disk.files import rewrite

    folder = output.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError("store-failed", folder, error.strerror or str(error)) from error
    for name, data in made.files.items():
        path = folder / name
        if path.exists() and name != made.record and path.read_bytes() == data:
            continue
        if name == made.record and output.exists():
            replace_file(path, data)
        else:
            create_file(path, data)
    if output.exists():
        rewrite(output, lambda text: (made.text, int(text != made.text)))
    else:
        create_file(output, made.text.encode())
    replace_file((folder / made.record).with_suffix(".report.txt"), report.encode())


def _refused_text(remarks: Sequence[Remark], output: Path) -> str:
    from commands.terminal.import_report import grouped
    from deckpress.importing.note import Weight

    return "\n".join((say("import-refused", output=output), *grouped(remarks, (Weight.REFUSED,))))
