"""The two engines of a process: one for blocks, one for a single line."""

from __future__ import annotations

from functools import cache

from markdown.blockprocessors import BlockProcessor, ParagraphProcessor
from markdown.extensions.footnotes import FootnoteExtension
from markdown.extensions.tables import TableExtension
from markdown.util import Registry

from deckpress.markup import inline
from deckpress.markup.blocks import Engine, Fences, Finish, Own, Shapes
from deckpress.markup.context import Context


def convert(context: Context, *, block: bool) -> str:
    """The HTML of a field, not yet sanitised, with ``<data>`` and ``<mark>`` where holes are.

    Nobody can write these elements: raw HTML is text here, and attributes cannot be set.
    """
    engine = _engine(block)
    engine.reset()
    engine.context = context
    return engine.convert(context.text.source)


@cache
def _engine(block: bool) -> Engine:
    extensions = [TableExtension(use_align_attribute=True), FootnoteExtension()] if block else []
    engine = Engine(extensions=extensions, output_format="html")
    # Raw HTML is shown as text: `List<String>` survives, and nothing untrusted gets through.
    engine.preprocessors.deregister("html_block")
    engine.preprocessors.deregister("normalize_whitespace")
    engine.preprocessors.register(Own(engine), "own", 40)
    engine.inlinePatterns.deregister("html")
    if block:
        engine.preprocessors.register(Fences(engine), "fences", 25)
        engine.treeprocessors.register(Shapes(engine), "shapes", 25)
    else:
        paragraphs: Registry[BlockProcessor] = Registry()
        paragraphs.register(ParagraphProcessor(engine.parser), "paragraph", 10)
        engine.parser.blockprocessors = paragraphs
    engine.treeprocessors.register(Finish(engine), "finish", 5)
    patterns = engine.inlinePatterns
    patterns.register(inline.Gap(inline.GAP, engine), "gap", 188)
    patterns.register(inline.Formula(inline.FORMULA, engine), "formula", 186)
    patterns.register(inline.Deleted(inline.DELETED, engine), "deleted", 65)
    patterns.register(inline.Address(inline.ADDRESS, engine), "address", 85)
    return engine
