"""Sets up Python-Markdown: its tree, its serializer and its stash, with our parser for the text."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import cast
from xml.etree.ElementTree import Element, ElementTree

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.treeprocessors import PrettifyTreeprocessor
from markdown.util import Registry

from deckpress.render.markup.context import Context
from deckpress.render.markup.tree import TreeBuilder


def convert(context: Context, *, block: bool) -> str:
    """The HTML of a field, not yet sanitised, with ``<data>`` and ``<mark>`` in place of holes.

    `block` tells whether it may have blocks, or is a single line. An author cannot write these
    elements: raw HTML becomes text, and attributes cannot be set.

    Raises:
        RecursionError: the field is nested too deeply.
    """
    engine = _engine()
    engine.reset()
    engine.context = context
    engine.block = block
    return engine.convert(context.text.source)


class _Engine(Markdown):
    """Python-Markdown with the context of the field that it converts."""

    context: Context
    block: bool


class _Parser(BlockParser):
    """Parses with the parser that the reader and the checks use, too."""

    def parseDocument(self, lines: Iterable[str]) -> ElementTree:  # noqa: N802
        engine = cast(_Engine, self.md)
        builder = TreeBuilder(engine.context, engine.htmlStash.store)
        return ElementTree(builder.blocks() if engine.block else builder.line())


class _LineBreaks(PrettifyTreeprocessor):
    """Puts each block on a line of its own. Code keeps its white space."""

    def run(self, root: Element) -> None:
        self._prettifyETree(root)  # type: ignore[attr-defined]
        for element in root.iter():
            if element.tag == "br":
                element.tail = f"\n{element.tail or ''}"
            elif element.tag == "div" and element.get("class") == "table":
                element.text = element[0].tail = None


@cache
def _engine() -> _Engine:
    engine = _Engine(output_format="html")
    engine.parser = _Parser(engine)
    engine.preprocessors = Registry()
    engine.treeprocessors = Registry()
    engine.treeprocessors.register(_LineBreaks(engine), "line_breaks", 10)
    return engine
