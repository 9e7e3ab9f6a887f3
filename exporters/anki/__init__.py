"""The Anki deck: an `.apkg` for Anki, AnkiDroid and AnkiMobile, and its notes as a text file.

Rules that hold for every note, in all releases:

* Its guid is a hash of the deck's key and the card's id. So a reworded question stays one note.
  A card that was imported from a deck that learners have keeps the guid that it has there.
* Its note type is one of the five in ``schema.toml``, which are frozen.
* Its fields hold what the author wrote and plain facts (a level, a count, a language). The frame
  around them is in the templates, with its words (为什么, Why …) in every language: Anki shows
  those of the note's language. So decks in different languages share one set of note types and
  templates, without a conflict on import. And a better frame or word reaches every card without a
  change to any note.
* Its modification time is that of the release in which its content last changed. So an update
  touches only the notes that it changes.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from exporters.job import DEFAULT_JOB, Job

if TYPE_CHECKING:
    from deckpress.model import Artifact, Deck, Version


def export(deck: Deck, version: Version, job: Job = DEFAULT_JOB) -> tuple[Artifact, ...]:
    """`deck` as an Anki package with its figures, and as a text file that updates its notes.

    `version` gives each note its times and ids. Retired cards are in both files; in the package
    they have the tag `Meta.retired_tag`. `job` is not used.
    """
    # Imported here, so that a look at `schema` alone does not load genanki.
    from deckpress.model import Artifact
    from exporters.anki import decks, note_types, package, update_text
    from exporters.anki.note_fields import NoteFiller

    filler = NoteFiller(deck.meta, version.retired)
    tree = decks.DeckTree(deck, version)
    count = 0
    for section in (section for section in deck.sections if section.cards):
        home = tree.deck_for(section)
        for card in section.cards:
            count += 1
            note = package.Note(
                note_types.note_type(card.kind),
                fields=filler.fields(card, section.title),
                guid=deck.meta.guids.get(card.id) or guid(deck.meta.key, card.id),
                tags=decks.tags(card, deck.meta),
                due=count,
                ords=filler.ords(card),
                modified=version.modified.get(card.id, version.time),
                note_id=version.notes.get(card.id, version.time * 1000 + count),
            )
            home.add_note(note)
    media = {name: deck.assets[name].data for name in filler.pictures}
    if any("<code" in value for home in tree.decks() for n in home.notes for value in n.fields):
        media |= note_types.fonts()
    stem = f"{_stem(deck.name)}-{version.stem}"
    return (
        Artifact(f"{stem}.apkg", package.pack(tree.decks(), media)),
        Artifact(f"{stem}-update.txt", update_text.update(tree.decks(), version.name)),
    )


def guid(deck_key: str, card_id: str) -> str:
    """The guid of a card's note, the same in every release.

    It has only letters and digits: in a text import, a line that starts with `#` is a comment, and
    the guids that genanki makes may start with one.
    """
    return sha256(f"{deck_key}\0{card_id}".encode()).hexdigest()[:20]


def _stem(name: str) -> str:
    """The start of the file names for a deck called `name`.

    Anki takes a file called ``backup-…`` for a backup, which replaces the whole collection. So such
    a name gets a prefix.
    """
    return f"deck-{name}" if name.casefold().startswith("backup-") else name
