"""Reads any HTML into a small tree. What is active is not in it; it is counted.

HTML that never closes is closed at its end, and what is nested too deeply becomes flat, so that
the tree can be walked by functions that call themselves.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

DEEPEST = 40

# A tag as it should be. Any other `<` is text: the parser of the library would look for the end of
# each, which takes the square of the time.
_TAG_OR_SIGN = re.compile(r"""</?[A-Za-z](?:[^<>"']|"[^"]*"|'[^']*')*+>|<""")

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
# Elements that are left out with all that is in them.
_DROPPED = frozenset(
    {"script", "style", "iframe", "object", "embed", "applet", "template", "head", "svg", "canvas"}
)
_ACTIVE = frozenset({"script", "iframe", "object", "embed", "applet"})
# An opening tag closes an open element of these names, if none of the others is in between.
_CLOSES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "tr": (frozenset({"tr", "td", "th"}), frozenset({"table"})),
    "td": (frozenset({"td", "th"}), frozenset({"table", "tr"})),
    "th": (frozenset({"td", "th"}), frozenset({"table", "tr"})),
}
BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "center", "details", "div", "dl", "dt"),
        *("dd", "fieldset", "figure", "figcaption", "footer", "form", "header", "hr", "li"),
        *("main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot"),
        *("th", "thead", "tr", "ul", "h1", "h2", "h3", "h4", "h5", "h6"),
    }
)

_INLINE = frozenset(
    {
        *("a", "abbr", "acronym", "audio", "b", "bdi", "bdo", "big", "blink", "button", "cite"),
        *("code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "label", "mark", "math"),
        *("meter", "nobr", "noscript", "output", "picture", "progress", "q", "rp", "rt", "ruby"),
        *("s", "samp", "select", "small", "span", "strike", "strong", "sub", "sup", "textarea"),
        *("time", "track", "tt", "u", "var", "video", "html", "body", "title", "hgroup", "search"),
        *("caption", "colgroup", "legend", "menu", "option", "optgroup", "marquee", "frame"),
        *("frameset", "map", "param", "slot", "dialog", "datalist", "x-math"),
    }
)
# Any other name in angle brackets is text, such as `List<String>`.
_KNOWN = BLOCKS | _INLINE | _VOID | _DROPPED


@dataclass(slots=True)
class Element:
    """An element with its children: elements and texts."""

    name: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    def elements(self) -> Iterator[Element]:
        """The children that are elements."""
        return (child for child in self.children if isinstance(child, Element))

    def walk(self) -> Iterator[Element]:
        """All elements below this one, in order."""
        for child in self.elements():
            yield child
            yield from child.walk()

    def text(self) -> str:
        """All the text in it, as it stands there."""
        return "".join(c if isinstance(c, str) else c.text() for c in self.children)


def parse(html: str) -> tuple[Element, Counter[str]]:
    """The tree of a piece of HTML, and how often each kind of active content was left out.

    The kinds are ``script``, for scripts and frames, and ``handler``, for attributes that are code.
    """
    reader = _Reader()
    reader.feed(_TAG_OR_SIGN.sub(_sign_as_text, _without_comments(html)))
    reader.close()
    return reader.root, reader.dropped


def _sign_as_text(match: re.Match[str]) -> str:
    return "&lt;" if match[0] == "<" else match[0]


def _without_comments(html: str) -> str:
    out = []
    position = 0
    while (start := html.find("<!--", position)) >= 0:
        stop = html.find("-->", start + 4)
        out.append(html[position:start])
        if stop < 0:
            return "".join(out)
        position = stop + 3
    return "".join(out) + html[position:]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.dropped: Counter[str] = Counter()
        self._open = [self.root]
        self._names: Counter[str] = Counter()
        self._skipped: list[str] = []

    def updatepos(self, i: int, j: int) -> int:
        """The library counts lines here; nobody asks for them."""
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _KNOWN and not self._skipped:
            if ":" not in tag:  # an office program's, which holds text of its own
                self.handle_data(self.get_starttag_text() or "")
            return
        if tag in _DROPPED:
            if not self._skipped and tag in _ACTIVE:
                self.dropped["script"] += 1
            if tag not in _VOID and (not self._skipped or self._skipped[0] == tag):
                self._skipped.append(tag)
            return
        if self._skipped:
            return
        attributes = {name: value or "" for name, value in attrs}
        if any(name.startswith("on") for name in attributes):
            self.dropped["handler"] += 1
        self._close_implied(tag)
        element = Element(tag, attributes)
        self._open[-1].children.append(element)
        if tag not in _VOID and len(self._open) < DEEPEST:
            self._open.append(element)
            self._names[tag] += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _KNOWN and not self._skipped:
            if ":" not in tag:
                self.handle_data(f"</{tag}>")
            return
        if self._skipped:
            if tag == self._skipped[0]:
                self._skipped.pop()
            return
        if self._names[tag]:
            while True:
                closed = self._open.pop()
                self._names[closed.name] -= 1
                if closed.name == tag:
                    return

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._open[-1].children.append(data)

    def _close_implied(self, tag: str) -> None:
        if tag in BLOCKS and self._open[-1].name == "p":
            self.handle_endtag("p")
        closed, barriers = _CLOSES.get(tag, (frozenset(), frozenset()))
        for element in reversed(self._open):
            if element.name in barriers:
                return
            if element.name in closed:
                self.handle_endtag(element.name)
                if tag != "tr" or element.name == "tr":
                    return
