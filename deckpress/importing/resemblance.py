"""Tells of a file that is no deck what it looks like, so that its author learns of the import.

It looks at the text alone and reads nothing: the import itself is far more thorough.
"""

from __future__ import annotations

import re
from collections import Counter

from deckpress.diagnostics import Diagnostic, finding
from deckpress.importing.card_markdown import has_card_syntax
from deckpress.importing.markup.foreign_markdown import outside_fences
from deckpress.importing.questions import ASKS, QUESTION_LINE
from deckpress.model import RawDeck, Span

_LONGEST = 5_000_000  # characters that are looked at
_ID = re.compile(r"^#{1,2}[ \t].*\{#[^\s{}]+[^{}]*\}[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"[ \t]{0,3}(?:\d+[.)][ \t]+)?(?P<marks>#{1,6})[ \t]+(?P<text>\S.*)")
_SUMMARY = re.compile(r"<summary\b", re.IGNORECASE)
_CROWDANKI = re.compile(r'"(?:__type__|note_models|crowdanki_uuid)"')
_ANKI_TEXT = re.compile(r"\ufeff?#(?:separator|html|columns|notetype|deck|tags|guid)\b[ \w]*:")


def resemblance(deck: RawDeck, path: str, text: str) -> Diagnostic | None:
    """The finding that the source at `path` is no deck but something to import.

    None if it is a deck, even a wrong one: if its front matter or any of its ids is there.
    """
    text = text[:_LONGEST]
    if deck.meta.key or deck.meta.anki_deck or _ID.search(text):
        return None
    reason = _other_format(path.lower(), text) or _markdown(path.lower(), text)
    return finding("D113", Span(path, 1), path=path, **reason) if reason else None


def _other_format(path: str, text: str) -> dict[str, str]:
    if text.lstrip("\ufeff \t\r\n").startswith("{") and _CROWDANKI.search(text):
        return {"reason": "reason-crowdanki"}
    first = text.lstrip("\ufeff").partition("\n")[0]
    tabbed = path.endswith(".txt") and "\t" in first
    if path.endswith((".csv", ".tsv")) or tabbed or _ANKI_TEXT.match(text):
        rows = sum(bool(line.strip()) and line[0] != "#" for line in text.split("\n"))
        return {"reason": "reason-table", "count": str(rows)} if rows else {}
    return {}


def _markdown(path: str, text: str) -> dict[str, str]:
    if not path.endswith((".md", ".markdown")):
        return {}
    if has_card_syntax(text.encode("utf-8", "replace")):
        return {"reason": "reason-cards"}
    lines = text.split("\n")
    headings: Counter[str] = Counter()
    asking: Counter[str] = Counter()
    labelled = 0
    for line, free in zip(lines, outside_fences(lines), strict=True):
        if free and (match := _HEADING.match(line)):
            headings[match["marks"]] += 1
            asking[match["marks"]] += ASKS.search(match["text"]) is not None
        elif free and QUESTION_LINE.match(line):
            labelled += 1
    details = len(_SUMMARY.findall(text))
    marks, most = max(asking.items(), key=lambda item: item[1], default=("", 0))
    if details > most and details > labelled:
        return {"reason": "reason-details", "count": str(details)}
    if labelled > most:
        return {"reason": "reason-labelled", "count": str(labelled)}
    if most:
        return {"reason": "reason-questions", "count": str(headings[marks]), "marks": marks}
    rows = sum(line.lstrip().startswith("|") for line in lines)
    return {"reason": "reason-table", "count": str(rows)} if rows > 2 else {}
