"""The two engines of a process: one for blocks, one for a single line."""

from __future__ import annotations

import re
import string
from functools import cache
from xml.etree.ElementTree import Element

from markdown.blockparser import BlockParser
from markdown.blockprocessors import (
    BlockProcessor,
    BlockQuoteProcessor,
    OListProcessor,
    ParagraphProcessor,
    UListProcessor,
)
from markdown.extensions.footnotes import FootnoteExtension
from markdown.extensions.tables import TableExtension
from markdown.util import Registry

from deckpress.reading.references import ADDRESS
from deckpress.render.markup import inline
from deckpress.render.markup.blocks import Engine, Fences, Finish, Own, Shapes, Untouched
from deckpress.render.markup.context import Context


def convert(context: Context, *, block: bool) -> str:
    """The HTML of a field, not yet sanitised, with ``<data>`` and ``<mark>`` where holes are.

    Nobody can write these elements: raw HTML is text here, and attributes cannot be set.
    """
    engine = _engine(block)
    engine.reset()
    engine.context = context
    try:
        return engine.convert(context.text.source)
    except RecursionError:
        _engine.cache_clear()  # it stopped somewhere inside, and `reset` does not bring it back
        raise


class _Quotes(BlockQuoteProcessor):
    """A blank line ends a quote, so that the callout below it is one of its own."""

    def lastChild(self, parent: Element) -> Element | None:  # noqa: N802
        return None


class _Numbered(OListProcessor):
    """``1.`` or ``1)``, counted from its first number.

    Such a list is not the continuation of bullets above it.
    """

    SIBLING_TAGS = ["ol"]  # noqa: RUF012
    LAZY_OL = False

    def __init__(self, parser: BlockParser) -> None:
        super().__init__(parser)
        self.RE = re.compile(r"^ {0,3}\d+[.)] +(.*)")
        self.CHILD_RE = re.compile(r"^ {0,3}((\d+[.)])|[*+-]) +(.*)")
        self.INDENT_RE = re.compile(r"^ {4,7}((\d+[.)])|[*+-]) +.*")


class _Bulleted(UListProcessor):
    SIBLING_TAGS = ["ul"]  # noqa: RUF012


@cache
def _engine(block: bool) -> Engine:
    extensions = [TableExtension(use_align_attribute=True), FootnoteExtension()] if block else []
    engine = Engine(extensions=extensions, output_format="html")
    # Raw HTML is shown as text: `List<String>` survives, and nothing untrusted gets through.
    engine.preprocessors.deregister("html_block")
    engine.preprocessors.deregister("normalize_whitespace")
    engine.preprocessors.register(Own(engine), "own", 40)
    engine.inlinePatterns.deregister("html")
    engine.ESCAPED_CHARS = list(string.punctuation)  # CommonMark 0.31, section 2.4
    if block:
        engine.preprocessors.register(Fences(engine), "fences", 25)
        engine.treeprocessors.register(Shapes(engine), "shapes", 25)
        blocks = engine.parser.blockprocessors
        blocks.register(_Numbered(engine.parser), "olist", 40)
        blocks.register(_Bulleted(engine.parser), "ulist", 30)
        blocks.register(_Quotes(engine.parser), "quote", 20)
    else:
        paragraphs: Registry[BlockProcessor] = Registry()
        paragraphs.register(ParagraphProcessor(engine.parser), "paragraph", 10)
        engine.parser.blockprocessors = paragraphs
    engine.treeprocessors.register(Untouched(engine), "untouched", 22)
    engine.treeprocessors.register(Finish(engine), "finish", 5)
    patterns = engine.inlinePatterns
    patterns.register(inline.Gap(inline.GAP, engine), "gap", 188)
    patterns.register(inline.Formula(inline.FORMULA, engine), "formula", 186)
    patterns.register(inline.Deleted(inline.DELETED, engine), "deleted", 65)
    patterns.register(inline.Address(ADDRESS, engine), "address", 85)
    return engine
