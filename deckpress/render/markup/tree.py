"""Builds the tree of a field from its blocks and their inline syntax."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from markdown.util import ETX, STX
from markdown_it.common.normalize_url import normalizeLink

from deckpress.commonmark.document import parse
from deckpress.commonmark.inline import parse_inline
from deckpress.model import Picture
from deckpress.reading.fences import fence_of
from deckpress.reading.references import figure_path
from deckpress.render import formulas
from deckpress.render.markup.code import fence_html
from deckpress.render.markup.context import Context
from deckpress.render.markup.labels import words

if TYPE_CHECKING:
    from markdown_it.token import Token

CALLOUT = re.compile(
    r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][-+]?[ \t]*(?P<title>[^\n]*)(?:\n|$)", re.IGNORECASE
)
TASK = re.compile(r"\[([ xX])\](?:[ \t]+|$)")
# Every inline rule needs at least one of these.
_INLINE = re.compile(r"[`\\*_\[<&{$~\n@^=]|https?:|ftp:|www\.")
_DEEPEST = 50  # levels of inline elements; deeper ones are left out, and what they hold is kept


class TreeBuilder:
    """Builds the tree of one field. `stash` takes finished HTML and returns a mark for it."""

    def __init__(self, context: Context, stash: Callable[[str], str]) -> None:
        self._context = context
        self._stash = stash
        self._document = parse(context.text.source)
        self._footnotes: dict[str, list[str]] = {}  # the ids of the marks of each, in order
        self._texts: dict[str, Element] = {}

    def blocks(self) -> Element:
        """The tree of a field that may have blocks.

        Raises:
            RecursionError: they are nested too deeply.
        """
        if self._document.too_deep:
            raise RecursionError
        root = Element("div")
        self._build(root, self._document.tokens)
        if self._footnotes:
            self._add_footnotes(root)
        return root

    def line(self) -> Element:
        """The tree of a field that is a single line, such as a question."""
        root = Element("div")
        self._inline(SubElement(root, "p"), self._context.text.source.strip())
        return root

    # Blocks.

    def _build(self, root: Element, tokens: Iterable[Token]) -> None:
        stack = [root]
        task = callout = False
        for token in tokens:
            parent = stack[-1]
            kind = token.type
            if kind == "inline":
                content = token.content
                if task:
                    content = self._task(parent, stack, content)
                if callout:
                    content = self._callout(stack, content)
                    parent = stack[-1]
                self._inline(parent, content)
                task = callout = False
            elif kind == "paragraph_open":
                stack.append(parent if token.hidden else SubElement(parent, "p"))
            elif kind == "footnote_open":
                item = self._texts.setdefault(token.meta["name"], Element("li"))
                stack.append(Element("li") if len(item) else item)
            elif token.nesting == 1:
                stack.append(self._container(parent, token))
            elif token.nesting == -1:
                stack.pop()
            else:
                self._single(parent, token)
            if kind != "paragraph_open" and kind != "inline":
                task = kind == "list_item_open"
                callout = kind == "blockquote_open"

    def _container(self, parent: Element, token: Token) -> Element:
        tag = token.tag
        if token.type == "division_open":
            return parent
        if token.type == "details_open":
            return self._details(parent)
        if token.type == "summary_open":
            parent[0].text = None
            return parent[0]
        if token.type == "table_open":
            parent = SubElement(parent, "div", {"class": "table"})
        element = SubElement(parent, tag)
        if token.type == "ordered_list_open" and "start" in token.attrs:
            element.set("start", str(token.attrs["start"]))
        elif token.type in ("td_open", "th_open") and token.attrs:
            element.set("class", str(token.attrs["style"]).removeprefix("text-align:"))
        return element

    def _details(self, parent: Element) -> Element:
        """A titled block: on paper nobody can unfold it."""
        details = SubElement(parent, "div", {"class": "callout details"})
        title = SubElement(details, "p", {"class": "callout-title"})
        title.text = words(self._context.lang)["details"]
        return details

    def _single(self, parent: Element, token: Token) -> None:
        match token.type:
            case "hr":
                SubElement(parent, "hr")
            case "code_block":
                code = SubElement(SubElement(parent, "pre"), "code")
                code.text = _escaped(token.content)
            case "fence":
                fence = fence_of(token, self._document)
                if html := fence_html(fence, "\n".join(fence.body), self._context):
                    SubElement(parent, "p").text = self._stash(html)
            case "formula":
                self._formula(SubElement(parent, "p"), token.content, True)

    def _task(self, item: Element, stack: list[Element], content: str) -> str:
        """Give an item of a task list its box; the rest of `content` is returned."""
        match = TASK.match(content)
        if match is None:
            return content
        done = match[1] != " "
        holder = item if item.tag == "li" else stack[-2]
        holder.set("class", "task done" if done else "task")
        said = words(self._context.lang)["done" if done else "to-do"]
        SubElement(item, "span", {"class": "box", "role": "img", "aria-label": said})
        return content[match.end() :]

    def _callout(self, stack: list[Element], content: str) -> str:
        """Make a quote a callout if it begins as one; the rest of `content` is returned."""
        match = CALLOUT.match(content)
        if match is None:
            return content
        paragraph, quote = stack[-1], stack[-2]
        kind = match[1].lower()
        quote.tag = "div"
        quote.set("class", f"callout {kind}")
        title = Element("p", {"class": "callout-title"})
        if own := match["title"].strip():
            self._inline(title, own)
        else:
            title.text = words(self._context.lang)[kind]
        quote.insert(0, title)
        rest = content[match.end() :]
        if not rest.strip():
            quote.remove(paragraph)
        return rest

    # Inline syntax.

    def _inline(self, parent: Element, content: str) -> None:
        if not _INLINE.search(content):
            _add_text(parent, content)
            return
        context = self._context
        tokens = parse_inline(
            content,
            context.definitions,
            self._document.footnotes,
            gaps=context.gaps,
            titles=context.titles,
        )
        self._elements(parent, tokens)
        alone = parent.tag == "p" and len(tokens) == 1 and tokens[0].type == "image"
        if alone and parent[0].tag == "data":
            parent.tag = "div"
            parent.set("class", "figure")

    def _elements(self, parent: Element, tokens: Iterable[Token]) -> None:
        stack = [parent]
        for token in tokens:
            top = stack[-1]
            kind = token.type
            if kind in ("text", "text_special"):
                _add_text(top, token.content)
            elif kind == "softbreak":
                _add_text(top, "\n")
            elif token.nesting == 1:
                stack.append(self._inline_element(top, token) if len(stack) < _DEEPEST else top)
            elif token.nesting == -1:
                stack.pop()
            else:
                self._inline_single(top, token)

    def _inline_element(self, parent: Element, token: Token) -> Element:
        match token.type:
            case "link_open":
                return self._link(parent, token)
            case "gap_open":
                gap = SubElement(parent, "mark", {"data-gap": str(token.meta["number"])})
                if token.meta["hint"]:
                    gap.set("data-hint", _escaped(token.meta["hint"]))
                return gap
            case "s_open":
                return SubElement(parent, "del")
            case _:
                return SubElement(parent, token.tag)

    def _inline_single(self, parent: Element, token: Token) -> None:
        match token.type:
            case "code_inline":
                SubElement(parent, "code").text = _escaped(token.content)
            case "hardbreak":
                SubElement(parent, "br")
            case "formula":
                self._formula(parent, token.content, token.meta["display"])
            case "image":
                self._picture(parent, token)
            case "footnote_mark":
                self._footnote_mark(parent, token.meta["name"])

    def _formula(self, parent: Element, tex: str, display: bool) -> None:
        """Add the hole of a formula; if it cannot be drawn, the context gets a finding."""
        try:
            math = formulas.draw(tex.strip(), display=display)
        except formulas.FormulaError as error:
            place = self._context.locate(tex)
            self._context.report("D702", place, error.reason, **error.values)
            return
        SubElement(parent, "data", {"value": self._context.hole(math)})

    def _link(self, parent: Element, token: Token) -> Element:
        address = str(token.attrs.get("href", ""))
        link = SubElement(parent, "a")
        if address.startswith("#"):
            if address[1:] in self._context.targets:
                link.set("data-card", address[1:])
            return link
        link.set("href", _escaped(normalizeLink(address)))
        if title := token.attrs.get("title"):
            link.set("title", _escaped(str(title)))
        return link

    def _picture(self, parent: Element, token: Token) -> None:
        """Add the hole of a figure of the source, and for any other image its text alternative."""
        picture = self._context.pictures.get(figure_path(str(token.attrs.get("src", ""))))
        alt = _plain(token.children) if token.children else token.content
        if picture is None:
            SubElement(parent, "em").text = _escaped(alt)
            return
        width, height = _scaled(picture, *token.meta.get("size", (None, None)))
        shown = replace(picture, alt=alt, width=width, height=height)
        SubElement(parent, "data", {"value": self._context.hole(shown)})

    # Footnotes.

    def _footnote_mark(self, parent: Element, name: str) -> None:
        marks = self._footnotes.setdefault(name, [])
        again = "" if not marks else str(len(marks) + 1)
        identity = self._identity(f"fnref{again}", name)
        marks.append(identity)
        mark = SubElement(parent, "sup", {"id": identity})
        link = SubElement(mark, "a", {"href": f"#{self._identity('fn', name)}"})
        link.text = str(list(self._footnotes).index(name) + 1)

    def _add_footnotes(self, root: Element) -> None:
        block = SubElement(root, "div", {"class": "footnotes"})
        listed = SubElement(block, "ol")
        for name in self._footnotes:
            item = self._texts[name]
            item.set("id", self._identity("fn", name))
            listed.append(item)

    def _identity(self, kind: str, name: str) -> str:
        """An id such as ``fn-card-short-note``, unique among all fields."""
        safe = "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}" for c in name)
        return f"{kind}-{self._context.prefix}-{safe}"


def _escaped(text: str) -> str:
    """Text for Python-Markdown, which has marks of its own and keeps what looks like ``&lt;``."""
    if not text.isprintable():
        text = text.replace(STX, "").replace(ETX, "")
    return text.replace("&", "&amp;") if "&" in text else text


def _scaled(
    picture: Picture, width: int | None, height: int | None
) -> tuple[int | None, int | None]:
    """The size of a picture as its author wants it; what is not said follows from the rest."""
    if not (width or height):
        return picture.width, picture.height
    if picture.width and picture.height:
        ratio = picture.width / picture.height
        return width or round((height or 0) * ratio), height or round((width or 0) / ratio)
    return width, height


def _add_text(parent: Element, text: str) -> None:
    text = _escaped(text)
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _plain(tokens: Iterable[Token]) -> str:
    """The text of inline tokens without markup, as an image needs it."""
    parts = []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif token.type == "image":
            parts.append(_plain(token.children or ()))
        else:
            parts.append(token.content)
    return "".join(parts)
