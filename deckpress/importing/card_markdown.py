"""Reads the card Markdown of other tools: Obsidian's, inka's, hashcards', mdanki's and ankdown's.

All of them mark a question and its answer by a sign in the line. Which of them a file is written
for is told by its signs; see `docs/import.md`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b

from deckpress.importing.encoding import decode
from deckpress.importing.markup.foreign_markdown import outside_fences, to_html
from deckpress.importing.markup.gaps import mend_gaps
from deckpress.importing.markup.html_markdown import HtmlConverter
from deckpress.importing.note import ForeignNote, Harvest, Remark, Weight
from deckpress.importing.note_text import GAP, remarks_of, title_for, with_prompt
from deckpress.importing.pictures import ShownFiles
from deckpress.model import CardKind

_SCHEDULE = re.compile(
    r"(?<![ \t])[ \t]*<!--\s*(?:SR|ID|FSRS|card)[:!].*?-->"
    r"|(?<![ \t])[ \t]+\^[A-Za-z0-9-]{4,}[ \t]*$",
    re.M,
)
_FRONT = re.compile(r"\ufeff?---\n(?:[ \t]*[\w-]+:.*\n(?:[ \t]+.*\n)*)+---(?:\n|$)")
_HEADING = re.compile(r"(?P<marks>#{1,6})\s+(?P<text>.*?)\s*#*$")
_TAGGED = re.compile(
    r"(?<!\s)\s*#(?:flash)?cards?(?P<reverse>[-/]reverse)?\b(?:/[\w/-]+)?\s*", re.IGNORECASE
)
_INLINE = re.compile(r"(?P<front>.*\S)\s*(?<!:)(?P<sign>:::?)(?!:)\s*(?P<back>\S.*)$")
_SPLIT = re.compile(r"\?\??$")
_NUMBERED = re.compile(r"\d+\.\s+(?P<text>\S.*)$")
_DIVIDER = re.compile(r"(?:%|-{3,})\s*$")
_LABEL = re.compile(r"(?P<label>[QAC]):(?:\s+(?P<text>.*))?$")
_MARKED = re.compile(r"==(?P<text>[^=\n](?:[^\n]*?[^=\n])?)==")
_BRACKETS = re.compile(r"(?<![\\!\]])\[(?P<text>[^\[\]\n]+)\](?![(\[:])")
_CODE = re.compile(r"(`+)(?:(?!\1).)*?\1")


@dataclass(frozen=True, slots=True)
class _Raw:
    """A card as its tool writes it: Markdown of a question and an answer."""

    line: int
    front: str
    back: str = ""
    kind: CardKind = CardKind.BASIC
    section: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    free: bool  # outside fenced code


def has_card_syntax(data: bytes) -> bool:
    """Whether a Markdown file is written for one of these tools."""
    text = data[:2_000_000].decode("utf-8", "ignore").replace("\r\n", "\n")
    return _SCHEDULE.search(text) is not None or _reader_for(_lines(text)) is not None


def read_cards(data: bytes, name: str, find: Callable[[str], bytes | None]) -> Harvest:
    """The cards of a Markdown file; `find` gives the files beside it.

    Raises:
        RefusedError: it is no text.
    """
    text, remarks = decode(data, name)
    text, schedules = _SCHEDULE.subn("", text)
    if schedules:
        remarks.append(Remark(Weight.KEPT, "schedule", name, count=schedules))
    lines = _lines(text)
    shown = ShownFiles(find)
    notes: list[ForeignNote] = []
    seen: dict[str, int] = {}
    for raw in (_reader_for(lines) or _obsidian)(lines):
        shown.place = f"{name}:{raw.line}"
        note, told = _note(raw, shown)
        remarks += told
        if note is not None:
            count = seen[note.origin] = seen.get(note.origin, 0) + 1
            notes.append(note if count == 1 else replace(note, origin=f"{note.origin}-{count}"))
    first = next((m for line in lines if (m := _HEADING.match(line.text))), None)
    # A lower heading may be a question.
    title = first["text"] if first is not None and first["marks"] == "#" else ""
    title = title if title not in {note.section for note in notes} else ""
    return Harvest(notes, remarks + shown.remarks, shown.pictures, shown.attachments, title)


def _lines(text: str) -> list[_Line]:
    match = _FRONT.match(text)
    skipped = match[0].count("\n") if match else 0
    body = text[match.end() :] if match else text.lstrip("\ufeff")
    lines = body.split("\n")
    free = outside_fences(lines)
    return [
        _Line(skipped + n + 1, line.rstrip(), outside)
        for n, (line, outside) in enumerate(zip(lines, free, strict=True))
    ]


def _reader_for(lines: list[_Line]) -> Callable[[list[_Line]], Iterator[_Raw]] | None:
    """The reader of the tool whose signs are in the file."""
    texts = [line.text for line in lines if line.free]
    if any(text.startswith(("Q: ", "C: ")) or text in ("Q:", "C:") for text in texts):
        return _hashcards
    after = zip(texts, [*texts[1:], ""], [*texts[2:], "", ""], strict=False)
    if any(
        _NUMBERED.match(a) and (b.startswith("> ") or (not b and c.startswith("> ")))
        for a, b, c in after
    ):
        return _inka
    if "%" in texts or _has_divided_headings(texts):
        return _divided
    if any(_SPLIT.fullmatch(text) or _TAGGED.search(text) for text in texts):
        return _obsidian
    # A collection of questions may say `std::string`; in one of cards most lines are cards.
    cards = sum(_is_card_line(text) for text in texts)
    headings = sum(text.startswith("##") for text in texts)
    return _obsidian if cards > headings else None


def _is_card_line(text: str) -> bool:
    if text.startswith(("|", ">", "#")):
        return False
    text = _without_code(text)
    # From each place in a long line, the last one would look through all that follows.
    return (
        any(pattern.search(text) for pattern in (GAP, _MARKED)) or _INLINE.match(text) is not None
    )


def _has_divided_headings(texts: list[str]) -> bool:
    """Whether each ``##`` has a line ``---`` between its question and its answer."""
    cards = [n for n, text in enumerate(texts) if text.startswith("## ")]
    ends = [*cards[1:], len(texts)]
    return bool(cards) and all(
        _is_divided(texts[start + 1 : end]) for start, end in zip(cards, ends, strict=True)
    )


def _is_divided(texts: list[str]) -> bool:
    """Whether a line ``---`` has text below it: otherwise it only ends the card."""
    first = next((n for n, text in enumerate(texts) if _DIVIDER.match(text)), None)
    return first is not None and any(text.strip() for text in texts[first + 1 :])


def _hashcards(lines: list[_Line]) -> Iterator[_Raw]:
    """``Q:`` and ``A:``, or ``C:`` with gaps in brackets."""
    label = section = ""
    start = 0
    parts: dict[str, list[str]] = {}

    def card() -> Iterator[_Raw]:
        texts = {key: "\n".join(value).strip() for key, value in parts.items()}
        if texts.get("C"):
            yield _Raw(start, _with_gaps(texts["C"], _BRACKETS), "", CardKind.CLOZE, section)
        elif texts.get("Q"):
            yield _Raw(start, texts["Q"], texts.get("A", ""), CardKind.BASIC, section)

    for line in lines:
        match = _LABEL.match(line.text) if line.free else None
        heading = _HEADING.match(line.text) if line.free else None
        if (match and match["label"] != "A") or heading or (line.free and line.text == "---"):
            yield from card()
            parts, label, start = {}, "", line.number
        if heading:
            section = heading["text"]
        if match:
            label = match["label"]
            parts[label] = [match["text"] or ""]
        elif label:
            parts[label].append(line.text)
    yield from card()


def _inka(lines: list[_Line]) -> Iterator[_Raw]:
    """Numbered questions with their answers as quotes, with ``Deck:`` and ``Tags:`` above."""
    section = ""
    tags: tuple[str, ...] = ()
    front: list[str] = []
    back: list[str] = []
    start = 0
    for line in [*lines, _Line(0, "1. end", True)]:
        text = line.text
        numbered = _NUMBERED.match(text) if line.free else None
        ends = numbered or (line.free and (text == "---" or re.match(r"(?:Deck|Tags):", text)))
        if ends:
            if front and back:
                yield _Raw(start, "\n".join(front), "\n".join(back), CardKind.BASIC, section, tags)
            front, back, start = ([numbered["text"]] if numbered else []), [], line.number
        if text.startswith("Deck:"):
            section = text[5:].strip().replace("::", " / ")
        elif text.startswith("Tags:"):
            tags = tuple(text[5:].split())
        elif front and text.startswith(">"):
            back.append(text[1:].removeprefix(" "))
        elif front and not numbered and not back:
            front.append(text)


def _divided(lines: list[_Line]) -> Iterator[_Raw]:
    """A ``##`` or the end of a card, ``---``, begins a card; ``%`` or ``---`` begins its answer."""
    headed = any(line.free and line.text.startswith("## ") for line in lines)
    section, start = "", 1
    tags: tuple[str, ...] = ()
    front: list[str] = []
    back: list[str] | None = None

    def card() -> Iterator[_Raw]:
        question, answer = "\n".join(front).strip(), "\n".join(back or []).strip()
        if headed and back is None:
            question, _, answer = question.partition("\n")
        if question:
            yield _Raw(start, question, answer.strip(), CardKind.BASIC, section, tags)

    for line in lines:
        heading = _HEADING.match(line.text) if line.free else None
        divider = line.free and _DIVIDER.match(line.text)
        depth = len(heading["marks"]) if heading else 0
        if depth in (1, 2) or (divider and line.text[0] == "-" and not headed):
            yield from card()
            front, back, start, tags = [], None, line.number, ()
            if depth == 1 and heading:
                section = heading["text"]
            elif depth == 2 and heading:
                front = [heading["text"]]
        elif divider and back is None:
            back = []
        elif re.fullmatch(r"(?:\[#[^\]]+\]\(\)\s*)+", line.text):
            tags = tuple(re.findall(r"\[#([^\]]+)\]", line.text))
        elif front or back is not None or not headed:
            (front if back is None else back).append(line.text)
    yield from card()


def _obsidian(lines: list[_Line]) -> Iterator[_Raw]:
    """``::``, ``:::``, ``?``, ``??``, ``==gap==`` and ``#flashcard`` in paragraphs."""
    section = ""
    paragraph: list[_Line] = []
    headed: _Raw | None = None
    depth = 0
    for line in [*lines, _Line(0, "", True)]:
        heading = _HEADING.match(line.text) if line.free else None
        if heading and (headed is None or len(heading["marks"]) <= depth):
            yield from _paragraph_cards(paragraph, section)
            if headed is not None:
                yield headed
            paragraph, headed = [], None
            tag = _TAGGED.search(heading["text"])
            if tag:
                kind = CardKind.REVERSE if tag["reverse"] else CardKind.BASIC
                text = _TAGGED.sub(" ", heading["text"]).strip()
                headed = _Raw(line.number, text, "", kind, section)
                depth = len(heading["marks"])
            else:
                section = heading["text"]
        elif headed is not None:
            headed = replace(headed, back=f"{headed.back}\n{line.text}")
        elif line.text or not line.free:
            paragraph.append(line)
        else:
            yield from _paragraph_cards(paragraph, section)
            paragraph = []
    if headed is not None:
        yield headed


def _paragraph_cards(lines: list[_Line], section: str) -> Iterator[_Raw]:
    if not lines:
        return
    if len(lines) == 1 and re.fullmatch(r"\s*#[\w/-]+\s*", lines[0].text):
        return  # the tag of a whole file
    split = next((n for n, x in enumerate(lines) if x.free and _SPLIT.fullmatch(x.text)), None)
    if split:
        front = "\n".join(line.text for line in lines[:split])
        back = "\n".join(line.text for line in lines[split + 1 :])
        kind = CardKind.REVERSE if lines[split].text == "??" else CardKind.BASIC
        yield _Raw(lines[0].number, front, back, kind, section)
        return
    tag = _TAGGED.search(lines[0].text) if lines[0].free else None
    if tag and len(lines) > 1:
        front = _TAGGED.sub(" ", lines[0].text).strip()
        back = "\n".join(line.text for line in lines[1:])
        kind = CardKind.REVERSE if tag["reverse"] else CardKind.BASIC
        yield _Raw(lines[0].number, front, back, kind, section)
        return
    found = False
    for line in lines:
        match = _INLINE.match(_without_code(line.text)) if line.free else None
        if match and "{{" not in line.text:
            found = True
            front = line.text[: match.end("front")]
            kind = CardKind.REVERSE if match["sign"] == ":::" else CardKind.BASIC
            front = re.sub(r"^\s*[-*+]\s+", "", _TAGGED.sub(" ", front).strip())
            yield _Raw(line.number, front, line.text[match.start("back") :], kind, section)
    text = "\n".join(line.text for line in lines)
    if not found and (GAP.search(text) or _MARKED.search(_without_code(text))):
        yield _Raw(lines[0].number, _with_gaps(text, _MARKED), kind=CardKind.CLOZE, section=section)


def _without_code(text: str) -> str:
    """The text with its code spans blanked out; nothing moves."""
    return _CODE.sub(lambda match: "\0" * len(match[0]), text) if "`" in text else text


def _with_gaps(text: str, pattern: re.Pattern[str]) -> str:
    """The text with a gap of its own number for each match, unless it has Anki's gaps."""
    if GAP.search(text):
        return text
    masked, position = _without_code(text), 0
    out: list[str] = []
    for number, match in enumerate(pattern.finditer(masked), 1):
        inner = text[match.start("text") : match.end("text")]
        out += (text[position : match.start()], f"{{{{c{number}::{inner}}}}}")
        position = match.end()
    return "".join(out) + text[position:]


def _note(raw: _Raw, shown: ShownFiles) -> tuple[ForeignNote | None, list[Remark]]:
    gaps = raw.kind is CardKind.CLOZE
    prompt: list[str] = []
    converter = HtmlConverter(shown.picture, shown.sound, attach=shown.attachment, gaps=gaps)
    asked = converter.blocks(to_html(raw.front))
    answer = converter.blocks(to_html(raw.back))
    if gaps:
        asked, told = mend_gaps(asked)
        converter.remarks.update(told)
        question = asked[0] if len(asked) == 1 and "\n" not in asked[0] else title_for(asked)
        answer = answer if question == "".join(asked) else asked + answer
    else:
        question, prompt = converter.question(asked)
    remarks = remarks_of((converter,), shown.place)
    if not question or (not answer and not gaps):
        key = "no-answer" if question else "no-question"
        return None, [*remarks, Remark(Weight.LOST, key, shown.place, raw.front[:60])]
    if gaps and not any(map(GAP.search, [question, *answer])):
        return None, [*remarks, Remark(Weight.LOST, "no-gap", shown.place)]
    return ForeignNote(
        place=shown.place,
        origin=blake2b(f"{raw.section}\0{raw.front}".encode(), digest_size=8).hexdigest(),
        kind=raw.kind,
        question=question,
        answer="\n\n".join(answer),
        section=raw.section,
        parts=with_prompt(prompt, ()),
        tags=raw.tags,
    ), remarks
