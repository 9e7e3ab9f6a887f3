"""Makes Anki's gaps fit for a deck: none inside another, none over a blank line."""

from __future__ import annotations

import re
from collections import Counter

_MARK = re.compile(r"\{\{\s*[cC](\d{1,3})(?:,\d+)*::|\}\}")


def mend_gaps(blocks: list[str]) -> tuple[list[str], Counter[str]]:
    """The blocks with their gaps mended, and what was done: ``gaps-nested``, ``gap-long``.

    Blocks that one gap reaches over become one. The inner of two gaps is dropped.
    """
    told: Counter[str] = Counter()
    out: list[str] = []
    depth = 0
    for block in blocks:
        inside = depth > 0
        mended, depth, nested = _mend(block, depth)
        if nested:
            told["gaps-nested"] += nested
        if inside and out:
            told["gap-long"] += 1
            out[-1] += "  \n" + mended
        else:
            out.append(mended)
    return out, told


def _mend(text: str, depth: int) -> tuple[str, int, int]:
    """A text without gaps inside gaps, how many are open at its end, and how many were dropped."""
    pieces: list[str] = []
    position = nested = 0
    for match in _MARK.finditer(text):
        pieces.append(text[position : match.start()])
        position = match.end()
        if match[1]:
            depth += 1
            if depth == 1:
                pieces.append(f"{{{{c{int(match[1])}::")
            else:
                nested += 1
        elif depth > 1:
            depth -= 1
        else:
            depth = 0
            pieces.append(match[0])
    pieces.append(text[position:])
    return "".join(pieces), depth, nested
