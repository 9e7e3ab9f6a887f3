"""The Anki deck: one `.apkg` that Anki, AnkiDroid and AnkiMobile import, and its notes as text.

What a note is, for life:

* its guid is a hash of the deck's key and the card's id, so a reworded question stays one note;
* its type is one of the five of ``schema.toml``, which are frozen;
* its fields hold what the author wrote and plain facts (a level, a count, a language), nothing
  else. The frame around them is in the templates, and the words in it (为什么, Why …) come from
  ``labels.css``, chosen by the note's language with ``:lang()``. So decks in different languages
  share one set of note types with the same templates and never fight over them on import, and a
  better frame or word reaches every card without touching a single note;
* its time is that of the release in which its content last changed, so an update leaves the notes
  alone that it does not change.
"""

from __future__ import annotations

from hashlib import sha256

from deckpress.model import Artifact, Deck, Version
from exporters.anki import decks, note_types, package, update_text
from exporters.anki.note_fields import Filler
from exporters.job import PLAIN, Job


def export(deck: Deck, version: Version, job: Job = PLAIN) -> tuple[Artifact, ...]:
    """`deck` as an Anki package, with its figures, and as a text file that updates its notes.

    Retired cards are in both, in the package tagged as such.
    """
    filler = Filler(deck.meta, version.retired)
    tree = decks.Tree(deck, version)
    count = 0
    for section in (section for section in deck.sections if section.cards):
        home = tree.of(section)
        for card in section.cards:
            count += 1
            note = package.Note(
                note_types.model(card.kind),
                fields=filler.fields(card, section.title),
                guid=guid(deck.meta.key, card.id),
                tags=decks.tags(card, deck.meta),
                due=count,
                ords=filler.ords(card),
                modified=version.modified.get(card.id, version.time),
                number=version.notes.get(card.id, version.time * 1000 + count),
            )
            home.add_note(note)
    media = {name: deck.assets[name].data for name in filler.pictures}
    if any("<code" in value for home in tree.decks() for n in home.notes for value in n.fields):
        media |= note_types.fonts()
    stem = f"{_stem(deck.name)}-{version.name}"
    return (
        Artifact(f"{stem}.apkg", package.pack(tree.decks(), media)),
        Artifact(f"{stem}-update.txt", update_text.update(tree.decks(), version.name)),
    )


def guid(deck_key: str, card_id: str) -> str:
    """What makes a note the same note in every release.

    Only letters and digits: in a text import, a line that starts with `#` is a comment, and
    genanki's own alphabet has such characters.
    """
    return sha256(f"{deck_key}\0{card_id}".encode()).hexdigest()[:20]


def _stem(name: str) -> str:
    """`name`, unless Anki would take such a file for a backup and put it in everything's place."""
    return f"deck-{name}" if name.casefold().startswith("backup-") else name
