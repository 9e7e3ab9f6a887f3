"""The words that differ between two versions of a deck, card by card and part by part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from hashlib import sha256

from deckpress.model import RawCard, RawDeck, RawSection, Text
from deckpress.reading.references import Folder, references

# A word of letters, one character of any other script, a stretch of white space.
_WORD = re.compile(r"[A-Za-z0-9_]+|\s+|.", re.DOTALL)
_AROUND = 12  # characters that are shown before and behind what differs


class Fate(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, and whether it is in both versions."""

    fate: Fate
    text: str


def texts(deck: RawDeck) -> dict[str, dict[str, str]]:
    """Of each card, by id: its parts by the names that `digests` gives them, as plain source.

    What a part shows of other files follows its text.
    """
    return {
        card.id: {name: text for name, text in _parts(card, section, deck) if text}
        for section in deck.sections
        for card in section.cards
    }


def words(old: str, new: str) -> tuple[Piece, ...]:
    """What became of `old` on its way to `new`; long stretches that stayed are cut short."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    found: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece(Fate.SAME, "".join(before[i:j])))
            continue
        if i < j:
            found.append(Piece(Fate.REMOVED, "".join(before[i:j])))
        if k < m:
            found.append(Piece(Fate.ADDED, "".join(after[k:m])))
    last = len(found) - 1
    return tuple(
        Piece(piece.fate, _cut(piece.text, number == 0, number == last))
        if piece.fate is Fate.SAME
        else piece
        for number, piece in enumerate(found)
    )


def _cut(text: str, first: bool, last: bool) -> str:
    """What is left of a stretch between two differences, or before the first or behind the last."""
    if len(text) <= 2 * _AROUND:
        return text
    head = "" if first else text[:_AROUND]
    tail = "" if last else text[-_AROUND:]
    return f"{head}…{tail}"


def _parts(card: RawCard, section: RawSection, deck: RawDeck) -> Iterator[tuple[str, str]]:
    def text(*texts: Text) -> str:
        return "\n".join(_shown(text.source, deck.files) for text in texts if text.source)

    yield "question", text(card.question)
    yield "lead", text(card.lead)
    marks = {True: "[x] ", False: "[ ] ", None: ""}
    yield "items", "\n".join(f"{marks[item.right]}{text(item.text)}" for item in card.items)
    yield "short", text(card.short)
    for part in card.parts:
        yield part.name.value, text(part.text)
    yield "tags", ", ".join(deck.meta.tags.get(tag, tag) for tag in card.tags)
    yield "level", str(card.level or "")
    yield "tier", card.tier or ""
    yield "section", section.title.source
    yield "deck", f"{deck.meta.lang} {deck.meta.homepage}".strip()


def _shown(source: str, files: Mapping[str, bytes]) -> str:
    pieces = [source]
    for reference in references(source):
        data = files.get(reference.path, b"")
        if reference.folder is Folder.EXAMPLES:
            pieces.append(f"{reference.path}:\n{data.decode('utf-8', 'replace')}")
        else:
            pieces.append(f"{reference.path} ({sha256(data).hexdigest()[:8]})")
    return "\n".join(pieces)
