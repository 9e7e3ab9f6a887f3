"""What the last push wrote, by which an edit that the learner made since is known.

It lies in the cache folder, one file for each deck and profile of Anki, and may be lost at any
time. Then a note counts as edited unless its time is one that only a package can have given it.
"""

from __future__ import annotations

import contextlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from deckpress.output import store


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push wrote into a note: digests of its fields, and its tags.

    There are several digests while a push is not known to have ended.
    """

    digests: frozenset[str]
    tags: frozenset[str]


def digest(fields: Iterable[str]) -> str:
    """A digest of the values of a note's fields, the same before and after Anki normalised them."""
    text = "\x1f".join(fields)
    return blake2b(unicodedata.normalize("NFC", text).encode(), digest_size=12).hexdigest()


def load(folder: Path, deck_key: str, profile: str) -> dict[str, Pushed]:
    """What the last push of this deck into this profile wrote, by guid; empty if that is lost."""
    try:
        content = json.loads(_path(folder, deck_key, profile).read_bytes())
        return {
            str(guid): Pushed(frozenset(map(str, digests)), frozenset(map(str, tags)))
            for guid, (digests, tags) in content.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def save(folder: Path, deck_key: str, profile: str, pushed: Mapping[str, Pushed]) -> None:
    """Keep what was written, by guid. If that cannot be kept, the next push is more careful."""
    content = {
        guid: (sorted(one.digests), sorted(one.tags)) for guid, one in sorted(pushed.items())
    }
    with contextlib.suppress(OSError, store.StoreError):
        folder.mkdir(parents=True, exist_ok=True)
        store.replace_file(_path(folder, deck_key, profile), json.dumps(content).encode())


def _path(folder: Path, deck_key: str, profile: str) -> Path:
    name = blake2b(f"{deck_key}\0{profile}".encode(), digest_size=12).hexdigest()
    return folder / f"{name}.json"
