"""What the cards' code was run with: a JSON file beside the examples, written by those who ran it.

It maps a card's id to the programs that ran its code and to the fingerprint of each text that the
card showed at that time::

    {"nginx-weights": {"programs": {"nginx": "1.22.1"},
                       "shown": {"examples/nginx/lb.conf weight": "0123456789abcdef"}}}

``on`` beside them is the month of a run that is not repeated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from deckpress.model import Proof, RawCard, RawDeck, Text
from deckpress.reading.fences import Fence, extract, find

_MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A card's proof; `shown` maps each text that it covers (see `name`) to its fingerprint."""

    proof: Proof
    shown: Mapping[str, str]


def name(path: str, part: str | None) -> str:
    """How a proof calls a file, or a part of it."""
    return f"{path} {part}" if part else path


def fingerprint(data: bytes, part: str | None) -> str | None:
    """16 hexadecimal digits for a file as a card shows it, or for a part of it; None if there is
    no such part. Line ends do not matter."""
    text = extract(data.decode("utf-8", "replace"), part)
    return None if text is None else sha256(text.encode()).hexdigest()[:16]


def texts(card: RawCard) -> tuple[Text, ...]:
    """Every text of a card that may hold code."""
    items = (item.text for item in card.items)
    return (card.lead, *items, card.short, *(part.text for part in card.parts))


def shown(card: RawCard) -> tuple[tuple[Text, Fence], ...]:
    """The fences of a card that show a file, each with the text that it stands in."""
    return tuple(
        (text, fence)
        for text in texts(card)
        if "file=" in text.source
        for fence in find(text.source)
        if fence.info.file is not None
    )


def proofs(deck: RawDeck) -> dict[str, Recorded]:
    """The proofs of a deck, by card id; none if it names no file of them, or one not to be read."""
    data = deck.files.get(deck.meta.proofs)
    if data is None:
        return {}
    try:
        return parse(data)
    except ValueError:
        return {}


def parse(data: bytes) -> dict[str, Recorded]:
    """Read a file of proofs.

    Raises:
        ValueError: it is not one; the message says why.
    """
    try:
        table = json.loads(data)
    except RecursionError as error:
        raise ValueError("too deeply nested") from error
    if not isinstance(table, dict):
        raise ValueError("not a JSON object")
    return {id: _recorded(id, entry) for id, entry in table.items()}


def _recorded(id: str, entry: Any) -> Recorded:
    wrong = ValueError(f"the entry of {id}")
    if not isinstance(entry, dict) or not entry.keys() <= {"programs", "shown", "on"}:
        raise wrong
    programs: Any = entry.get("programs")
    texts: Any = entry.get("shown")
    on: Any = entry.get("on", "")
    for pairs in (programs, texts):
        if not isinstance(pairs, dict) or not all(isinstance(v, str) for v in pairs.values()):
            raise wrong
    if not programs or not isinstance(on, str) or (on and not _MONTH.fullmatch(on)):
        raise wrong
    return Recorded(Proof(tuple(sorted(programs.items())), on), texts)


def write(table: Mapping[str, Recorded]) -> bytes:
    """A file of proofs that `parse` reads back, the same for the same proofs."""
    entries: dict[str, dict[str, Any]] = {}
    for id, recorded in sorted(table.items()):
        entries[id] = {"programs": dict(recorded.proof.programs)}
        if recorded.proof.on:
            entries[id]["on"] = recorded.proof.on
        entries[id]["shown"] = dict(sorted(recorded.shown.items()))
    return (json.dumps(entries, ensure_ascii=False, indent=2) + "\n").encode()
