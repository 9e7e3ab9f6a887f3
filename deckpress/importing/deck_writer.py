"""Writes what was read as a source, or into a source that an earlier import wrote.

A card of an earlier import is replaced if its author has not edited it since; otherwise the new
text is reported and nothing is changed. What was written is read and checked again: a card whose
Markdown has an error is written as plain text.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from deckpress.checks import block_syntax, cards, code_blocks, gaps, links
from deckpress.checks.pictures import images
from deckpress.diagnostics import Diagnostic, Severity
from deckpress.fixes.assign_ids import assign_ids
from deckpress.importing.card_text import as_plain, card_text, tag_name
from deckpress.importing.markup.inline_markdown import escape, heading_text, plain
from deckpress.importing.note import ForeignNote, Harvest, Remark, Weight, refusal
from deckpress.language.han import HAN
from deckpress.model import RawDeck
from deckpress.reading.attributes import nearest_id, split_heading
from deckpress.reading.disk.files import LoadedSource
from deckpress.reading.disk.imported import ImportedCard, parse, serialise
from deckpress.reading.reader import read
from deckpress.reading.texts import fields
from deckpress.reading.tokens import TokenKind, scan

_MOST_TAG_TEXT = 30_000  # characters: a front matter has a limit
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """What an author asked for: the file's `name` without its ending, and values, or empty."""

    name: str
    lang: str = ""
    key: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import makes: the text of the source, the files beside it, and what it did.

    `files` are by path. `counts` has the number of cards by what became of them.
    """

    text: str
    files: Mapping[str, bytes]
    record: str
    remarks: tuple[Remark, ...]
    counts: Counter[str]


@dataclass(slots=True)
class _Piece:
    """A front matter, a section's heading with its introduction, or a card, as text."""

    level: int
    text: str
    note: ForeignNote | None = None
    id: str = ""
    title: str = ""


@dataclass(slots=True)
class _Draft:
    """A source that is being written."""

    pieces: list[_Piece]
    lang: str
    tags: frozenset[str]
    records: dict[str, ImportedCard] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def new_deck(harvest: Harvest, settings: Settings) -> Imported:
    """A source with all the notes of `harvest`.

    Raises:
        RefusedError: there is no note to write.
    """
    if not harvest.notes:
        raise refusal("nothing", settings.name)
    title = " ".join(plain(harvest.title).split()) or settings.name
    lang = settings.lang or _language(harvest)
    tags = {tag_name(tag): tag for note in harvest.notes for tag in note.tags}
    tags.pop("", None)
    record = _record_path(settings.name)
    front = _front_matter(title, lang, settings, tags, record)
    draft = _Draft([_Piece(0, front)], lang, frozenset(tags))
    _add_notes(draft, harvest, settings, title)
    return _finish(draft, harvest, settings, record, {})


def updated_deck(harvest: Harvest, settings: Settings, before: LoadedSource) -> Imported:
    """A source of an earlier import, with what is new in `harvest`.

    Raises:
        RefusedError: it was not written by an import.
    """
    record, known = imported_cards(before)
    deck, _ = read(before)
    used = {tag for card in deck.cards() for tag in card.tags}
    draft = _Draft(
        _split(before.text), deck.meta.lang, frozenset(deck.meta.tags or used), known.copy()
    )
    fresh = _update(draft, harvest, known)
    _add_notes(draft, replace(harvest, notes=fresh), settings, deck.meta.title)
    if not draft.counts["new"] + draft.counts["updated"]:
        return Imported(before.text, {}, record, tuple(draft.remarks), draft.counts)
    return _finish(draft, harvest, settings, record, before.files)


def imported_cards(before: LoadedSource) -> tuple[str, dict[str, ImportedCard]]:
    """The path of a source's file of imported cards, and what it says of them.

    Raises:
        RefusedError: no import wrote the source.
    """
    record = read(before)[0].meta.imported
    if not record or record not in before.files:
        raise refusal("exists", before.path)
    try:
        return record, parse(before.files[record])
    except ValueError as error:
        raise refusal("exists", before.path, error) from error


def _update(
    draft: _Draft, harvest: Harvest, known: Mapping[str, ImportedCard]
) -> list[ForeignNote]:
    """Bring the cards that the draft has to the new text, and return the notes that are new."""
    ids = {card.origin: id for id, card in known.items()}
    pieces = {piece.id: piece for piece in draft.pieces if piece.level == 2}
    fresh = []
    for note in harvest.notes:
        id = ids.pop(note.origin, None)
        piece = pieces.get(id or "")
        if id is None:
            fresh.append(note)
        elif piece is None:
            draft.counts["removed"] += 1
            draft.remarks.append(Remark(Weight.KEPT, "removed", note.place, id))
        else:
            _update_card(draft, piece, note, known[id])
    for origin, id in ids.items():
        if id in pieces:
            draft.counts["gone"] += 1
            draft.remarks.append(Remark(Weight.KEPT, "gone", id, origin))
    return fresh


def _update_card(draft: _Draft, piece: _Piece, note: ForeignNote, known: ImportedCard) -> None:
    text = card_text(note, draft.lang, draft.tags, piece.id)
    plain = card_text(as_plain(note), draft.lang, draft.tags, piece.id)
    if known.written in (_digest(text), _digest(plain)):
        draft.counts["same"] += 1
    elif _digest(piece.text) == known.written:
        draft.counts["updated"] += 1
        piece.text, piece.note = text, note
    else:
        draft.counts["conflict"] += 1
        draft.remarks.append(Remark(Weight.KEPT, "conflict", note.place, piece.id))


def _add_notes(draft: _Draft, harvest: Harvest, settings: Settings, title: str) -> None:
    """Add notes at the end of their sections; a section that is not there comes at the end."""
    sections: dict[str, list[_Piece]] = {}
    groups: list[list[_Piece]] = [[]]
    for piece in draft.pieces:
        if piece.level == 1:
            groups.append([])
            sections.setdefault(piece.title, groups[-1])
        groups[-1].append(piece)
    for note in harvest.notes:
        words = plain(note.section or settings.section or title).split()
        name = heading_text(escape(" ".join(words) or settings.name, gaps=False))
        group = sections.get(name)
        if group is None:
            intro = harvest.introductions.get(note.section, "")
            head = f"# {name}\n\n" + (f"{intro}\n\n" if intro else "")
            group = sections[name] = [_Piece(1, head, title=name)]
            groups.append(group)
        group.append(_Piece(2, card_text(note, draft.lang, draft.tags), note))
        draft.counts["new"] += 1
        draft.counts[note.kind.value] += 1
    draft.pieces = [piece for group in groups for piece in group]


def _finish(
    draft: _Draft,
    harvest: Harvest,
    settings: Settings,
    record: str,
    files: Mapping[str, bytes],
) -> Imported:
    """Give the new cards their ids, and write those as plain text that have errors."""
    for _ in range(_TRIES):
        text = _stamp(draft)
        wrong = _wrong_cards(text, draft, {**files, **harvest.pictures}, settings.name)
        if not wrong:
            break
        for piece, code in wrong:
            assert piece.note is not None
            draft.remarks.append(Remark(Weight.CHANGED, "as-plain", piece.note.place, code))
            piece.note = as_plain(piece.note)
            piece.text = card_text(piece.note, draft.lang, draft.tags, piece.id)
    for piece in draft.pieces:
        if piece.note is not None:
            origin, guid = piece.note.origin, piece.note.guid
            draft.records[piece.id] = ImportedCard(origin, _digest(piece.text), guid)
    shown = {p: data for p, data in harvest.pictures.items() if p.partition("/")[2] in text}
    made = {**shown, **harvest.attachments, record: serialise(draft.records)}
    remarks = (*harvest.remarks, *draft.remarks)
    return Imported(text, made, record, remarks, draft.counts)


def _stamp(draft: _Draft) -> str:
    """The text of the draft, with an id for each heading; the pieces get them too."""
    text, _ = assign_ids("".join(_with_blank_line(piece.text) for piece in draft.pieces))
    for piece, stamped in zip(draft.pieces, _split(text), strict=True):
        piece.text, piece.id = stamped.text, stamped.id
    return text.rstrip("\n") + "\n"


def _with_blank_line(text: str) -> str:
    return text if text.endswith("\n\n") or not text else text.rstrip("\n") + "\n\n"


def _wrong_cards(
    text: str, draft: _Draft, files: Mapping[str, bytes], name: str
) -> list[tuple[_Piece, str]]:
    """The imported cards with an error, each with the code of one."""
    deck, found = read(LoadedSource(name, name, text.encode(), text, files, ()))
    errors = [
        d for d in (*found, *_broken(deck)) if d.severity is Severity.ERROR and d.code != "D831"
    ]
    if not errors:
        return []
    starts: list[int] = []
    line = 1
    for piece in draft.pieces:
        starts.append(line)
        line += piece.text.count("\n")
    wrong: dict[int, str] = {}
    position = 0
    for error in sorted(errors, key=lambda d: d.span.line):
        while position + 1 < len(starts) and starts[position + 1] <= error.span.line:
            position += 1
        wrong.setdefault(position, error.code)
    return [
        (draft.pieces[n], code) for n, code in wrong.items() if draft.pieces[n].note is not None
    ]


def _broken(deck: RawDeck) -> Iterator[Diagnostic]:
    """Findings of the rules that find errors; advice on the content takes longer than they do."""
    targets = links.Targets.from_deck(deck)
    for each in fields(deck):
        yield from gaps.check(each)
        yield from block_syntax.check(each)
        yield from links.check(each, targets, deck.definitions)
        yield from code_blocks.check(each, deck.files)
    yield from cards.check(deck)
    yield from images.check(deck)


def _split(text: str) -> list[_Piece]:
    """The pieces of a source; joined, they are its text."""
    pieces = [_Piece(0, "")]
    for token in scan(text):
        if token.kind is TokenKind.HEADING and token.level <= 2:
            heading = split_heading(token.raw)
            ids = [item.source[1:] for item in heading.items if item.source.startswith("#")]
            pieces.append(_Piece(token.level, token.raw, None, "".join(ids[:1]), heading.title))
        else:
            pieces[-1].text += token.raw
    return pieces


def _digest(text: str) -> str:
    return blake2b(text.strip().encode(), digest_size=8).hexdigest()


def _record_path(name: str) -> str:
    return f"imported/{nearest_id(name) or 'deck'}.json"


def _front_matter(
    title: str, lang: str, settings: Settings, tags: Mapping[str, str], record: str
) -> str:
    key = settings.key or nearest_id(title) or nearest_id(settings.name)
    key = key or "deck-" + blake2b(title.encode(), digest_size=4).hexdigest()
    lines = ["---", f"title: {_yaml(title)}", f"lang: {lang}", f"key: {_yaml(key)}"]
    home = "::".join(level for level in title.split("::") if level.strip()) or settings.name
    lines += [f"anki_deck: {_yaml(home)}", f"imported: {record}"]
    listed = [f"  {_yaml(name)}: {_yaml(tag)}" for name, tag in sorted(tags.items())]
    if listed and sum(map(len, listed)) < _MOST_TAG_TEXT:
        lines += ["tags:", *listed]
    return "\n".join([*lines, "---", "", ""])


def _yaml(value: str) -> str:
    return json.dumps(" ".join(value.split()), ensure_ascii=False)


def _language(harvest: Harvest) -> str:
    """The language of the text; Chinese about computers has many Latin words, too."""
    sample = " ".join(f"{note.question} {note.answer}" for note in harvest.notes[:500])
    han = sum(map(len, HAN.findall(sample)))
    words = re.findall(r"[A-Za-z]{2,}", re.sub(r"https?://\S+|```.*?```", "", sample, flags=re.S))
    return "zh-CN" if han > 2 * len(words) else "en"
