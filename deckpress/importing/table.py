"""Reads tables: CSV, TSV, and the text that Anki exports, whose first lines say what it is.

https://docs.ankiweb.net/importing/text-files.html
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from deckpress.importing.anki.field_map import propose, target_of
from deckpress.importing.anki.notes import common_root
from deckpress.importing.encoding import decode
from deckpress.importing.markup.formula_tags import is_whole_document
from deckpress.importing.markup.gaps import mend_gaps
from deckpress.importing.markup.html_markdown import HtmlConverter, text_as_html
from deckpress.importing.note import ForeignNote, Harvest, RefusedError, Remark, Weight
from deckpress.importing.note_text import kind_of, remarks_of, title_for, with_prompt
from deckpress.importing.pictures import ShownFiles
from deckpress.model import CardKind, PartName

_SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";", "space": " ", "pipe": "|", "colon": ":"}
_HTML = re.compile(
    r"</?(?:br|b|i|u|div|p|ul|ol|li|img|code|pre|span|sub|sup|table|a)\b[^<>]*>", re.I
)
_HEAD_LINE = re.compile(r"#[a-z ]+:", re.IGNORECASE)
_COLUMN = re.compile(r"(guid|notetype|deck|tags) column")


@dataclass(slots=True)
class _Head:
    """What the first lines of Anki's export say."""

    values: dict[str, str] = field(default_factory=dict)
    columns: dict[int, str] = field(default_factory=dict)
    lines: int = 0


def read_table(
    data: bytes,
    name: str,
    find: Callable[[str], bytes | None],
    maps: Mapping[str, Mapping[str, str]],
) -> Harvest:
    """The notes in a table; `maps` says under ``""`` what its columns are, by name or number.

    Raises:
        RefusedError: it cannot be read, or nothing says what its columns are.
    """
    text, remarks = decode(data, name)
    text = text.lstrip("\ufeff")
    head = _read_head(text)
    separator = _separator(text, head)
    rows = _rows(text, separator, head.lines, name)
    if not rows:
        raise RefusedError(Remark(Weight.REFUSED, "nothing", name))
    width, names = len(rows[0][1]), rows[0][1]
    targets, rows = _targets(rows, head, maps, name)
    unused = [
        Remark(Weight.LOST, "column-unused", name, names[number].strip() or str(number + 1))
        for number in range(width)
        if number not in targets and any(row[number : number + 1] > [""] for _, row in rows)
    ]
    uneven = [
        Remark(Weight.REFUSED, "row-uneven", f"{name}:{line}", f"{len(row)} ≠ {width}")
        for line, row in rows
        if len(row) != width
    ]
    told_html = head.values.get("html")
    html = told_html == "true" or (told_html is None and _HTML.search(text) is not None)
    if html and told_html is None:  # a guess; in a value without HTML, line ends count
        rows = [
            (line, [v if _HTML.search(v) else v.replace("\n", "<br>") for v in row])
            for line, row in rows
        ]
    root = head.values.get("deck", "") or _exported_root(rows, targets, head)
    shown = ShownFiles(find)
    notes: list[ForeignNote] = []
    remarks += [*unused, *uneven]
    seen: set[str] = set()
    for line, row in rows:
        if len(row) != width:
            continue
        shown.place = f"{name}:{line}"
        values: defaultdict[str, list[str]] = defaultdict(list)
        for number, target in targets.items():
            if number < len(row) and row[number].strip():
                values[target].append(row[number])
        made, told = _note(values, head, root, shown, html=html)
        remarks += told
        if made is not None and made.origin in seen and made.guid:
            remarks.append(Remark(Weight.REFUSED, "guid-twice", shown.place, made.guid))
        elif made is not None:
            seen.add(made.origin)
            notes.append(made)
    title = root.rpartition("::")[2]
    return Harvest(notes, remarks + shown.remarks, shown.pictures, shown.attachments, title)


def _read_head(text: str) -> _Head:
    head = _Head()
    for line in text.split("\n"):
        if not _HEAD_LINE.match(line):
            break
        key, _, value = line[1:].partition(":")
        key, value = key.strip().lower(), value.strip()
        if match := _COLUMN.fullmatch(key):
            if value.isdecimal():
                head.columns[int(value) - 1] = {"deck": "section", "notetype": "kind"}.get(
                    match[1], match[1]
                )
        else:
            head.values[key] = value
        head.lines += 1
    return head


def _separator(text: str, head: _Head) -> str:
    told = head.values.get("separator", "")
    if told:
        return _SEPARATORS.get(told.lower(), told[:1] or "\t")
    line = next((line for line in text.split("\n")[head.lines :] if line.strip()), "")
    counts = {sign: line.count(sign) for sign in ("\t", ";", ",", "|")}
    return "\t" if counts["\t"] else max(counts, key=lambda sign: counts[sign])


def _rows(text: str, separator: str, skipped: int, name: str) -> list[tuple[int, list[str]]]:
    """The rows that hold something, each with the number of its first line."""
    csv.field_size_limit(100_000_000)
    body = text.split("\n", skipped)[skipped] if skipped else text
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator)
    rows = []
    start = skipped + 1
    try:
        for row in reader:
            if any(value.strip() for value in row):
                rows.append((start, row))
            start = skipped + reader.line_num + 1
    except csv.Error as error:
        raise RefusedError(
            Remark(Weight.REFUSED, "damaged", f"{name}:{start}", str(error))
        ) from error
    return rows


def _targets(
    rows: list[tuple[int, list[str]]],
    head: _Head,
    maps: Mapping[str, Mapping[str, str]],
    name: str,
) -> tuple[dict[int, str], list[tuple[int, list[str]]]]:
    """What each column is, and the rows without the one that says it."""
    first = rows[0][1]
    names = [value.strip() for value in first]
    chosen = maps.get("", {})
    if chosen:
        by_name = {column.casefold(): n for n, column in enumerate(names)}
        found, problems, headed = dict(head.columns), [], False
        for column, target in chosen.items():
            if column.casefold() in by_name:
                found[by_name[column.casefold()]] = target
                headed = True
            elif column.isdecimal() and 1 <= int(column) <= len(first):
                found[int(column) - 1] = target
            else:
                problems.append(Remark(Weight.REFUSED, "map-no-field", name, column))
        if problems:
            raise RefusedError(*problems)
        return found, rows[1:] if headed else rows
    if head.lines:
        return _exported_targets(first, head), rows
    known = {n: target for n, column in enumerate(names) if (target := target_of(column))}
    if {"question", "short"} <= set(known.values()):
        return known, rows[1:]
    shown = propose([str(n + 1) for n in range(len(first))])
    proposal = ", ".join(f"{column} -> {target}" for column, target in shown.items())
    raise RefusedError(Remark(Weight.REFUSED, "no-header", name, f'--map "{proposal}"'))


def _exported_targets(first: Sequence[str], head: _Head) -> dict[int, str]:
    """The columns of Anki's export: those that it names, then the fields in their order."""
    found = dict(head.columns)
    names = head.values.get("columns", "").split("\t") if "columns" in head.values else []
    for number, column in enumerate(names):
        if number not in found and (target := target_of(column)):
            found[number] = target
    free = (target for target in ("question", "short", "why") if target not in found.values())
    for number in range(len(first)):
        if number not in found:
            found[number] = next(free, "why")
    return found


def _exported_root(
    rows: Sequence[tuple[int, list[str]]], targets: Mapping[int, str], head: _Head
) -> str:
    """The deck that holds all notes of Anki's export; empty for another table."""
    column = next((n for n, target in targets.items() if target == "section"), None)
    if column is None or not head.lines:
        return ""
    return common_root({row[column] for _, row in rows if column < len(row)})


def _note(
    values: Mapping[str, list[str]], head: _Head, root: str, shown: ShownFiles, *, html: bool
) -> tuple[ForeignNote | None, list[Remark]]:
    def source(target: str) -> Iterator[str]:
        return (v if html else text_as_html(v) for v in values.get(target, ()))

    whole = "\n".join(values.get("question", [])) + "\n".join(values.get("short", []))
    if is_whole_document(whole):
        return None, [Remark(Weight.REFUSED, "latex-document", shown.place)]
    told_kind = " ".join((*values.get("kind", ()), head.values.get("notetype", "")))
    kind = kind_of(told_kind, whole)
    gaps = kind is CardKind.CLOZE
    prompt: list[str] = []
    converter = HtmlConverter(shown.picture, shown.sound, gaps=gaps)
    answer = [block for value in source("short") for block in converter.blocks(value)]
    if gaps:
        blocks, told = mend_gaps([b for v in source("question") for b in converter.blocks(v)])
        converter.remarks.update(told)
        question = blocks.pop(0) if blocks and "\n" not in blocks[0] else ""
        answer = blocks + answer
        question = question or title_for(answer)
    else:
        asked = [block for value in source("question") for block in converter.blocks(value)]
        question, prompt = converter.question(asked)
    plain = HtmlConverter(shown.picture, shown.sound)
    parts = tuple(
        (part, text)
        for part in PartName
        if (text := "\n\n".join(b for v in source(part.value) for b in plain.blocks(v)))
    )
    remarks = remarks_of((converter, plain), shown.place)
    if not question or (not answer and not gaps):
        key = "no-answer" if question else "no-question"
        return None, [*remarks, Remark(Weight.LOST, key, shown.place)]
    guid = next((value.strip() for value in values.get("guid", ())), "")
    deck = next(iter(values.get("section", ())), "")
    return ForeignNote(
        place=shown.place,
        origin=guid or blake2b(whole.encode(), digest_size=8).hexdigest(),
        kind=kind,
        question=question,
        answer="\n\n".join(answer),
        section=" / ".join(deck.removeprefix(root).strip(":").split("::")),
        parts=with_prompt(prompt, parts),
        tags=tuple(
            tag for value in values.get("tags", ()) for tag in re.split(r"[\s,;]+", value) if tag
        ),
        guid=guid,
    ), remarks
