"""The examples of the specifications of CommonMark and GFM, from a source to a note's field.

An example counts if it has no raw HTML, no headings and no images: in a deck the first is text, the
second make sections and cards, and the third have to lie in a folder. Where ours differs on purpose
is in `DEPARTURES` and in docs/source-format.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from deckpress.reading.disk.files import LoadedSource
from deckpress.reading.reader import read
from deckpress.render.renderer import render
from exporters.anki import note_types
from exporters.anki.note_fields import NoteFiller

FIXTURES = Path(__file__).parents[2] / "fixtures" / "commonmark"
FRONT = "---\ntitle: T\nlang: en\nkey: t\nanki_deck: T\n---\n\n# S {#s}\n\n## Q {#q}\n\n"
EXAMPLE = re.compile(r"^(`{32}) example.*\n([\s\S]*?)^\.\n([\s\S]*?)^\1$", re.MULTILINE)
SECTION = re.compile(r"^#{1,6} +(.*)$", re.MULTILINE)
_ALLOWED = ("p", "em", "strong", "a", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "br")


@dataclass(frozen=True)
class Example:
    number: int
    section: str
    markdown: str
    html: str

    @property
    def applies(self) -> bool:
        tags = re.findall(r"<[/!?]?([A-Za-z0-9-]*)", self.html)
        sections = ("HTML blocks", "Raw HTML", "Images", "ATX headings", "Setext headings")
        return set(tags) <= set(_ALLOWED) and self.section not in sections


@cache
def examples(name: str) -> tuple[Example, ...]:
    text = (FIXTURES / name).read_text("utf-8").partition("<!-- END TESTS -->")[0]
    found = []
    for number, match in enumerate(EXAMPLE.finditer(text), 1):
        section = EXAMPLE.sub("", text[: match.start()])
        heading = SECTION.findall(section)[-1]
        source, html = (part.replace("→", "\t") for part in (match[2], match[3]))
        found.append(Example(number, heading, source, html))
    return tuple(found)


def field(markdown: str) -> str:
    """The field of a note with the short answer of a card that has only this text."""
    text = FRONT + markdown
    loaded = LoadedSource("deck", "deck.md", text.encode(), text, {}, ())
    raw, _ = read(loaded)
    deck, _ = render(raw)
    (card,) = deck.cards()
    values = dict(zip(note_types.FIELDS, NoteFiller(deck.meta, {}).fields(card, "S"), strict=True))
    return values["Short"]


class _Canonical(HTMLParser):
    """HTML as a list of tags and texts, without what is ours: spans, labels, places of links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("span", "div"):
            if ("class", "box") in attrs:
                self.out.append("[x] " if ("aria-label", "done") in attrs else "[ ] ")
            return
        self.pre += tag == "pre"
        kept = []
        for name, value in attrs:
            value = value or ""
            if name == "class" and tag == "code":
                value = re.sub("^language-|^lang-", "", value)
                if value:
                    kept.append(f"class={value}")
            elif name == "href" and re.match(r"https?://|mailto:", value, re.IGNORECASE):
                kept.append(f"href={value}")
            elif tag in ("td", "th") and name in ("align", "class"):
                kept.append(f"align={value}")
            elif name in ("title", "start"):
                kept.append(f"{name}={value}")
        self.out.append(f"<{' '.join([tag, *kept])}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("span", "div"):
            return
        self.pre -= tag == "pre"
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.out.append(data if self.pre else re.sub(r"\s+", " ", data))


def canonical(html: str) -> str:
    parser = _Canonical()
    parser.feed(html)
    parser.close()
    text = "".join(parser.out)
    text = re.sub(
        r"\s*(</?(?:p|ul|ol|li|blockquote|hr|pre|br|table|t[a-z]+)(?: [^>]*)?>)\s*", r"\1", text
    )
    # A note's code ends without the line end.
    return re.sub(r"\n+</code>", "</code>", text).strip()


def differing(name: str) -> dict[int, tuple[str, str]]:
    found = {}
    for example in examples(name):
        if example.applies or name != "spec.txt":
            ours, theirs = canonical(field(example.markdown)), canonical(example.html)
            if ours != theirs:
                found[example.number] = (ours, theirs)
    return found


# The examples that come out otherwise on purpose, with the reason.
DEPARTURES = {
    **dict.fromkeys((21, 31, 344, 476, 477, 642, 643), "raw HTML is text"),
    **dict.fromkeys((602, 608, 611, 612), "a bare address is a link, as in GFM"),
    118: "white space at the end of a field is left out",
    144: "the name of a language has letters, digits and -_+ only",
}


def test_the_specification_comes_through_but_for_what_is_listed() -> None:
    counted = [example for example in examples("spec.txt") if example.applies]
    assert len(counted) == 496
    assert set(differing("spec.txt")) == set(DEPARTURES)
    assert len(DEPARTURES) <= 0.03 * len(counted)


def test_the_extensions_of_github_come_through() -> None:
    assert len(examples("gfm.txt")) == 27
    assert differing("gfm.txt") == {}
