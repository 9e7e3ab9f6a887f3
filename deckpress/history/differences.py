"""Finds the words that differ between two versions of a deck, by card and part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from hashlib import sha256

from deckpress.model import RawCard, RawDeck, RawSection, Text
from deckpress.reading.references import Folder, resolve

# A word of letters, one character of any other script, a stretch of white space.
_WORD = re.compile(r"[A-Za-z0-9_]+|\s+|.", re.DOTALL)
_CONTEXT = 12  # characters that are shown before and after a difference


class Fate(StrEnum):
    """What happened to a stretch of text from one version to the next."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class DifferencePiece:
    """A stretch of text, and whether it stayed, was removed or was added."""

    fate: Fate
    text: str


def part_texts(deck: RawDeck) -> dict[str, dict[str, str]]:
    """The parts of all cards as source text, by the card's id and the part's name.

    The names are those of `digests`. The files that a part shows follow its text. Empty parts are
    left out.
    """
    return {
        card.id: {name: text for name, text in _parts(card, section, deck) if text}
        for section in deck.sections
        for card in section.cards
    }


def word_differences(old: str, new: str) -> tuple[DifferencePiece, ...]:
    """The pieces that lead from the text `old` to the text `new`, in order.

    Long pieces that stayed the same are shortened, with ``…`` for what was cut.
    """
    before, after = _WORD.findall(old), _WORD.findall(new)
    found: list[DifferencePiece] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(DifferencePiece(Fate.SAME, "".join(before[i:j])))
            continue
        if i < j:
            found.append(DifferencePiece(Fate.REMOVED, "".join(before[i:j])))
        if k < m:
            found.append(DifferencePiece(Fate.ADDED, "".join(after[k:m])))
    last = len(found) - 1
    return tuple(
        DifferencePiece(piece.fate, _shorten(piece.text, number == 0, number == last))
        if piece.fate is Fate.SAME
        else piece
        for number, piece in enumerate(found)
    )


def _shorten(text: str, first: bool, last: bool) -> str:
    """Shorten text that stayed the same: keep only what is close to a difference.

    `first` means that no difference comes before it, `last` that none follows it.
    """
    if len(text) <= 2 * _CONTEXT:
        return text
    head = "" if first else text[:_CONTEXT]
    tail = "" if last else text[-_CONTEXT:]
    return f"{head}…{tail}"


def _parts(card: RawCard, section: RawSection, deck: RawDeck) -> Iterator[tuple[str, str]]:
    def text(*texts: Text) -> str:
        return "\n".join(_shown(text.source, deck) for text in texts if text.source)

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
    yield "deck", f"{deck.meta.lang} {deck.meta.homepage} {deck.meta.tag_root}".strip()


def _shown(source: str, deck: RawDeck) -> str:
    shown = resolve(source, deck.definitions)
    pieces = [shown.source]
    pieces += (f"{each.target} {each.title}".strip() for each in shown.named if not each.image)
    for reference in shown.references:
        data = deck.files.get(reference.path, b"")
        if reference.folder is Folder.EXAMPLES:
            pieces.append(f"{reference.path}:\n{data.decode('utf-8', 'replace')}")
        else:
            pieces.append(f"{reference.path} ({sha256(data).hexdigest()[:8]})")
    return "\n".join(pieces)
