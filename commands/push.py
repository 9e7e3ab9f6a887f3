"""``push``: builds the deck and brings it into the Anki that runs on this machine."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import click

from commands.anki_push import adoption as adoption_of
from commands.anki_push import mirror
from commands.anki_push.ankiconnect import URL, AnkiConnect, escape_search
from commands.anki_push.mirror import Order, Outcome
from commands.anki_push.package import read_package
from commands.terminal.build_report import show_build_findings
from commands.terminal.console import (
    INTERRUPTED,
    Failed,
    Format,
    complain,
    progress,
    show_findings,
    showing_findings,
)
from commands.terminal.options import (
    KEPT_BUILDS,
    output_option,
    poll_option,
    source_argument,
    strict_option,
)
from commands.terminal.sources import check_for_build, find_source
from commands.terminal.words import say
from deckpress.history.versions import BEFORE_FIRST
from deckpress.output import store
from deckpress.selection import Selection
from releases import pipeline
from releases.built import Built
from releases.checked_source import CheckedSource
from releases.messages import message
from releases.past_releases import past_releases

MEMORY = pipeline.CACHE / "pushed"


@click.command()
@source_argument
@click.option("--section", "sections", multiple=True, metavar="ID", help="Only this section.")
@click.option("--tag", "tags", multiple=True, help="Only cards with this tag.")
@click.option("--url", default=URL, show_default=True, help="Where AnkiConnect answers.")
@click.option(
    "--key",
    envvar="ANKICONNECT_KEY",
    show_envvar=True,
    help="AnkiConnect's API key, if it asks for one. Others can read it in a list of processes: "
    "the variable is safer.",
)
@click.option(
    "--overwrite", is_flag=True, help="Replace cards that were edited in Anki after the last push."
)
@click.option("--suspend-retired", is_flag=True, help="Suspend the retired cards of this deck.")
@click.option("--watch", "watching", is_flag=True, help="Push again whenever the source is saved.")
@click.option(
    "--adopt",
    "adopting",
    is_flag=True,
    help="Once, for notes that were studied in the deck which this one was imported from: give "
    "them this deck's note types, after a backup. All reviews stay.",
)
@click.option("--yes", is_flag=True, help="Do not ask before --adopt changes notes.")
@poll_option
@output_option
@strict_option
def push(
    source: Path | None,
    sections: tuple[str, ...],
    tags: tuple[str, ...],
    url: str,
    key: str | None,
    overwrite: bool,
    suspend_retired: bool,
    watching: bool,
    adopting: bool,
    yes: bool,
    poll: bool,
    output: Path,
    strict: bool,
) -> int:
    """Build the deck from SOURCE and bring it into the Anki that runs on this machine.

    Anki needs the add-on AnkiConnect (2055492159). Push as often as you like: the notes become what
    the source says, and reviews, due dates, decks and your own tags stay. What you edited in Anki
    after the last push is kept and named.
    """
    if adopting and watching:
        raise click.UsageError(say("adopt-alone"))
    path = find_source(source)
    anki = AnkiConnect(url, key)
    anki.require_ready()
    push_once = _Push(path, anki, Selection(sections, tags), output, overwrite, suspend_retired)
    push_once.adopting = adopting
    push_once.asks = not yes
    try:
        if watching:
            _watch(push_once, strict=strict, poll=poll)
        else:
            with showing_findings(Format.TEXT):
                push_once(strict=strict)
    except _InterruptedError:
        complain(say("push-interrupted"))
        return INTERRUPTED
    return 0


class _InterruptedError(Exception):
    """Ctrl-C while Anki may be in the middle of an import, which it will finish."""


class _Push:
    """One push after another of the same source into the same Anki."""

    def __init__(
        self,
        path: Path,
        anki: AnkiConnect,
        selection: Selection,
        output: Path,
        overwrite: bool,
        suspend_retired: bool,
    ) -> None:
        self.path = path
        self._anki = anki
        self._selection = selection
        self._output = output
        self._overwrite = overwrite
        self._suspend_retired = suspend_retired
        self.adopting = False
        self.asks = True

    def __call__(self, *, strict: bool) -> Built:
        """Build the package and push it, and say what was done."""
        checked = check_for_build(self.path, self._selection, strict=strict)
        with progress() as step:
            # The whole deck is built, so that a card is the same whichever others are pushed.
            built = pipeline.build(checked, self._output, only=("anki",), strict=strict, step=step)
        show_build_findings(built, Format.TEXT)
        order = self._order(checked, built)
        try:
            if self.adopting:
                order = self._adopted(order, checked)
            with progress() as step:
                step(message("pushing", url=self._anki.url))
                outcome = mirror.mirror(self._anki, order)
            _show(outcome, built)
            if self._suspend_retired:
                count = self._anki.suspend(_retired(checked, outcome))
                click.echo(say("push-suspended", count=count))
        except KeyboardInterrupt:
            raise _InterruptedError from None
        return built

    def _adopted(self, order: Order, checked: CheckedSource) -> Order:
        """Give the notes of the older deck this deck's note types, if the author says yes.

        After that, Anki has no note of the older deck that this push could mix up.
        """
        from exporters.anki import decks

        with progress() as step:
            step(message("adopt-searching", url=self._anki.url))
            name = decks.deck_name(checked.deck.meta)
            adoption = adoption_of.find(self._anki, order, name, self._output)
        count = len(adoption.notes)
        if count:
            types = ", ".join(adoption.old_types)
            click.echo(say("adopt-found", notes=count, types=types, backup=adoption.backup))
            if self.asks:
                _ask(say("adopt-ask"))
            adoption_of.adopt(self._anki, order, adoption, self._output)
        click.echo(say("adopted", notes=count))
        return replace(order, imported=())

    def _order(self, checked: CheckedSource, built: Built) -> Order:
        (path,) = built.folder.glob("*.apkg")
        package = read_package(path.read_bytes())
        releases = past_releases(checked)
        cards = [card for release in releases for card in release.cards.values()]
        times = {release.time for release in releases} | {card.modified for card in cards}
        return Order(
            path,
            package,
            deck_key=checked.deck.meta.key,
            tag_root=checked.deck.meta.tags_home,
            chosen=_chosen(checked, self._selection),
            released={card.note for card in cards},
            # A development build is one second younger than the last release.
            times=times | {time + 1 for time in times} | {BEFORE_FIRST},
            overwrite=self._overwrite,
            memory=MEMORY,
            imported=[f"{checked.deck.meta.key}/{id}" for id in checked.deck.meta.guids],
        )


def _watch(push_once: _Push, *, strict: bool, poll: bool) -> None:
    """Push, and again after each change, until Ctrl-C. An error is told, and waited after."""
    from commands.terminal.failures import EXPECTED, reason
    from commands.watch import changes

    made: list[str] = []
    with contextlib.suppress(KeyboardInterrupt):
        click.echo(say("push-watching", source=push_once.path))
        for _ in changes(push_once.path, poll=poll):
            try:
                built = push_once(strict=strict)
                if built.outcome is store.Outcome.PUBLISHED:
                    made.append(built.version)
                    store.clean(built.folder.parent, KEPT_BUILDS, made)
            except click.UsageError:
                raise
            except EXPECTED as error:
                show_findings(error, Format.TEXT)
                complain(reason(error))


def _ask(question: str) -> None:
    """Go on only if the author says yes.

    Raises:
        Failed: they say no, or nobody is there to ask.
    """
    try:
        agreed = click.confirm(question)
    except click.Abort:
        raise Failed(say("adopt-unasked")) from None
    if not agreed:
        raise Failed(say("adopt-declined"))


def _chosen(checked: CheckedSource, selection: Selection) -> set[str] | None:
    """The keys of the notes that a selection keeps; None stands for all."""
    if not selection:
        return None
    key = checked.deck.meta.key
    return {
        f"{key}/{card.id}"
        for section in checked.deck.sections
        for card in section.cards
        if selection.keeps(section.id, card.tags, card.level, card.tier)
    }


def _show(outcome: Outcome, built: Built) -> None:
    counts = {name: len(getattr(outcome, name)) for name in ("new", "changed", "same", "kept")}
    cards = sum(counts.values())
    click.echo(say("pushed", cards=cards, title=built.title, version=built.version, **counts))
    if outcome.kept:
        ids = ", ".join(key.partition("/")[2] for key in outcome.kept)
        click.echo(say("push-kept", cards=ids), err=True)


def _retired(checked: CheckedSource, outcome: Outcome) -> str:
    """An Anki search for the retired cards that were pushed and lie in the decks of this deck."""
    from exporters.anki import decks

    key = checked.deck.meta.key
    notes = [
        outcome.notes[f"{key}/{card.id}"].id
        for card in checked.deck.cards()
        if card.retired and f"{key}/{card.id}" in outcome.notes
    ]
    name = escape_search(decks.deck_name(checked.deck.meta))
    # A search for no note at all would be an error.
    return f'nid:{",".join(map(str, notes)) or 0} deck:"{name}"'
