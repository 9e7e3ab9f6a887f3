"""HTML that is shown as text, written so that it does what it does on GitHub."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deckpress.commonmark.safe_html import ELEMENTS

# Elements that look like one of the list, and those that only change the look.
_TWINS = {
    "strike": "s",
    "ins": "u",
    "tt": "code",
    "samp": "code",
    "var": "i",
    "dfn": "i",
    "cite": "i",
}
_LOOKS = frozenset({"center", "font", "span", "small", "big", "nobr", "bdi"})
_TAG = re.compile(r"<(?P<slash>/?)(?P<name>[A-Za-z]+)(?P<attributes>(?:\s[^<>]*)?)/?>")
_ADDRESS = re.compile(r"\shref=(\"[^\"<>]*\"|'[^'<>]*')")
_IMAGE = re.compile(r"\s(src|alt|width|height)=(\"[^\"<>]*\"|'[^'<>]*')")


def plain_tags(line: str, start: int, stop: int) -> Iterator[tuple[int, int, str]]:
    """What becomes of the tag at ``line[start:stop]`` and of its partner: places and texts.

    Nothing if the tag is not well known, or has no partner on the line.
    """
    tag = _TAG.fullmatch(line, start, stop)
    if tag is None or tag["slash"] or line[max(0, start - 1) : start] == "`":
        return
    name = tag["name"].lower()
    if name == "br" and tag["attributes"].strip():
        yield start, stop, "<br>"
    elif name == "wbr":
        yield start, stop, ""
    elif name == "img":
        kept = _IMAGE.findall(tag["attributes"])
        if any(key == "src" for key, _ in kept):
            yield start, stop, "<img" + "".join(f" {k}={v}" for k, v in kept) + ">"
    elif close := _partner(line, name, stop):
        opening, closing = _written(name, tag["attributes"])
        if opening is not None:
            yield start, stop, opening
            yield close.start(), close.end(), closing


def _partner(line: str, name: str, start: int) -> re.Match[str] | None:
    depth = 1
    for match in _TAG.finditer(line, start):
        if match["name"].lower() == name:
            depth += -1 if match["slash"] else 1
            if not depth:
                return match
    return None


def _written(name: str, attributes: str) -> tuple[str | None, str]:
    """How the opening and the closing tag are written; None if nobody knows."""
    if name in _LOOKS:
        return "", ""
    if name == "a":
        address = _ADDRESS.search(attributes)
        return (f"<a href={address[1]}>", "</a>") if address else (None, "")
    twin = _TWINS.get(name, name if name in ELEMENTS else "")
    return (f"<{twin}>", f"</{twin}>") if twin else (None, "")
