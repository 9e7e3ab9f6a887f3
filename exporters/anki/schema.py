"""The identity of the note types, by which Anki recognises them in a learner's collection."""

from __future__ import annotations

import json
from hashlib import blake2b
from pathlib import Path

_LOCK = Path(__file__).with_name("schema.lock.json")


def identity() -> str:
    """A hash of the ids of all note types, fields and templates (``schema.lock.json``)."""
    ids = json.loads(_LOCK.read_text("utf-8"))["identity"]
    return blake2b(json.dumps(ids, sort_keys=True).encode(), digest_size=6).hexdigest()
