"""Turns the notes of an Anki collection into notes of a deck."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from deckpress.importing.anki.collection import AnkiCollection, AnkiNote, AnkiType
from deckpress.importing.anki.field_map import (
    FieldMap,
    chosen_map,
    has_script,
    is_occlusion,
    known_map,
    near_type,
    proposal,
    surplus_templates,
)
from deckpress.importing.markup.formula_tags import is_whole_document
from deckpress.importing.markup.gaps import mend_gaps
from deckpress.importing.markup.html_markdown import HtmlConverter
from deckpress.importing.note import ForeignNote, Harvest, RefusedError, Remark, Weight
from deckpress.importing.note_text import GAP, remarks_of, title_for, with_prompt
from deckpress.importing.pictures import ShownFiles
from deckpress.model import CardKind, PartName

LARGEST_NOTE = 10_000_000  # characters


def harvest(
    collection: AnkiCollection, name: str, maps: Mapping[str, Mapping[str, str]]
) -> Harvest:
    """The notes of a collection as notes of a deck; `maps` says what fields are, by note type.

    Raises:
        RefusedError: a map names a type or a field that is not there.
    """
    types = {note.type.name: note.type for note in collection.notes}
    _refuse_unknown(types, maps, name)
    shown = ShownFiles(collection.find)
    remarks = [
        Remark(Weight.KEPT, f"learner-{key}", name, count=count)
        for key, count in collection.counts.items()
        if count
    ]
    usable = {}
    for type in types.values():
        chosen = _map_of(type, maps, name, collection.notes)
        if isinstance(chosen, Remark):
            remarks.append(chosen)
        else:
            usable[type.name] = chosen
            if surplus := surplus_templates(type, chosen):
                remarks.append(Remark(Weight.LOST, "templates", name, f"{type.name}: {surplus}"))
    root = common_root({note.deck for note in collection.notes})
    counts = Counter(note.guid for note in collection.notes)
    notes: list[ForeignNote] = []
    for note in collection.notes:
        if counts[note.guid] > 1:
            remarks.append(Remark(Weight.REFUSED, "guid-twice", _place(note), note.guid))
        elif note.type.name in usable:
            made, told = _note(note, usable[note.type.name], shown, root)
            remarks += told
            notes += made
    remarks += shown.remarks
    title = root.rpartition("::")[2] or root
    return Harvest(notes, remarks, shown.pictures, shown.attachments, title)


def _refuse_unknown(
    types: Mapping[str, AnkiType], maps: Mapping[str, Mapping[str, str]], name: str
) -> None:
    problems = []
    for asked, targets in maps.items():
        if asked not in types:
            near = near_type(asked, list(types)) or ", ".join(types)
            problems.append(Remark(Weight.REFUSED, "map-no-type", name, f"{asked} ({near})"))
            continue
        problems += [
            Remark(Weight.REFUSED, "map-no-field", name, f"{asked}: {field}")
            for field in targets
            if field not in types[asked].fields
        ]
    if problems:
        raise RefusedError(*problems)


def _map_of(
    type: AnkiType,
    maps: Mapping[str, Mapping[str, str]],
    name: str,
    notes: Iterable[AnkiNote],
) -> FieldMap | Remark:
    """What the fields of a type are, or why its notes are refused."""
    if type.name in maps:
        return chosen_map(type, maps[type.name])
    count = sum(note.type.name == type.name for note in notes)
    if is_occlusion(type):
        return Remark(Weight.REFUSED, "occlusion", name, type.name, count)
    known = known_map(type)
    if has_script(type):
        return Remark(Weight.REFUSED, "template-script", name, proposal(type), count)
    return known or Remark(Weight.REFUSED, "map-needed", name, proposal(type), count)


def common_root(decks: set[str]) -> str:
    """The deck that holds all of them."""
    paths = [deck.split("::") for deck in decks if deck]
    shared = itertools.takewhile(lambda level: len(set(level)) == 1, zip(*paths, strict=False))
    return "::".join(level[0] for level in shared)


def _note(
    note: AnkiNote, fields: FieldMap, shown: ShownFiles, root: str
) -> tuple[list[ForeignNote], list[Remark]]:
    """The note of a deck, and what there is to say about it."""
    shown.place = _place(note)
    values = dict(zip(note.type.fields, note.values, strict=False))
    whole = "\x1f".join(note.values)
    if len(whole) > LARGEST_NOTE:
        return [], [Remark(Weight.REFUSED, "note-large", shown.place)]
    if is_whole_document(whole):
        return [], [Remark(Weight.REFUSED, "latex-document", shown.place)]
    held: defaultdict[str, list[str]] = defaultdict(list)
    for field, target in fields.targets.items():
        if values.get(field, "").strip():
            held[target].append(values[field])
    kind = fields.kind
    if fields.optional_reverse and not values.get(fields.optional_reverse, "").strip():
        kind = CardKind.BASIC
    gaps = kind is CardKind.CLOZE
    prompt: list[str] = []
    converter = HtmlConverter(shown.picture, shown.sound, gaps=gaps)
    asked = [block for value in held["question"] for block in converter.blocks(value)]
    short = [block for value in held["short"] for block in converter.blocks(value)]
    if gaps:
        asked, told = mend_gaps(asked)
        converter.remarks.update(told)
        question, rest = (asked[0], asked[1:]) if asked else ("", [])
        if "\n" in question:
            question, rest = "", asked
        answer = [*rest, *short]
    else:
        question, prompt = converter.question(asked)
        answer = short
    plain = HtmlConverter(shown.picture, shown.sound)
    parts = tuple(
        (part, text)
        for part in PartName
        if (text := "\n\n".join(b for v in held[part.value] for b in plain.blocks(v)))
    )
    remarks = remarks_of((converter, plain), shown.place)
    if (not question and not answer) or (not answer and not gaps):
        lost = Remark(Weight.LOST, "no-answer" if question else "no-question", shown.place)
        return [], [*remarks, lost]
    if gaps and not any(map(GAP.search, [question, *answer])):
        return [], [*remarks, Remark(Weight.LOST, "no-gap", shown.place)]
    return [
        ForeignNote(
            place=shown.place,
            origin=note.guid,
            kind=kind,
            question=question or title_for(answer),
            answer="\n\n".join(answer),
            section=" / ".join(note.deck.removeprefix(root).strip(":").split("::")),
            parts=with_prompt(prompt, parts),
            tags=note.tags,
            guid=note.guid,
        )
    ], remarks


def _place(note: AnkiNote) -> str:
    words = re.sub(r"<[^<>]{0,200}>|\s+", " ", note.values[0][:400] if note.values else "")
    return f"{note.place} “{words.strip()[:40]}”"
