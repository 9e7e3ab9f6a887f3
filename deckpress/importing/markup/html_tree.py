"""Reads any HTML into a small tree. What is active is not in it; it is counted.

HTML that never closes is closed at its end, and what is nested too deeply becomes flat, so that
the tree can be walked by functions that call themselves.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

DEEPEST = 40

# A tag as it should be. Any other `<` is text.
_TAG_OR_SIGN = re.compile(
    r"""<(?P<end>/)?(?P<name>[A-Za-z][A-Za-z0-9:-]*)(?P<rest>(?:[^<>"']|"[^"]*"|'[^']*')*+)>|<"""
)
_ATTRIBUTE = re.compile(r"""([^\s=/"']+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+)))?""")
_RAW = ("script", "style")

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
# Elements that are left out with all that is in them.
_DROPPED = frozenset(
    {"script", "style", "iframe", "object", "embed", "applet", "template", "head", "svg", "canvas"}
)
# Of these an author is told.
_ACTIVE = frozenset({"script", "iframe", "object", "embed", "applet", "svg", "canvas"})
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
    builder = _Builder()
    html = _without_comments(html)
    position = 0
    while match := _TAG_OR_SIGN.search(html, position):
        if position < match.start():
            builder.add_text(unescape(html[position : match.start()]))
        position = match.end()
        if not match["name"]:
            builder.add_text("<")
        elif match["end"]:
            builder.close(match["name"].lower(), match[0])
        else:
            name = match["name"].lower()
            builder.open(name, match[0], match["rest"])
            if name in _RAW:
                # What is in it is no HTML, so its quotes and signs mean nothing.
                position = _end_of_raw(html, name, position)
    if position < len(html):
        builder.add_text(unescape(html[position:]))
    return builder.root, builder.dropped


def _end_of_raw(html: str, name: str, start: int) -> int:
    found = re.compile(f"</{name}", re.IGNORECASE).search(html, start)
    return found.start() if found else len(html)


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


class _Builder:
    """Takes the tags and texts one after another."""

    def __init__(self) -> None:
        self.root = Element("", {})
        self.dropped: Counter[str] = Counter()
        self._open = [self.root]
        self._names: Counter[str] = Counter()
        self._skipped: list[str] = []

    def open(self, name: str, source: str, rest: str) -> None:
        """An opening tag, which is `source` as a whole; `rest` are its attributes."""
        if name not in _KNOWN and not self._skipped:
            if ":" not in name:  # an office program's, which holds text of its own
                self.add_text(source)
            return
        if name in _DROPPED:
            if not self._skipped and name in _ACTIVE:
                self.dropped["script"] += 1
            closed = name in _VOID or rest.rstrip().endswith("/")
            if not closed and (not self._skipped or self._skipped[0] == name):
                self._skipped.append(name)
            return
        if self._skipped:
            return
        attributes = _attributes(rest) if rest else {}
        if any(key.startswith("on") for key in attributes):
            self.dropped["handler"] += 1
        if name in BLOCKS:
            self._close_implied(name)
        element = Element(name, attributes)
        self._open[-1].children.append(element)
        if name not in _VOID and len(self._open) < DEEPEST:
            self._open.append(element)
            self._names[name] += 1

    def close(self, name: str, source: str) -> None:
        """A closing tag, which is `source` as a whole."""
        if self._skipped:
            if name == self._skipped[0]:
                self._skipped.pop()
        elif name not in _KNOWN:
            self.add_text("" if ":" in name else source)
        elif self._names[name]:
            while True:
                closed = self._open.pop()
                self._names[closed.name] -= 1
                if closed.name == name:
                    return

    def add_text(self, text: str) -> None:
        """A piece of text."""
        if text and not self._skipped:
            self._open[-1].children.append(text)

    def _close_implied(self, tag: str) -> None:
        if tag in BLOCKS and self._open[-1].name == "p":
            self.close("p", "")
        closed, barriers = _CLOSES.get(tag, (frozenset(), frozenset()))
        for element in reversed(self._open):
            if element.name in barriers:
                return
            if element.name in closed:
                self.close(element.name, "")
                if tag != "tr" or element.name == "tr":
                    return


def _attributes(source: str) -> dict[str, str]:
    return {
        name.lower(): unescape(double or single or bare)
        for name, double, single, bare in _ATTRIBUTE.findall(source)
    }
