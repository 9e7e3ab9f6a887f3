"""What a source says, read from its Markdown without a line of the project's own code.

The tests that nothing is lost on the way hold the outputs against this.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

_ENDS = re.compile(r"(?<=[。！？；!?])|(?<=[.;]) ")
_FENCE = re.compile(r"^[\s>]*(?:[-*+] |\d+[.)] )*(`{3,}|~{3,})(.*)$")


@dataclass
class Said:
    """The sentences of a card, or before a section's first card, and its pictures' alternatives."""

    sentences: list[str] = field(default_factory=list)
    alternatives: list[str] = field(default_factory=list)


def bare(text: str) -> str:
    """`text` as compared: no spaces, no invisible characters, one form for each character."""
    text = unicodedata.normalize("NFKC", text)
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")


def said(source: Path) -> dict[str, Said]:
    """Every card's and every section's words by its id."""
    cards: dict[str, Said] = {}
    lines = re.split(r"\r\n|\r|\n", source.read_text("utf-8-sig"))
    assert lines[0] == "---"
    fence, shown = "", True
    card = Said()
    for line in lines[lines.index("---", 1) + 1 :]:
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2].strip():
                fence = ""
            elif shown:
                card.sentences.append(re.sub(r"^[> ]*> ?", "", line))
            continue
        if mark:
            fence, shown = mark[1], "mermaid" not in mark[2]
            _fenced(mark[2], source.parent, card)
            continue
        if heading := re.match(r"(#{1,6})\s+(.*?)\s*(?:\{[^}]*\})?\s*$", line):
            level, text = len(heading[1]), heading[2]
            if level <= 2:
                (identity,) = re.findall(r"\{#([\w-]+)", line)
                card = cards[identity] = Said()
            if level != 3:
                _speak(text, card)
            continue
        if re.fullmatch(r"[\s|:-]*", line):
            continue
        text = re.sub(r"^[\s>]*(?:(?:[-*+]|\d+[.)])\s+)*(?:\[[ xX]\]\s+)?", "", line)
        text = re.sub(r"^\[![A-Z]+\]$|^\[\^[^\]]+\]:\s*", "", text)
        for cell in text.strip("|").split("|") if line.lstrip().startswith("|") else [text]:
            _speak(cell, card)
    return cards


def _fenced(info: str, folder: Path, card: Said) -> None:
    """What the line that opens a block of code says of it: words for its picture, or its file."""
    if alt := re.search(r'alt="([^"]*)"', info):
        card.alternatives.append(alt[1])
    if file := re.search(r"file=(\S+)", info):
        part = re.search(r"part=(\S+)", info)
        card.sentences += _part((folder / file[1]).read_text("utf-8"), part and part[1])


def _part(text: str, part: str | None) -> list[str]:
    kept: list[str] = []
    current = None
    for line in text.splitlines():
        if mark := re.search(r"\bpart:\s*([\w.-]+)", line):
            current = None if mark[1] == "end" else mark[1]
        elif part is None or current == part:
            kept.append(line)
    return kept


def _speak(markdown: str, card: Said) -> None:
    """Split a line into what is read aloud of it."""
    text = re.sub(r"\{\{c\d+::(.*?)(?:::[^:{}]*)?\}\}", r"\1", markdown)
    # A link whose words are code, before the code is cut out.
    text = re.sub(r"(?<!!)\[([^\[\]`]*(?:`[^`]+`[^\[\]`]*)+)\]\([^)\s]*\)", r"\1", text)
    pieces = re.split(r"(`+)(.+?)\1", text)
    spoken = ""
    for index, piece in enumerate(pieces):
        if index % 3 == 2:
            spoken += piece
        elif index % 3 == 0:
            card.alternatives += re.findall(r"!\[([^\]]*)\]\(", piece)
            piece = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", piece)
            piece = re.sub(r"\[\^[^\]]+\]", "\n", piece)
            piece = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", piece)
            piece = re.sub(r"<(https?://[^>]*)>", r"\1", piece)
            piece = re.sub(r"\$\$.*?\$\$|\$(?![\s\d])[^$]*\$", "\n", piece)
            piece = re.sub(r"(?<!\\)(\*\*|~~|\*)", "", piece)
            spoken += re.sub(r"\\([\\`*_{}\[\]()#+.!$~<>|-])", r"\1", piece)
    for line in spoken.split("\n"):
        card.sentences += [part for part in _ENDS.split(line) if bare(part)]
