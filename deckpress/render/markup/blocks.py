"""The blocks of a field: fences and display formulas, then callouts, task lists and tables."""

from __future__ import annotations

import re
from typing import cast
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions.footnotes import NBSP_PLACEHOLDER
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import ETX, STX, AtomicString

from deckpress.reading.fences import Fence, find_fences
from deckpress.reading.lines import columns
from deckpress.render import formulas
from deckpress.render.markup.code import fence_html
from deckpress.render.markup.context import Context
from deckpress.render.markup.labels import words

_DISPLAY = re.compile(r"^\$\$[ \t]*\n(.+?)\n\$\$[ \t]*$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"\n +")
_QUOTE = re.compile(r"[ \t]*>[ ]?")
_CALLOUT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|$)", re.IGNORECASE)
# Every inline pattern, of Python-Markdown and of this project, needs at least one of these.
_INLINE = re.compile(r"[`\\*_\[<&{$~]|  \n|https?:")
_TASK = re.compile(r"\[([ xX])\](?:[ \t]+|$)")

# Levels of nested elements; a list in a list makes two. Printing needs far more of the stack than
# reading does, and its time grows much faster than the depth.
_DEEPEST = 50


class Engine(Markdown):
    """Python-Markdown with the context of the field that it converts."""

    context: Context


class ReservedCharacters(Preprocessor):
    """Removes the characters that Python-Markdown uses as marks of its own."""

    def run(self, lines: list[str]) -> list[str]:
        """`lines` without these characters."""
        return [line.replace(STX, "").replace(ETX, "") for line in lines]


class Fences(Preprocessor):
    """Replaces each fence and each display formula by finished HTML."""

    def run(self, lines: list[str]) -> list[str]:
        """`lines` with placeholders for that HTML, and without tabs."""
        engine = cast(Engine, self.md)
        text = "\n".join(lines)
        for fence in reversed(find_fences(text)):
            end = fence.line + len(fence.body) + 1 + fence.closed
            html = fence_html(fence, "\n".join(_body(fence)), engine.context)
            prefix = fence.prefix
            blank = prefix.rstrip() if ">" in prefix else ""
            held = self.md.htmlStash.store(html) if html else ""
            # Two blank lines would end a footnote, and one at a quote's end would add a paragraph.
            above = lines[fence.line - 1] if fence.line else ""
            first = [] if prefix.strip(" \t>") or not above.strip(" \t>") else [blank]
            last = [blank] if end < len(lines) and lines[end].strip(" \t>") else []
            lines[fence.line : end] = [*first, prefix + held, *last]
        # Only code keeps its tabs; outside it Markdown counts columns.
        text = "\n".join(lines)
        if "$$" in text:
            text = _DISPLAY.sub(self._formula, text)
        return re.sub(r"(?<=\n) +\n", "\n", f"{text.expandtabs(4)}\n\n").split("\n")

    def _formula(self, match: re.Match[str]) -> str:
        context = cast(Engine, self.md).context
        return "\n" + self.md.htmlStash.store(formula_html(match.group(1), True, context)) + "\n"


def _body(fence: Fence) -> list[str]:
    """The lines of a fence without the quote marks and the indentation around it."""
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
    """The HTML that marks the hole of a formula.

    If the formula cannot be drawn, it is empty and the context gets a finding.
    """
    try:
        math = formulas.draw(tex.strip(), display=display)
    except formulas.FormulaError as error:
        context.report("D702", context.locate(tex), str(error))
        return ""
    return f'<data value="{context.hole(math)}"></data>'


class CalloutsAndTasks(Treeprocessor):
    """Makes callouts and task lists. It runs first, because inline syntax would hide their marks.

    It also removes the indentation of lines in a paragraph, so that Chinese lines can be joined.
    """

    def run(self, root: Element) -> None:
        """Change the tree below `root`."""
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


class PlainText(Treeprocessor):
    """Excludes text without inline syntax from the search for it, to save time."""

    def run(self, root: Element) -> None:
        """Change the tree below `root`."""
        for element in root.iter():
            if element.text and not _INLINE.search(element.text):
                element.text = AtomicString(element.text)
            if element.tail and not _INLINE.search(element.tail):
                element.tail = AtomicString(element.tail)


class Finish(Treeprocessor):
    """Finishes the tree after inline Markdown: tables, figures, card links, ids of footnotes."""

    def run(self, root: Element) -> None:
        """Change the tree below `root`.

        Raises:
            RecursionError: the field is nested too deeply to be printed.
        """
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
                element.set("id", _unique_id(identity, context))


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
        link.set("href", "#" + _unique_id(address[1:], context))
    elif address.startswith("#"):
        del link.attrib["href"]
        if address[1:] in context.targets:
            link.set("data-card", address[1:])


def _picture(image: Element, parent: Element, context: Context) -> None:
    """Turn a figure of the source into a hole, and any other image into its text alternative."""
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


def _unique_id(identity: str, context: Context) -> str:
    """An id such as ``fn:note`` made unique among all fields."""
    kind, _, name = identity.partition(":")
    safe = "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}" for c in name)
    return f"{kind}-{context.prefix}-{safe}"
