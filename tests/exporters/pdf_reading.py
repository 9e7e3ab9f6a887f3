"""Reads a PDF as a person does: its text in order, its glyphs where they stand, its links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from html import unescape
from io import BytesIO
from typing import Any

import pikepdf
from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LTChar, LTImage, LTPage
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import resolve1, stream_value
from pdfminer.psparser import LIT

from deckpress.collection import without_collection
from deckpress.model import Card, Html
from exporters.job import PrintOptions
from exporters.pdf import export
from tests.exporters.printing import here
from tests.exporters.samples import VERSION, sample

HANDBOOK = here(PrintOptions(sheets=("handbook",)))

MILLIMETRE = 72 / 25.4
MARGIN = 10 * MILLIMETRE  # left and right, of the handbook
BODY = (12 * MILLIMETRE, (297 - 14.8) * MILLIMETRE)  # below it the foot, above it the head


Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Glyph:
    """A printed character: its page (from 0), where its baseline starts, its box, its font."""

    text: str
    page: int
    x: float
    y: float
    size: float
    box: Box
    font: str
    upright: bool


@cache
def sample_pdf() -> bytes:
    """The sample deck, printed once for all tests."""
    (artifact,) = export(sample(), VERSION, HANDBOOK)
    return artifact.data


@cache
def _drawn(pdf: bytes) -> tuple[tuple[Glyph, ...], tuple[tuple[int, Box], ...]]:
    """Every glyph, and every bitmap's page and box, in the order in which they are drawn."""
    glyphs: list[Glyph] = []
    bitmaps: list[tuple[int, Box]] = []
    with without_collection():  # of the many objects that a page is read into
        for number, page in enumerate(_pages(pdf)):
            for item in _leaves(page):
                if isinstance(item, LTImage):
                    bitmaps.append((number, item.bbox))
                elif isinstance(item, LTChar):
                    glyphs.append(_glyph(number, item))
    return tuple(glyphs), tuple(bitmaps)


def _glyph(page: int, item: LTChar) -> Glyph:
    right, *_, x, y = item.matrix
    return Glyph(item.get_text(), page, x, y, item.size, item.bbox, item.fontname, right > 0)


def glyphs(pdf: bytes) -> tuple[Glyph, ...]:
    """Every glyph in the order in which it was drawn, with the heads and feet of the pages."""
    return _drawn(pdf)[0]


def bitmaps(pdf: bytes) -> tuple[tuple[int, Box], ...]:
    """The page and the box of every bitmap that is drawn."""
    return _drawn(pdf)[1]


def body(pdf: bytes) -> str:
    """The text without white space, and without what stands in the margins of the pages."""
    low, high = BODY
    return squeezed("".join(g.text for g in glyphs(pdf) if low < g.y < high))


def margins(pdf: bytes) -> str:
    low, high = BODY
    return squeezed("".join(g.text for g in glyphs(pdf) if not low < g.y < high))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def sentences(html: Html) -> list[str]:
    """The stretches of text that stay together when a field is printed, without white space.

    A block of code may go on in the next column.
    """
    joined = "".join(
        piece if isinstance(piece, str) else "" if _is_inside(piece) else "\0" for piece in html
    )
    blocks = re.sub(
        r"</?(?:p|li|ul|ol|div|t[rdh]|pre|h\d|hr|br|blockquote|sup)\b[^>]*>", "\0", joined
    )
    plain = unescape(re.sub(r"<[^>]+>", "", blocks))
    parts = re.split(r"\0|\n|(?<=[。！？；：])", plain)
    # A link shows its number after it, and an address stands without its scheme.
    return [squeezed(part.replace("https://", "")) for part in parts if part.strip()]


def fields(card: Card) -> Iterator[Html]:
    yield from (card.question, card.lead, card.short)
    yield from (option.html for option in card.options)
    yield from card.steps
    yield from (part.html for part in card.parts)


@lru_cache(maxsize=8)
def document(pdf: bytes) -> PDFDocument:
    return PDFDocument(PDFParser(BytesIO(pdf)))


def outline(pdf: bytes) -> list[tuple[int, str]]:
    return [(level, title) for level, title, *_ in document(pdf).get_outlines()]


def page_sizes(pdf: bytes) -> list[tuple[int, int]]:
    boxes = [page.mediabox for page in PDFPage.create_pages(document(pdf))]
    return [(round(box[2] / MILLIMETRE), round(box[3] / MILLIMETRE)) for box in boxes]


def links(pdf: bytes) -> tuple[set[str], set[str]]:
    """The addresses that are linked to, and the names of places in the document."""
    outside: set[str] = set()
    inside: set[str] = set()
    for page in PDFPage.create_pages(document(pdf)):
        for reference in resolve1(page.annots) or ():
            annotation = resolve1(reference)
            action = resolve1(annotation.get("A"))
            if action and "URI" in action:
                outside.add(action["URI"].decode())
            elif "Dest" in annotation:
                inside.add(_text(resolve1(annotation["Dest"])))
    return outside, inside


def places(pdf: bytes) -> set[str]:
    """The names of all places that a link can lead to."""
    names = resolve1(resolve1(resolve1(document(pdf).catalog["Names"])["Dests"])["Names"])
    return {_text(name) for name in names[::2]}


def _pages(pdf: bytes) -> Iterator[LTPage]:
    """The pages with everything on them in the order in which it is drawn."""
    resources = PDFResourceManager()
    device = PDFPageAggregator(resources, laparams=None)
    interpreter = _Interpreter(resources, device)
    for page in PDFPage.create_pages(document(pdf)):
        interpreter.process_page(page)
        yield device.get_result()


class _Interpreter(PDFPageInterpreter):
    """Reads what a page draws with QPDF, in a tenth of the time that pdfminer's parser takes."""

    def execute(self, streams: Sequence[object]) -> None:
        data = b"\n".join(stream_value(stream).get_data() for stream in streams)
        with pikepdf.new() as empty:
            for step in pikepdf.parse_content_stream(empty.make_stream(data)):
                act = getattr(self, f"do_{str(step.operator).replace('*', '_a')}")
                self.argstack = [_plain(operand) for operand in step.operands]
                wanted = act.__code__.co_argcount - 1
                # Those that take any number of operands pop them themselves.
                act(*self.pop(wanted) if wanted else ())


def _plain(operand: Any) -> Any:
    """An operand as pdfminer has it."""
    if isinstance(operand, int | Decimal):
        return operand if isinstance(operand, int) else float(operand)
    if isinstance(operand, pikepdf.Name):
        return LIT(str(operand)[1:])
    if isinstance(operand, pikepdf.String):
        return bytes(operand)
    if isinstance(operand, pikepdf.Array):
        return [_plain(item) for item in operand]
    return {name[1:]: _plain(item) for name, item in operand.items()}


def _text(name: bytes) -> str:
    return name.decode("utf-16" if name[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-8")


def _is_inside(piece: object) -> bool:
    return type(piece).__name__ in {"ClozeStart", "ClozeEnd", "LinkStart"}


def _leaves(item: Any) -> Iterator[Any]:
    if isinstance(item, LTChar | LTImage) or not hasattr(item, "__iter__"):
        yield item
    else:
        for child in item:
            yield from _leaves(child)
