"""Proofs: records of what the cards' code was run with, in a JSON file beside the examples.

Those who run the code write it. It maps a card's id to the programs that ran the code, and to the
fingerprint of each file that the card showed at that time::

    {"nginx-weights": {"programs": {"nginx": "1.22.1"},
                       "shown": {"examples/nginx/lb.conf weight": "0123456789abcdef"}}}

``recorded`` are the programs of a run that is not repeated, and ``on`` is its month.
``stand_ins`` lists what had a substitute when the code ran.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from deckpress.model import Proof, RawCard, RawDeck, Text
from deckpress.reading.fences import Fence, extract_part, find_fences

_MONTH = re.compile(r"\d{4}-\d{2}")
_KEYS = {"programs", "recorded", "on", "stand_ins", "shown"}


@dataclass(frozen=True, slots=True)
class RecordedProof:
    """A card's proof. `shown` maps the key of each file that it covers to a fingerprint.

    For these see `file_key` and `file_fingerprint`.
    """

    proof: Proof
    shown: Mapping[str, str]


def file_key(path: str, part: str | None) -> str:
    """The name of a file, or of a part of it, in a file of proofs."""
    return f"{path} {part}" if part else path


def file_fingerprint(data: bytes, part: str | None) -> str | None:
    """A hash, in 16 hexadecimal digits, of a file as a card shows it, or of a part of it.

    It is None if there is no such part. The kind of line ends does not matter.
    """
    text = extract_part(data.decode("utf-8", "replace"), part)
    return None if text is None else sha256(text.encode()).hexdigest()[:16]


def card_texts(card: RawCard) -> tuple[Text, ...]:
    """All texts of a card that may contain code."""
    items = (item.text for item in card.items)
    return (card.lead, *items, card.short, *(part.text for part in card.parts))


def file_fences(card: RawCard) -> tuple[tuple[Text, Fence], ...]:
    """The fences of a card that show a file, each with the text that it is in."""
    return tuple(
        (text, fence)
        for text in card_texts(card)
        if "file=" in text.source
        for fence in find_fences(text.source)
        if fence.info.file is not None
    )


def proofs(deck: RawDeck) -> dict[str, RecordedProof]:
    """The proofs of a deck, by card id.

    There are none if the front matter names no file of proofs, or if that file is missing or
    malformed.
    """
    data = deck.files.get(deck.meta.proofs)
    if data is None:
        return {}
    try:
        return parse(data)
    except ValueError:
        return {}


def parse(data: bytes) -> dict[str, RecordedProof]:
    """The proofs in the bytes of a file of proofs, by card id.

    Raises:
        ValueError: it is not a file of proofs; the message says why.
    """
    try:
        table = json.loads(data)
        json.dumps(table, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValueError("half of a character, such as \\ud800") from error
    except RecursionError as error:
        raise ValueError("too deeply nested") from error
    if not isinstance(table, dict):
        raise ValueError("not a JSON object")
    return {id: _recorded(id, entry) for id, entry in table.items()}


def _recorded(id: str, entry: Any) -> RecordedProof:
    wrong = ValueError(f"the entry of {id}")
    if not isinstance(entry, dict) or not entry.keys() <= _KEYS:
        raise wrong
    programs: Any = entry.get("programs", {})
    recorded: Any = entry.get("recorded", {})
    texts: Any = entry.get("shown")
    on: Any = entry.get("on", "")
    stand_ins: Any = entry.get("stand_ins", [])
    for pairs in (programs, recorded, texts):
        if not isinstance(pairs, dict) or not all(isinstance(v, str) for v in pairs.values()):
            raise wrong
    if not isinstance(stand_ins, list) or not all(isinstance(name, str) for name in stand_ins):
        raise wrong
    if not isinstance(on, str) or (on and not _MONTH.fullmatch(on)):
        raise wrong
    if on and not recorded:  # a month says that nothing of it is repeated
        programs, recorded = {}, programs
    if not (programs or recorded) or (recorded and not on):
        raise wrong
    proof = Proof(
        tuple(sorted(programs.items())),
        on,
        tuple(sorted(recorded.items())),
        tuple(sorted(stand_ins)),
    )
    return RecordedProof(proof, texts)


def serialise(table: Mapping[str, RecordedProof]) -> bytes:
    """The bytes of a file of proofs, which `parse` reads back. Equal proofs give equal bytes."""
    entries: dict[str, dict[str, Any]] = {}
    for id, recorded in sorted(table.items()):
        proof = recorded.proof
        entry: dict[str, Any] = {
            "programs": dict(proof.programs),
            "stand_ins": list(proof.stand_ins),
            "recorded": dict(proof.recorded),
            "on": proof.on,
        }
        entries[id] = {key: value for key, value in entry.items() if value}
        entries[id]["shown"] = dict(sorted(recorded.shown.items()))
    return (json.dumps(entries, ensure_ascii=False, indent=2) + "\n").encode()
