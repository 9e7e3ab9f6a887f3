"""Blocks of a field: fences and display formulas taken out first, then lists, quotes and tables."""

from __future__ import annotations

import re
from typing import cast
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions.footnotes import NBSP_PLACEHOLDER
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import ETX, STX, AtomicString

from deckpress.reading.fences import Fence, find
from deckpress.reading.lines import columns
from deckpress.render import formulas
from deckpress.render.markup.code import fence_html
from deckpress.render.markup.context import Context
from deckpress.render.markup.labels import words

_DISPLAY = re.compile(r"^\$\$[ \t]*\n(.+?)\n\$\$[ \t]*$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"\n +")
_QUOTE = re.compile(r"[ \t]*>[ ]?")
_CALLOUT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|$)", re.IGNORECASE)
# What every inline pattern, Python-Markdown's and this project's, needs at least one of.
_INLINE = re.compile(r"[`\\*_\[<&{$~]|  \n|https?:")
_TASK = re.compile(r"\[([ xX])\](?:[ \t]+|$)")

# Elements in elements; a list in a list is two. Printing takes far more of the stack than reading,
# and its time grows much faster than the depth.
_DEEPEST = 50


class Engine(Markdown):
    """Python-Markdown with the surroundings of the field that it converts."""

    context: Context


class Own(Preprocessor):
    """Keeps the characters with which Python-Markdown marks its own places for itself."""

    def run(self, lines: list[str]) -> list[str]:
        return [line.replace(STX, "").replace(ETX, "") for line in lines]


class Fences(Preprocessor):
    """Puts finished HTML in the place of each fence and each display formula."""

    def run(self, lines: list[str]) -> list[str]:
        engine = cast(Engine, self.md)
        text = "\n".join(lines)
        for fence in reversed(find(text)):
            end = fence.line + len(fence.body) + 1 + fence.closed
            html = fence_html(fence, "\n".join(_body(fence)), engine.context)
            prefix = fence.prefix
            blank = prefix.rstrip() if ">" in prefix else ""
            held = self.md.htmlStash.store(html) if html else ""
            # Two blank lines would cut a footnote off, and one at a quote's end makes a paragraph.
            above = lines[fence.line - 1] if fence.line else ""
            first = [] if prefix.strip(" \t>") or not above.strip(" \t>") else [blank]
            last = [blank] if end < len(lines) and lines[end].strip(" \t>") else []
            lines[fence.line : end] = [*first, prefix + held, *last]
        # Tabs are code's own; outside it Markdown counts in columns.
        text = "\n".join(lines)
        if "$$" in text:
            text = _DISPLAY.sub(self._formula, text)
        return re.sub(r"(?<=\n) +\n", "\n", f"{text.expandtabs(4)}\n\n").split("\n")

    def _formula(self, match: re.Match[str]) -> str:
        context = cast(Engine, self.md).context
        return "\n" + self.md.htmlStash.store(formula_html(match.group(1), True, context)) + "\n"


def _body(fence: Fence) -> list[str]:
    """A fence's lines without the quote marks and the indentation that it stands in."""
    quotes = fence.prefix.count(">")
    indent = columns(fence.prefix.rpartition(">")[2].removeprefix(" ") if quotes else fence.prefix)
    kept = []
    for line in fence.body:
        for _ in range(quotes):
            line = _QUOTE.sub("", line, count=1)
        margin = len(line) - len(line.lstrip(" \t"))
        while margin and columns(line[:margin]) > indent:
            margin -= 1
        kept.append(line[margin:])
    return kept


def formula_html(tex: str, display: bool, context: Context) -> str:
    """The hole of a formula; nothing, and a finding, where it cannot be drawn."""
    try:
        math = formulas.draw(tex.strip(), display=display)
    except formulas.FormulaError as error:
        context.say("D702", context.where(tex), str(error))
        return ""
    return f'<data value="{context.hole(math)}"></data>'


class Shapes(Treeprocessor):
    """Before inline Markdown is read: callouts and task lists, which inline syntax would hide.

    And lines lose the indentation that they have for the eye, so that Chinese ones can be joined.
    """

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.text and "\n " in element.text and element.tag not in ("pre", "code"):
                element.text = _INDENTED.sub("\n", element.text)
        said = words(cast(Engine, self.md).context.lang)
        for quote in list(root.iter("blockquote")):
            first = quote[0] if len(quote) and quote[0].tag == "p" else None
            match = _CALLOUT.match(first.text or "") if first is not None else None
            if first is not None and match:
                kind = match.group(1).lower()
                quote.tag = "div"
                quote.set("class", f"callout {kind}")
                first.text = (first.text or "")[match.end() :]
                if not first.text.strip() and not len(first):
                    quote.remove(first)
                title = Element("p", {"class": "callout-title"})
                title.text = said[kind]
                quote.insert(0, title)
        for item in root.iter("li"):
            holder = item[0] if not (item.text or "").strip() and len(item) else item
            if holder is not item and holder.tag != "p":
                continue
            match = _TASK.match((holder.text or "").lstrip())
            if match:
                done = match.group(1) != " "
                item.set("class", "task done" if done else "task")
                attributes = {
                    "class": "box",
                    "role": "img",
                    "aria-label": said["done" if done else "to-do"],
                }
                box = Element("span", attributes)
                box.tail = (holder.text or "").lstrip()[match.end() :]
                holder.text = ""
                holder.insert(0, box)


class Untouched(Treeprocessor):
    """Keeps text without any inline syntax from all the patterns that would look for it."""

    def run(self, root: Element) -> None:
        for element in root.iter():
            if element.text and not _INLINE.search(element.text):
                element.text = AtomicString(element.text)
            if element.tail and not _INLINE.search(element.tail):
                element.tail = AtomicString(element.tail)


class Finish(Treeprocessor):
    """After inline Markdown: tables by class, figures, card links, footnotes with own ids.

    Raises:
        RecursionError: the field is nested too deeply to be printed.
    """

    def run(self, root: Element) -> None:
        if _too_deep(root):
            raise RecursionError
        context = cast(Engine, self.md).context
        parents = {child: parent for parent in root.iter() for child in parent}
        for element in list(root.iter()):
            match element.tag:
                case "table":
                    _wrap_table(element, parents[element])
                case "th" | "td" if align := element.attrib.pop("align", None):
                    element.set("class", align)
                case "a":
                    _link(element, context)
                case "img":
                    _picture(element, parents[element], context)
                case "div" if element.get("class") == "footnote":
                    _footnotes(element)
            if identity := element.attrib.get("id"):
                element.set("id", _own(identity, context))


def _too_deep(root: Element) -> bool:
    level = [root]
    for _ in range(_DEEPEST + 1):
        level = [child for element in level for child in element]
    return bool(level)


def _wrap_table(table: Element, parent: Element) -> None:
    wrapper = Element("div", {"class": "table"})
    wrapper.tail, table.tail = table.tail, None
    parent[list(parent).index(table)] = wrapper
    wrapper.append(table)
    for code in table.iter("code"):  # GFM 0.29, section 4.10: the only way to write a bar there
        code.text = AtomicString((code.text or "").replace("\\|", "|"))


def _link(link: Element, context: Context) -> None:
    address = link.get("href", "")
    link.attrib.pop("class", None)
    if address.startswith(("#fn:", "#fnref:")):
        link.set("href", "#" + _own(address[1:], context))
    elif address.startswith("#"):
        del link.attrib["href"]
        if address[1:] in context.targets:
            link.set("data-card", address[1:])


def _picture(image: Element, parent: Element, context: Context) -> None:
    """A figure of the source becomes a hole; any other picture becomes its text alternative."""
    picture = context.pictures.get(image.get("src", ""))
    alone = parent.tag == "p" and len(parent) == 1 and not (parent.text or "").strip()
    tail, alt = image.tail, image.get("alt", "")
    image.clear()
    image.tail = tail
    if picture is None:
        image.tag, image.text = "em", alt
        return
    image.tag = "data"
    shown = type(picture)(picture.asset, alt, picture.width, picture.height, picture.drawn)
    image.set("value", context.hole(shown))
    if alone and not (tail or "").strip():
        parent.tag = "div"
        parent.set("class", "figure")


def _footnotes(block: Element) -> None:
    block.set("class", "footnotes")
    for rule in block.findall("hr"):
        block.remove(rule)
    for paragraph in block.iter("p"):
        for link in paragraph.findall("a"):
            if link.get("class") == "footnote-backref" or link.get("href", "").startswith("#fnref"):
                last = paragraph[-2] if len(paragraph) > 1 else None
                if last is not None and last.tail:
                    last.tail = last.tail.removesuffix(NBSP_PLACEHOLDER)
                elif last is None and paragraph.text:
                    paragraph.text = paragraph.text.removesuffix(NBSP_PLACEHOLDER)
                paragraph.remove(link)


def _own(identity: str, context: Context) -> str:
    """``fn:note`` as an id that no other field has."""
    kind, _, name = identity.partition(":")
    safe = "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}" for c in name)
    return f"{kind}-{context.prefix}-{safe}"
