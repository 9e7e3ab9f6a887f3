"""A deck with a history: a source that is edited and released, and the packages it becomes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from deckpress.history import comparison, ledger, versions
from deckpress.history.digests import digests
from deckpress.model import RawDeck, Release, Version
from deckpress.reading.disk.files import load
from deckpress.reading.reader import read
from deckpress.render.renderer import render
from deckpress.selection import Selection
from exporters.anki import export
from exporters.anki.schema import identity

DECK = """\
---
title: TCP
lang: en
key: tcp
anki_deck: TCP
tags: {opening: Opening, closing: Closing}
---

# Opening {#opening}

## Why three messages? {#three .opening level=1}

Both sides must learn that the other one has seen their number.

### Why

The second message does two things.

## Who opens? {#who-opens .opening}

The client.

```sh file=examples/open.sh
```

# Closing {#closing}

## Who closes first? {#who-closes .closing tier=core}

Either side.
"""
TIME = 1_800_000_000


class Folder:
    """A folder with a source, the files beside it and its releases."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = DECK
        self._made = TIME
        (path / "examples").mkdir()
        (path / "releases").mkdir()
        self.example("ss --tcp")

    def example(self, text: str) -> None:
        (self.path / "examples" / "open.sh").write_text(text + "\n")

    def read(self) -> RawDeck:
        (self.path / "deck.md").write_text(self.text)
        loaded = load(self.path / "deck.md")
        deck, _ = read(loaded)
        deck, _ = ledger.with_last_release(deck, loaded)
        return replace(deck, note_types=identity())

    def changes(self) -> comparison.Changes:
        deck = self.read()
        return comparison.compare(deck.release, deck, digests(deck))

    def release(self, version: str = "") -> Release:
        """Release the source as it stands; a day passes before the next release."""
        deck = self.read()
        now = digests(deck)
        least = comparison.next_version(deck.release, comparison.compare(deck.release, deck, now))
        version = version or least
        release = ledger.next_release(deck, now, version, self._made)
        (self.path / "releases" / f"{version}.json").write_bytes(ledger.serialise(release))
        self._made += 86_400
        return release

    def edit(self, old: str, new: str) -> None:
        assert old in self.text
        self.text = self.text.replace(old, new)

    def package(self, version: Version | None = None) -> Path:
        """The Anki package of the source as it stands: a development build, unless told."""
        raw = self.read()
        chosen = version or versions.development_version(raw, "tools", Selection(), None)
        deck, _ = render(raw)
        artifact, _ = export(deck, chosen)
        path = self.path / artifact.name
        path.write_bytes(artifact.data)
        return path

    def released(self, version: str = "") -> Path:
        """Release the source as it stands, and its package."""
        release = self.release(version)
        return self.package(versions.released_version(release))
