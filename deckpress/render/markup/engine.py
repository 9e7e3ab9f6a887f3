"""Sets up Python-Markdown: one engine for blocks, and one for single lines such as questions."""

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
from deckpress.render.markup.blocks import (
    CalloutsAndTasks,
    Engine,
    Fences,
    Finish,
    PlainText,
    ReservedCharacters,
)
from deckpress.render.markup.context import Context


def convert(context: Context, *, block: bool) -> str:
    """The HTML of a field, not yet sanitised, with ``<data>`` and ``<mark>`` in place of holes.

    `block` tells whether it may have blocks, or is a single line. An author cannot write these
    elements: raw HTML becomes text, and attributes cannot be set.

    Raises:
        RecursionError: the field is nested too deeply.
    """
    engine = _markdown_engine(block)
    engine.reset()
    engine.context = context
    try:
        return engine.convert(context.text.source)
    except RecursionError:
        _markdown_engine.cache_clear()  # it stopped halfway, and `reset` does not repair it
        raise


class _Quotes(BlockQuoteProcessor):
    """Ends a quote at a blank line, so that two callouts in a row stay separate."""

    def lastChild(self, parent: Element) -> Element | None:  # noqa: N802
        return None


class _Numbered(OListProcessor):
    """Numbered lists, with ``1.`` or ``1)``, which keep their first number.

    Such a list does not continue a bulleted list above it.
    """

    SIBLING_TAGS = ["ol"]  # noqa: RUF012
    LAZY_OL = False

    def __init__(self, parser: BlockParser) -> None:
        super().__init__(parser)
        self.RE = re.compile(r"^ {0,3}\d+[.)] +(.*)")
        self.CHILD_RE = re.compile(r"^ {0,3}((\d+[.)])|[*+-]) +(.*)")
        self.INDENT_RE = re.compile(r"^ {4,7}((\d+[.)])|[*+-]) +.*")


class _Bulleted(UListProcessor):
    """Bulleted lists, which do not continue a numbered list above them."""

    SIBLING_TAGS = ["ul"]  # noqa: RUF012


@cache
def _markdown_engine(block: bool) -> Engine:
    extensions = [TableExtension(use_align_attribute=True), FootnoteExtension()] if block else []
    engine = Engine(extensions=extensions, output_format="html")
    # Raw HTML is shown as text: `List<String>` survives, and nothing untrusted gets through.
    engine.preprocessors.deregister("html_block")
    engine.preprocessors.deregister("normalize_whitespace")
    engine.preprocessors.register(ReservedCharacters(engine), "own", 40)
    engine.inlinePatterns.deregister("html")
    engine.ESCAPED_CHARS = list(string.punctuation)  # CommonMark 0.31, section 2.4
    if block:
        engine.preprocessors.register(Fences(engine), "fences", 25)
        engine.treeprocessors.register(CalloutsAndTasks(engine), "shapes", 25)
        blocks = engine.parser.blockprocessors
        blocks.register(_Numbered(engine.parser), "olist", 40)
        blocks.register(_Bulleted(engine.parser), "ulist", 30)
        blocks.register(_Quotes(engine.parser), "quote", 20)
    else:
        paragraphs: Registry[BlockProcessor] = Registry()
        paragraphs.register(ParagraphProcessor(engine.parser), "paragraph", 10)
        engine.parser.blockprocessors = paragraphs
    engine.treeprocessors.register(PlainText(engine), "untouched", 22)
    engine.treeprocessors.register(Finish(engine), "finish", 5)
    patterns = engine.inlinePatterns
    patterns.register(inline.Gap(inline.GAP, engine), "gap", 188)
    patterns.register(inline.Formula(inline.FORMULA, engine), "formula", 186)
    patterns.register(inline.Deleted(inline.DELETED, engine), "deleted", 65)
    patterns.register(inline.Address(ADDRESS, engine), "address", 85)
    return engine
