"""The few HTML tags that people use in Markdown, where they come in pairs within a paragraph."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.rules_inline.state_inline import StateInline

# The elements that an author may write, and what they become.
ELEMENTS = {
    "b": "strong",
    "strong": "strong",
    "i": "em",
    "em": "em",
    "u": "u",
    "s": "del",
    "del": "del",
    "code": "code",
    "kbd": "kbd",
    "sub": "sub",
    "sup": "sup",
    "mark": "mark",
    "a": "a",
}
_OPENING = re.compile(
    r"<(?P<name>[A-Za-z]+)"
    r"(?P<attributes>(?:\s+[\w-]+=(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'=<>`]+(?<!/)))*)\s*/?>"
)
_TAG = re.compile(r"<(?P<slash>/?)(?P<name>[A-Za-z]+)(?:\s[^<>]*)?/?>")
_ATTRIBUTE = re.compile(r"([\w-]+)=(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+(?<!/)))")
_SIZE = re.compile(r"(\d{1,5})(?:px)?")


def html_tag(state: StateInline, silent: bool) -> bool:
    """An element of the list with what it holds, a line break, or an image of the deck."""
    match = _OPENING.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    name = match["name"].lower()
    attributes = {
        key.lower(): unescape(double or single or bare)
        for key, double, single, bare in _ATTRIBUTE.findall(match["attributes"])
    }
    if name == "br" and not attributes:
        if not silent:
            state.push("hardbreak", "br", 0).meta["tags"] = [match.span()]
        state.pos = match.end()
        return True
    if name == "img" and attributes.keys() <= {"src", "alt", "width", "height"}:
        return _image(state, match, attributes, silent)
    if name not in ELEMENTS or attributes.keys() != ({"href"} if name == "a" else set()):
        return False
    close = _closing(state, name, match.end())
    if close is None:
        return False
    if not silent:
        _push(state, name, attributes, match, close)
    state.pos = close[1]
    return True


def _push(
    state: StateInline,
    name: str,
    attributes: dict[str, str],
    match: re.Match[str],
    close: tuple[int, int],
) -> None:
    tags = [match.span(), close]
    if name == "code":
        token = state.push("code_inline", "code", 0)
        token.content, token.meta["tags"] = unescape(state.src[match.end() : close[0]]), tags
        return
    kind = "link" if name == "a" else "html"
    token = state.push(f"{kind}_open", ELEMENTS[name], 1)
    token.meta["tags"] = tags
    if name == "a":
        token.attrs = {"href": attributes["href"]}
        token.meta.update(span=(match.start(), close[1]), written=True)
    saved = state.posMax
    state.pos, state.posMax = match.end(), close[0]
    state.linkLevel += name == "a"
    state.md.inline.tokenize(state)
    state.linkLevel -= name == "a"
    state.posMax = saved
    state.push(f"{kind}_close", ELEMENTS[name], -1)


def _closing(state: StateInline, name: str, start: int) -> tuple[int, int] | None:
    """Where the closing tag of an element is whose opening tag ends at `start`."""
    known: dict[str, dict[int, tuple[int, int]]] = state.env.setdefault("tags", {})
    if state.src not in known:
        known[state.src] = _partners(state.src)
    close = known[state.src].get(start)
    return close if close and close[1] <= state.posMax else None


def _partners(text: str) -> dict[int, tuple[int, int]]:
    """The place of each closing tag, by the end of the opening tag to which it belongs.

    They are found in one pass: of many tags without a partner, each would be followed to the end.
    """
    found = {}
    opened: dict[str, list[int]] = {name: [] for name in ELEMENTS}
    for match in _TAG.finditer(text) if "</" in text else ():
        ends = opened.get(match["name"].lower())
        if ends is None:
            continue
        if not match["slash"]:
            ends.append(match.end())
        elif ends:
            found[ends.pop()] = match.span()
    return found


def _image(
    state: StateInline, match: re.Match[str], attributes: dict[str, str], silent: bool
) -> bool:
    sizes = {key: _SIZE.fullmatch(attributes.get(key, "")) for key in ("width", "height")}
    if "src" not in attributes:
        return False
    if not silent:
        token = state.push("image", "img", 0)
        token.attrs = {"src": attributes["src"]}
        token.content = attributes.get("alt", "")
        width, height = (int(size[1]) if size else None for size in sizes.values())
        token.meta.update(
            span=match.span(), written=True, tags=[match.span()], size=(width, height)
        )
    state.pos = match.end()
    return True
