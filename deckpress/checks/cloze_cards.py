"""Whether the gaps of a cloze card give themselves away, or leave open what is asked."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import itemgetter

from deckpress.commonmark.opaque import blank_spans
from deckpress.diagnostics import Diagnostic, finding
from deckpress.language.han import HAN
from deckpress.model import CardKind, PartName, RawCard, RawDeck, Text
from deckpress.reading.cloze import Gap, gaps
from deckpress.reading.texts import Field

# Shorter texts stand elsewhere by chance.
_LEAST_HAN, _LEAST_LATIN = 2, 3
# Characters on either side of a gap, beyond which nobody reads on to find what it hides; and of a
# prompt. Without an end, many gaps in one sentence would take the square of the time.
_NEAR, _LONGEST_PROMPT = 500, 5_000
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
    heading = _plain(_in_clear(card.question.source, gaps(card.question.source).found))
    prompts = (p.text.source for p in card.parts if p.name is PartName.PROMPT)
    prompt = _plain(next(prompts, "")[:_LONGEST_PROMPT])
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
        ends = [mark.span() for mark in _SENTENCE_ENDS.finditer(field.prose)]
        for gap in found:
            beside = [_plain(_sentence(clear, ends, gap)), _plain(gap.hint), prompt]
            if text is not card.question:
                beside.append(heading)
            # A gap of another number is open meanwhile.
            if len(numbers[_plain(gap.text)]) > 1:
                beside.append(_plain(gap.text))
            if any(_stands_in(_plain(gap.text), other) for other in beside):
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


def _sentence(clear: str, ends: Sequence[tuple[int, int]], gap: Gap) -> str:
    """The sentence in which a gap stands, or of a long one what is near the gap.

    `ends` are the places of the marks that end sentences.
    """
    before = bisect_right(ends, gap.start, key=itemgetter(1))
    after = bisect_left(ends, gap.end, before, key=itemgetter(0))
    start = ends[before - 1][1] if before else 0
    end = ends[after][0] if after < len(ends) else len(clear)
    return clear[max(start, gap.start - _NEAR) : min(end, gap.end + _NEAR)]


def _plain(text: str) -> str:
    return _MARKS.sub("", text).strip().casefold()


def _stands_in(wanted: str, shown: str) -> bool:
    """Whether a hidden text can be read in another one, as a word or words of its own."""
    if wanted not in shown:
        return False
    han = sum(len(run) for run in HAN.findall(wanted))
    latin = len(_WORD.findall(wanted))
    if han < _LEAST_HAN and (han or latin < _LEAST_LATIN or wanted.isdigit()):
        return False
    before = r"(?<![0-9a-z])" if _WORD.match(wanted[0]) else ""
    after = r"(?![0-9a-z])" if _WORD.match(wanted[-1]) else ""
    return re.search(before + re.escape(wanted) + after, shown) is not None
