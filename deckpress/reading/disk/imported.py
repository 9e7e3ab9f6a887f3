"""The file that records where imported cards come from: a JSON file in ``imported/``.

It maps the id of a card to what an import knew of it::

    {"time-wait": {"from": "notes.apkg#Ab3;x", "guid": "Ab3;x", "written": "0123456789abcdef"}}

``guid`` is that of the note that learners have studied, if there is one. ``from`` finds the card
again in a newer version of the input, and ``written`` is a hash of the Markdown that the import
wrote: a card whose text has another one was edited by its author.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from deckpress.diagnostics import Diagnostic, finding
from deckpress.model import Meta, Span
from deckpress.reading.references import named_files

_KEYS = {"from", "guid", "written"}


@dataclass(frozen=True, slots=True)
class ImportedCard:
    """What an import knew of a card; `guid` is empty where the input had none."""

    origin: str
    written: str
    guid: str = ""


def parse(data: bytes) -> dict[str, ImportedCard]:
    """The records in the bytes of a file of imported cards, by card id.

    Raises:
        ValueError: it is not such a file; the message says why.
    """
    try:
        table = json.loads(data)
    except RecursionError as error:
        raise ValueError("too deeply nested") from error
    if not isinstance(table, dict):
        raise ValueError("not a JSON object")
    cards = {id: _card(id, entry) for id, entry in table.items()}
    counts = Counter(card.guid for card in cards.values() if card.guid)
    if twice := next((guid for guid, count in counts.items() if count > 1), None):
        raise ValueError(f"two cards have the guid {twice}")
    return cards


def _card(id: str, entry: Any) -> ImportedCard:
    if (
        not isinstance(entry, dict)
        or not {"from", "written"} <= entry.keys() <= _KEYS
        or not all(isinstance(value, str) for value in entry.values())
        or "\x1f" in entry.get("guid", "")
    ):
        raise ValueError(f"the entry of {id}")
    return ImportedCard(entry["from"], entry["written"], entry.get("guid", ""))


def serialise(cards: Mapping[str, ImportedCard]) -> bytes:
    """The bytes of a file of imported cards, which `parse` reads back."""
    table = {
        id: {
            "from": card.origin,
            **({"guid": card.guid} if card.guid else {}),
            "written": card.written,
        }
        for id, card in cards.items()
    }
    return (json.dumps(table, ensure_ascii=False, indent=1) + "\n").encode()


def with_guids(
    meta: Meta, front: str, files: Mapping[str, bytes], path: str
) -> tuple[Meta, list[Diagnostic]]:
    """`meta` with the guids of the file that it names, and a finding if that is unusable.

    `front` is the front matter's text, which begins on line 1 of the source at `path`.
    """
    if not meta.imported:
        return meta, []
    reference = named_files(front).get("imported")
    if reference is None or reference.path != meta.imported:
        reason = f"the front matter does not name it on one line, as in `imported: {meta.imported}`"
        return meta, [finding("D831", Span(path, 1), path=meta.imported, reason=reason)]
    if meta.imported not in files:
        return meta, []  # this was reported when the source was read
    try:
        cards = parse(files[meta.imported])
    except ValueError as error:
        span = Span(path, 1 + reference.line, reference.column, reference.width)
        return meta, [finding("D831", span, path=meta.imported, reason=error)]
    return replace(meta, guids={id: card.guid for id, card in cards.items() if card.guid}), []
