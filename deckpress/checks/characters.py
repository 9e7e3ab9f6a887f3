"""Characters that cannot be printed or that hide something, and HTML tags, which become text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache

from deckpress.commonmark.document import parse
from deckpress.commonmark.html_blocks import PAIRED
from deckpress.commonmark.inline import parse_inline
from deckpress.commonmark.opaque import blank_spans
from deckpress.commonmark.safe_html import ELEMENTS
from deckpress.diagnostics import Diagnostic, finding
from deckpress.language.glyphs import unprintable
from deckpress.model import RawDeck, Span
from deckpress.reading.lines import split_lines
from deckpress.reading.prose import without_formulas
from deckpress.reading.texts import Field
from deckpress.reading.tokens import BOM

# HTML elements (WHATWG HTML, section 4), with the obsolete ones that people still write.
_ELEMENT_NAMES = """
a abbr address area article aside audio b base bdi bdo big blockquote body br button canvas
caption center cite code col colgroup data datalist dd del details dfn dialog div dl dt em embed
fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup
hr html i iframe img input ins kbd label legend li link main map mark marquee math menu meta
meter nav noscript object ol optgroup option output p param picture pre progress q rp rt ruby s
samp script search section select slot small source span strike strong style sub summary sup svg
table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr
"""
_ELEMENTS = frozenset(_ELEMENT_NAMES.split())
_TAG = re.compile(r"<!--|(?<!\\)</?(?P<name>[A-Za-z][A-Za-z0-9]*)(?=[\s/>])[^<>]*/?>")
_MAY_BE_TAG = re.compile(r"<!--|</?[A-Za-z]")
# The elements that a deck may have if they are closed.
_CLOSED = PAIRED | ELEMENTS.keys()
_HEADING = re.compile(r"^ {0,3}#{1,3}[ \t]", re.MULTILINE)  # of a section, a card or a part
# What is nothing without the element around it: an unclosed one is told alone.
_PARTS = {"details": ("summary",), "table": ("thead", "tbody", "tr", "th", "td")}
_OPENING = re.compile(r"<[A-Za-z]+(?:\s+open)?\s*>")
_GLUED = re.compile(r"[A-Za-z0-9_]")  # before it: as in `List<b>`
# Controls that reorder the text around them (Unicode Standard Annex 9), and invisible separators.
_HIDING = frozenset(
    "\u200b\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\u00ad\ufeff"
)


def check(field: Field) -> Iterator[Diagnostic]:
    """A finding for each HTML tag that is shown, and for each comment that is not closed."""
    if not _MAY_BE_TAG.search(field.source):
        return
    yield from _half_comments(field)
    last_closing = cache(lambda name: field.source.lower().rfind(f"</{name}>"))
    lone: set[str] = set()
    for match in _TAG.finditer(_without_safe_tags(field.source)):
        tag, span = match.group(), field.span(match.start(), len(match.group()))
        name = (match["name"] or "").lower()
        if not name:
            yield finding("D415", span)
        elif name in lone:
            continue
        elif (
            name in _CLOSED
            and _OPENING.fullmatch(tag)
            and last_closing(name) < match.start()
            and not _GLUED.match(field.source[max(0, match.start() - 1) : match.start()])
        ):
            lone.update(_PARTS.get(name, ()))
            yield finding("D417", span, tag=tag, closing=f"</{name}>")
        elif name in _ELEMENTS:
            yield finding("D602", span, tag=tag)


def _half_comments(field: Field) -> Iterator[Diagnostic]:
    """Comments that end where another one does, with headings between: those would be lost."""
    if field.source.count("<!--") < 2:
        return
    lines = field.source.split("\n")
    for token in parse(field.source).tokens:
        if token.type == "comment" and token.map:
            first, stop = token.map
            text = "\n".join(lines[first:stop])
            start = text.index("<!--")
            if "<!--" in text[start + 4 : text.index("-->", start + 2)] and _HEADING.search(text):
                end = field.text.at(stop - 1).line
                yield finding("D420", field.text.at(first, start + 1, 4), end=end)


def _without_safe_tags(source: str) -> str:
    """A text without its code, its formulas and the tags that are not shown as text."""
    document = parse(source)
    spans = [span for token in document.tokens for span in token.meta.get("tags", ())]
    for leaf in document.leaves():
        text = leaf.text
        if "<" in text:
            for token in parse_inline(text, {}):
                for start, stop in token.meta.get("tags", ()):
                    spans.append((leaf.offset(start), leaf.offset(stop - 1) + 1))
    return blank_spans(without_formulas(source), sorted(spans))


def check_deck(deck: RawDeck, has_glyph: Callable[[str], bool] | None) -> Iterator[Diagnostic]:
    """A finding for each character of a source that cannot be printed or that hides something.

    It is at the character's first place, with the number of all. `has_glyph` tells whether a
    character can be printed; if it is None, all can.
    """
    sections = deck.sections
    if not sections:
        return
    path = sections[0].heading.file
    yield from _characters(deck.source.decode("utf-8", "replace"), path, has_glyph)


def _characters(
    text: str, path: str, has_glyph: Callable[[str], bool] | None
) -> Iterator[Diagnostic]:
    text = text.removeprefix(BOM)
    present = sorted(set(text))
    hiding = [character for character in present if character in _HIDING]
    missing = [c for c in present if has_glyph is not None and unprintable(c, has_glyph)]
    for code, characters in (("D603", hiding), ("D601", missing)):
        for character in characters:
            if code == "D601" and _composed(text, character, has_glyph):
                continue
            span = _place(text, character, path)
            yield finding(code, span, name=_name(character), count=text.count(character))


def _composed(text: str, mark: str, has_glyph: Callable[[str], bool] | None) -> bool:
    """Whether a combining mark always combines with the character before it to a printable one."""
    if not unicodedata.combining(mark) or has_glyph is None:
        return False
    bases = {match.group() for match in re.finditer(f"[^{re.escape(mark)}]{re.escape(mark)}", text)}
    whole = [unicodedata.normalize("NFC", base) for base in bases]
    return bool(whole) and all(len(one) == 1 and has_glyph(one) for one in whole)


def _place(text: str, character: str, path: str) -> Span:
    before = split_lines(text[: text.index(character)] + "x")
    return Span(path, len(before), len(before[-1]))


def _name(character: str) -> str:
    name = unicodedata.name(character, "")
    shown = f" {character}" if character.isprintable() else ""
    return f"U+{ord(character):04X}{shown} {name}".strip()
