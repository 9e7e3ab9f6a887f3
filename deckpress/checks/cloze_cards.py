"""Whether the gaps of a cloze card give themselves away, or leave open what is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from deckpress.commonmark.opaque import blank_spans
from deckpress.diagnostics import Diagnostic, finding
from deckpress.language.han import HAN
from deckpress.model import CardKind, PartName, RawCard, RawDeck, Text
from deckpress.reading.cloze import Gap, gaps
from deckpress.reading.texts import Field

# Shorter texts stand elsewhere by chance.
_LEAST_HAN, _LEAST_LATIN = 2, 3
_MARKS = re.compile(r"[*_`~\\]")
_WORD = re.compile(r"[0-9A-Za-z]")
_SENTENCE_ENDS = re.compile(r"[。！？!?]+|\.(?=\s)|\n[ \t]*\n")
# What joins the members of a list whose order means nothing.
_JOINT = re.compile(
    r"[ \t]*(?:[、，,/]|[、，,]?[ \t]*(?:和|与|及|以及|或|或者)|,?[ \t]+(?:and|or)(?=[ \t]))[ \t]*"
)


def check(deck: RawDeck) -> Iterator[Diagnostic]:
    """Findings about the gaps of the cloze cards that are not retired."""
    for card in deck.cards():
        if card.kind is CardKind.CLOZE and not card.retired:
            yield from _check_card(card)


def _check_card(card: RawCard) -> Iterator[Diagnostic]:
    heading = _in_clear(card.question.source, gaps(card.question.source).found)
    prompt = next((p.text.source for p in card.parts if p.name is PartName.PROMPT), "")
    yield from _gaps_in_prompt(card)
    texts = (card.question, card.short)
    numbers: dict[str, set[int]] = {}  # of the gaps that hide a text
    for text in texts:
        for gap in gaps(text.source).found:
            numbers.setdefault(_plain(gap.text), set()).add(gap.number)
    for text in texts:
        found = gaps(text.source).found
        if not found:
            continue
        field = Field(text)
        clear = _in_clear(text.source, found)
        for gap in found:
            beside = [_sentence(clear, field.prose, gap), gap.hint, prompt]
            if text is not card.question:
                beside.append(heading)
            # A gap of another number is open meanwhile.
            if len(numbers[_plain(gap.text)]) > 1:
                beside.append(gap.text)
            if any(_stands_in(gap.text, other) for other in beside):
                width = gap.outer - gap.inner
                yield finding("D336", field.span(gap.inner, width), text=gap.text.strip())
        yield from _check_neighbours(text, field, found)


def _gaps_in_prompt(card: RawCard) -> Iterator[Diagnostic]:
    """Gaps in the code of a prompt, which would be shown as they are written."""
    for part in card.parts:
        if part.name is PartName.PROMPT:
            for gap in gaps(part.text.source).found:
                if gap.in_code:
                    width = gap.inner - gap.start
                    yield finding("D308", Field(part.text).span(gap.start, width))


def _check_neighbours(text: Text, field: Field, found: Sequence[Gap]) -> Iterator[Diagnostic]:
    """One finding for each run of gaps that follow each other in a list."""
    reported = False
    for one, other in pairwise(found):
        alike = (
            one.number != other.number
            and not one.hint
            and not other.hint
            and _JOINT.fullmatch(text.source[one.end : other.start]) is not None
        )
        if alike and not reported:
            span = field.span(one.start, one.end - one.start)
            yield finding("D337", span, one=one.text.strip(), other=other.text.strip())
        reported = alike


def _in_clear(source: str, found: Sequence[Gap]) -> str:
    """The text with its gaps blanked out; the length stays the same."""
    return blank_spans(source, [(gap.start, gap.end) for gap in found])


def _sentence(clear: str, masked: str, gap: Gap) -> str:
    """The sentence in which a gap stands. `masked` has no code, whose marks end no sentence."""
    start, end = 0, len(clear)
    for mark in _SENTENCE_ENDS.finditer(masked):
        if mark.end() <= gap.start:
            start = mark.end()
        elif mark.start() >= gap.end:
            end = mark.start()
            break
    return clear[start:end]


def _plain(text: str) -> str:
    return _MARKS.sub("", text).strip().casefold()


def _stands_in(hidden: str, shown: str) -> bool:
    """Whether a hidden text can be read in another one, as a word or words of its own."""
    wanted = _plain(hidden)
    han = sum(len(run) for run in HAN.findall(wanted))
    latin = len(_WORD.findall(wanted))
    if han < _LEAST_HAN and (han or latin < _LEAST_LATIN or wanted.isdigit()):
        return False
    before = r"(?<![0-9a-z])" if _WORD.match(wanted[0]) else ""
    after = r"(?![0-9a-z])" if _WORD.match(wanted[-1]) else ""
    return re.search(before + re.escape(wanted) + after, _plain(shown)) is not None
