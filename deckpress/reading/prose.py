"""Blanks out the code of a text, so that rules about prose never look into code."""

from __future__ import annotations

from functools import lru_cache

from deckpress.commonmark.document import Document, Leaf, parse
from deckpress.commonmark.opaque import FILLER, blank_spans, code_and_comments

__all__ = ["FILLER", "prose", "without_code_blocks", "without_formulas"]

_CODE = frozenset({"fence", "code_block", "comment"})


@lru_cache(maxsize=4096)
def prose(text: str) -> str:
    """`text` with its code blocks, code spans and comments replaced by `FILLER`.

    The length and the line ends stay the same, so every offset does too.
    """
    return _masked(text, formulas=False)


@lru_cache(maxsize=1024)
def without_formulas(text: str) -> str:
    """`text` as in `prose`, with its formulas replaced by `FILLER` too."""
    return _masked(text, formulas=True) if "$" in text or "\\[" in text else prose(text)


def without_code_blocks(text: str) -> str:
    """`text` without the lines of its code blocks and comments."""
    if not any(mark in text for mark in ("```", "~~~", "<!--", "    ", "\t")):
        return text
    document = parse(text)
    lines = text.split("\n")
    for token in reversed(document.tokens):
        if token.type in _CODE and token.map:
            del lines[token.map[0] : token.map[1]]
    return "\n".join(lines)


def _masked(text: str, *, formulas: bool) -> str:
    if not any(mark in text for mark in ("`", "~~~", "<!--", "$", "    ", "\t")):
        return text
    document = parse(text)
    spans = list(_blocks(document, formulas=formulas))
    for leaf in document.leaves():
        spans += _in_leaf(leaf, formulas=formulas)
    return blank_spans(text, sorted(spans))


def _blocks(document: Document, *, formulas: bool) -> list[tuple[int, int]]:
    """The places of blocks that are no prose: code, comments and formulas."""
    kinds = _CODE | {"formula"} if formulas else _CODE
    found = []
    starts: list[int] = []
    for token in document.tokens:
        if token.type in kinds and token.map:
            starts = starts or document.line_starts()
            found.append((starts[token.map[0]], starts[token.map[1]] - 1))
    return found


def _in_leaf(leaf: Leaf, *, formulas: bool) -> list[tuple[int, int]]:
    text = leaf.text
    if not any(mark in text for mark in ("`", "<!--", "$")):
        return []
    found = []
    number = position = 0  # the first row that a span may touch, and where it begins in `text`
    for start, stop in code_and_comments(text, formulas=formulas):
        while position + len(leaf.rows[number][1]) < start:
            position += len(leaf.rows[number][1]) + 1
            number += 1
        # A span may go over several lines, each with marks of a quote or a list before it.
        begin = position
        for index in range(number, len(leaf.rows)):
            at, row = leaf.rows[index]
            first, last = max(start, begin), min(stop, begin + len(row))
            if first < last:
                found.append((at + first - begin, at + last - begin))
            begin += len(row) + 1
            if begin >= stop:
                break
    return found
