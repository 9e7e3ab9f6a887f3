"""What the three outputs show of a deck, and what they must never hold, read with other tools."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pdfminer.pdftypes import PDFObjRef, PDFStream, resolve1
from playwright.sync_api import Page

from deckpress.model import Card, Math
from tests.exporters.learner import Learner
from tests.exporters.pdf_reading import document, fields

# Everything that the templates and the renderer write: elements, and attributes of elements. No
# attack may add to it.
_ELEMENTS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "div", "pre", "code"),
    *("ol", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "a", "img", "span", "b"),
    *("del", "em", "mark", "strong", "sup", "article", "section", "header", "footer"),
    *("details", "summary"),
}
_ATTRIBUTES = {
    *("class", "id", "a href", "a rel", "a title", "img src", "img alt", "img width"),
    *("ol start", "span role", "span aria-label", "details open"),
}
PAGE = (
    _ELEMENTS
    | _ATTRIBUTES
    | {
        *("body", "main", "aside", "nav", "button", "fieldset", "legend", "label", "input"),
        *("select", "select data-filter", "option", "option value", "button hidden"),
        *("article data-pinyin", "article data-order"),
        *("a data-section", "a target", "details data-of", "section style", "summary aria-label"),
        # The study view, the same on every page.
        *(
            "button aria-pressed",
            "button data-view",
            "button disabled",
            "button value",
            "caption",
            "dd",
            "details data-view",
            "h2 tabindex",
            "dialog",
            "dialog aria-label",
            "div data-view",
            "dl",
            "dt",
            "input accept",
            "input data-filter",
            "input inputmode",
            "input max",
            "input min",
            "kbd",
            "main tabindex",
            "mark data-gap",
            "mark data-hint",
            "p data-view",
            "progress",
            "progress aria-label",
            "progress data-view",
            "progress max",
            "progress value",
            "svg aria-hidden",
            "text",
            "text x",
            "text y",
            "th scope",
        ),
        *("svg", "g", "path", "rect", "template"),
        *("a aria-label", "a aria-current", "a data-number", "h2 data-number"),
        *("article data-kind", "article data-section"),
        *("article data-topics", "article data-level", "article data-tier", "aside aria-label"),
        *("button type", "button popovertarget", "button data-unfold", "button aria-label"),
        *("button data-done", "div role", "div hidden", "div popover", "div tabindex"),
        *("div aria-label", "div data-lang", "img height", "label for", "nav aria-label"),
        *("input type", "input placeholder", "input autocomplete", "input enterkeyhint"),
        *("input name", "input value", "p role", "p data-found", "p data-none", "pre tabindex"),
        *("section aria-labelledby", "svg role", "svg aria-label", "svg xmlns", "svg width"),
        *("svg height", "svg viewBox", "svg fill", "path d", "path fill", "rect fill"),
        *("rect x", "rect y", "rect width", "rect height", "g fill"),
    }
)
ANKI = (
    _ELEMENTS
    | _ATTRIBUTES
    | {"article lang", "span data-cloze", "span data-ordinal", "div data-ordinal"}
    | {"label", "input", "input type", "input name"}
)

# The names of all elements and attributes in an element, and each address in it.
_WALK = """roots => {
  const found = new Set(), addresses = new Set();
  for (const root of roots)
    for (const element of [root, ...root.querySelectorAll('*')]) {
      found.add(element.localName);
      for (const name of element.getAttributeNames()) {
        found.add(name === 'class' || name === 'id' ? name : element.localName + ' ' + name);
        if (/href|src|action|data$|ping|poster|background/i.test(name))
          addresses.add(element.getAttribute(name));
      }
    }
  return [[...found], [...addresses]];
}"""
_ADDRESS = re.compile(r"https?:|mailto:|#|data:image/|[\w.-]+\Z")

_PDF_ACTIVE = {
    *("JS", "JavaScript", "AA", "OpenAction", "Launch", "GoToR", "GoToE", "ImportData"),
    *("SubmitForm", "RichMedia", "EmbeddedFiles", "EmbeddedFile", "EF", "XFA", "AcroForm"),
    *("Movie", "Sound", "Rendition", "Hide", "Named"),
}
# The part of an A4 page, in points, that holds the cards and not what runs above and below.
_BODY = ("-x", "0", "-y", "40", "-W", "595", "-H", "768")


def bare(text: str) -> str:
    """`text` as compared: no white space, no invisible characters, one form a character."""
    text = unicodedata.normalize("NFKC", text)
    return "".join(
        c for c in text if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"}
    )


def printed(pdf: bytes, folder: Path) -> str:
    """The text of a PDF's cards and contents, bare, as Poppler reads it."""
    file = folder / "printed.pdf"
    file.write_bytes(pdf)
    read = subprocess.run(
        ["pdftotext", "-raw", "-nopgbrk", *_BODY, file, "-"],
        check=True,
        capture_output=True,
        text=True,
    )
    return bare(read.stdout)


def sides(learner: Learner) -> dict[str, str]:
    """Both sides of every card of a collection as Anki renders them, by the card's id."""
    found: dict[str, str] = {}
    for card in learner.cards():
        output = card.render_output(reload=True, browser=False)
        identity = Learner.id(card)
        both = f"{output.question_text}\n{output.answer_text}"
        found[identity] = found.get(identity, "") + both
    return found


def strange(page: Page, selector: str, known: set[str]) -> set[str]:
    """The elements and attributes in `selector` that are not `known`, and addresses that lead to
    anything but a site, a mailbox, a place in the page or a picture in it.
    """
    roots = page.evaluate_handle(f"[...document.querySelectorAll({selector!r})]")
    found, addresses = page.evaluate(_WALK, roots)
    assert len(found) > 10
    return set(found) - known | {address for address in addresses if not _ADDRESS.match(address)}


def pdf_keys(pdf: bytes) -> set[str]:
    """The names, keys and values alike, that would make a reader of the PDF act."""
    parsed = document(pdf)
    names: set[str] = set()
    for xref in parsed.xrefs:
        for number in xref.get_objids():
            names.update(_names(parsed.getobj(number)))
    names.update(_names(parsed.catalog))
    return names & _PDF_ACTIVE


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, PDFObjRef):
        return  # every object is looked at on its own
    if isinstance(value, PDFStream):
        value = value.attrs
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _names(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _names(item)
    elif name := getattr(value, "name", None):
        yield name.decode("latin-1") if isinstance(name, bytes) else str(name)


def pdf_addresses(pdf: bytes) -> set[str]:
    """Every address that an action of the PDF leads to."""
    parsed = document(pdf)
    found = set()
    for xref in parsed.xrefs:
        for number in xref.get_objids():
            value = resolve1(parsed.getobj(number))
            action = resolve1(value.get("A")) if isinstance(value, dict) else None
            if isinstance(action, dict) and "URI" in action:
                found.add(action["URI"].decode("latin-1"))
    return found


def formulas(cards: Iterable[Card]) -> set[str]:
    """The TeX of every formula of these cards."""
    return {
        piece.tex
        for card in cards
        for html in fields(card)
        for piece in html
        if isinstance(piece, Math)
    }
