"""A learner with a collection of real Anki, for the tests of the deck."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
from anki.scheduler.v3 import Scheduler

from deckpress.model import Artifact, Deck, Version
from exporters.anki import export

if TYPE_CHECKING:  # on its own, before anki.collection, it cannot be imported
    from anki.cards import Card, CardId

_OUTCOMES = "new updated duplicate conflicting missing_notetype missing_deck empty_first_field"


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_of(html: str) -> str:
    """What a browser would show of `html`, in one line."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    return " ".join("".join(parser.parts).split())


@dataclass
class Learner:
    folder: Path
    collection: Collection

    def take(self, artifact: Artifact, *, presets: bool = False) -> dict[str, int]:
        """Import with the options that Anki's dialog offers, and how many notes fared how.

        With `presets`, the box is ticked that takes the package's deck options too.
        """
        path = self.folder / artifact.name
        path.write_bytes(artifact.data)
        response = self.collection.import_anki_package(
            ImportAnkiPackageRequest(
                package_path=str(path), options=ImportAnkiPackageOptions(with_deck_configs=presets)
            )
        )
        self.collection.models._clear_cache()
        counts = {name: len(getattr(response.log, name)) for name in _OUTCOMES.split()}
        return {name: count for name, count in counts.items() if count}

    def cards(self) -> list[Card]:
        """Every card in the order in which new ones are learnt."""
        assert self.collection.db
        numbers = self.collection.db.list("SELECT id FROM cards ORDER BY due, ord")
        return [self.collection.get_card(number) for number in numbers]

    def queue(self, deck: str) -> list[Card]:
        """The cards that Anki asks today in a deck and those below it, in its order."""
        number = self.collection.decks.id_for_name(deck)
        assert number
        assert isinstance(self.collection.sched, Scheduler)
        self.collection.decks.select(number)
        queued = self.collection.sched.get_queued_cards(fetch_limit=1000).cards
        return [self.collection.get_card(cast("CardId", entry.card.id)) for entry in queued]

    def card(self, id: str, ord: int = 0) -> Card:
        (found,) = (c for c in self.cards() if self.id(c) == id and c.ord == ord)
        return found

    def note(self, id: str) -> Any:
        return self.card(id, min(c.ord for c in self.cards() if self.id(c) == id)).note()

    @staticmethod
    def id(card: Card) -> str:
        return str(card.note()["Key"]).rpartition("/")[2]

    def tree(self) -> dict[str, list[str]]:
        """The decks by name, and the cards that each has, in order."""
        names = {deck.id: deck.name for deck in self.collection.decks.all_names_and_ids()}
        found: dict[str, list[str]] = {name: [] for name in names.values()}
        for card in self.cards():
            found[names[card.did]].append(self.id(card))
        return found


@contextmanager
def learner(folder: Path) -> Iterator[Learner]:
    collection = Collection(str(folder / "collection.anki2"))
    try:
        yield Learner(folder, collection)
    finally:
        collection.close()


def package(deck: Deck, version: Version) -> Artifact:
    artifact, _ = export(deck, version)
    return artifact
