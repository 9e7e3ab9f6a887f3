"""Adds the ids that are missing from a source, and changes no other byte of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from hashlib import blake2b
from itertools import count

from deckpress.model import Span
from deckpress.reading.attributes import LONGEST_ID, Heading, split_heading, stray_attributes
from deckpress.reading.cloze import fill_gaps
from deckpress.reading.tokens import Token, TokenKind, scan

_LONGEST_SLUG = 40
_WORD = re.compile(r"[a-z0-9]+")


def assign_ids(text: str) -> tuple[str, int]:
    """The text of a source with an id for each section and card that had none, and their number.

    A new id consists of the ASCII words of the title, or of a hash of the title. Ids that exist are
    never changed. Headings without a title, or with attributes that cannot be read, are left to the
    author.
    """
    tokens = scan(text)
    headings = {
        index: split_heading(token.raw)
        for index, token in enumerate(tokens)
        if token.kind is TokenKind.HEADING and token.level <= 2
    }
    taken = {
        item.source[1:]
        for heading in headings.values()
        for item in heading.items
        if item.source.startswith("#")
    }
    counters: dict[str, Iterator[int]] = {}
    out = []
    stamped = 0
    for index, token in enumerate(tokens):
        heading = headings.get(index)
        if heading is None or not _needs_id(heading):
            out.append(token.raw)
            continue
        id = _new_id(heading.title, taken, counters)
        taken.add(id)
        stamped += 1
        out.append(_with_id(token, heading, id))
    return "".join(out), stamped


def _needs_id(heading: Heading) -> bool:
    return (
        bool(heading.title)
        and not any(item.source.startswith("#") for item in heading.items)
        and not stray_attributes(heading, lambda column, width: Span("", 1, column, width))
    )


def _with_id(token: Token, heading: Heading, id: str) -> str:
    line = token.raw
    if heading.braces:
        rest = line[heading.braces :]
        return f"{line[: heading.braces]}#{id}{'' if rest[:1].isspace() else ' '}{rest}"
    end = len(line.rstrip())
    return f"{line[:end]} {{#{id}}}{line[end:]}"


def _new_id(title: str, taken: set[str], counters: dict[str, Iterator[int]]) -> str:
    """An id that is not in `taken`: the title's words, else words and hash, else with a number.

    `counters` holds the next number for each combination of words and hash.
    """
    plain = unicodedata.normalize("NFKD", fill_gaps(title)).lower()
    slug = ""
    for word in _WORD.findall(plain):
        longer = f"{slug}-{word}" if slug else word[:_LONGEST_SLUG]
        if len(longer) > _LONGEST_SLUG:
            break
        slug = longer
    mark = blake2b(unicodedata.normalize("NFC", title).encode(), digest_size=4).hexdigest()
    base = f"{slug}-{mark}" if slug else f"q-{mark}"
    assert len(base) < LONGEST_ID - 10  # room for a number
    for candidate in (slug, base):
        if candidate and candidate not in taken:
            return candidate
    numbers = counters.setdefault(base, count(2))  # goes on where the last title like it stopped
    return next(id for number in numbers if (id := f"{base}-{number}") not in taken)
