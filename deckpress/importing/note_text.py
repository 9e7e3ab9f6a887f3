"""What the readers of several formats decide about the texts of a note."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from deckpress.importing.markup.html_markdown import HtmlConverter
from deckpress.importing.note import Remark, Weight
from deckpress.model import CardKind, PartName

GAP = re.compile(r"\{\{\s*c\d+::", re.IGNORECASE)
_LOST = ("script", "style", "link", "gaps-in-formula", "gaps-nested")
_KEPT = ("attached", "audio")


def remarks_of(converters: Iterable[HtmlConverter], place: str) -> list[Remark]:
    """What the conversion of a note's texts has changed or lost."""
    return [
        Remark(
            Weight.LOST if key in _LOST else Weight.KEPT if key in _KEPT else Weight.CHANGED,
            key,
            place,
            converter.details.get(key, ""),
            count,
        )
        for converter in converters
        for key, count in converter.remarks.items()
    ]


def with_prompt(
    prompt: Sequence[str], parts: Sequence[tuple[PartName, str]]
) -> tuple[tuple[PartName, str], ...]:
    """The parts of a note with the blocks of its question that are no heading."""
    told = dict(parts)
    blocks = [*prompt, *filter(None, [told.pop(PartName.PROMPT, "")])]
    first = ((PartName.PROMPT, "\n\n".join(blocks)),) if blocks else ()
    return (*first, *told.items())


def kind_of(told: str, text: str) -> CardKind:
    """The kind of a card, from the name of its note type or kind, and from its text."""
    told = told.casefold()
    if GAP.search(text) and "basic" not in told:
        return CardKind.CLOZE
    return CardKind.REVERSE if "revers" in told or "反转" in told else CardKind.BASIC


def title_for(blocks: Sequence[str]) -> str:
    """A heading for a text with gaps that has several lines: its first words, without gaps."""
    if not blocks:
        return ""
    first = next((block for block in blocks if not block.startswith("```")), "")
    words = re.sub(r"\{\{\s*c\d+::(.*?)(?:::.*?)?\}\}", "…", first.split("\n")[0])
    # A cut could leave a mark without its partner.
    return re.sub(r"[`*\\\[\]|{}<>$~]", "", words).strip(" -#>")[:80].strip() or "…"
