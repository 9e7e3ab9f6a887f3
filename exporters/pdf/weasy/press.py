"""HTML in, PDF bytes out: everything that WeasyPrint has to be told.

WeasyPrint and its font libraries are imported when the first sheet is printed, after the
environment says where the fonts are: fontconfig reads that once.
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import Any

from deckpress.model import Asset
from exporters.pdf.sheet import PLACE, Sheet
from exporters.pdf.weasy.imposition import imposed

_FONTS = Path(__file__).parents[1] / "fonts.conf"

_OPTIONS: dict[str, Any] = {"presentational_hints": True, "pdf_variant": "pdf/ua-1"}

# How much of a page's height the tighter style saves on each.
_SAVED = 0.04


def printed(sheet: Sheet) -> bytes:
    """The sheet as a PDF. It carries no dates, so that two builds give the same bytes.

    Nothing is fetched but `sheet.assets`. A picture that is not among them, or that cannot be
    read, is replaced by its text alternative.
    """
    return _printed(sheet, part=False)


def printed_part(sheet: Sheet) -> bytes:
    """The sheet as a part of a book, to be joined with others: a link to a place is an address
    that starts with `PLACE`, and the ids of its structure are found in no other part.
    """
    return _printed(sheet, part=True)


def _printed(sheet: Sheet, part: bool) -> bytes:
    with pressing():
        document = laid_out(sheet)
        if sheet.imposition:
            document = _saving(document, sheet, len(sheet.imposition.places))
            document = document.copy(list(imposed(document.pages, sheet.imposition)))
        if part:
            return part_of(document, sheet.html, sheet.attached)
        return written(document, sheet.attached)


def part_of(document: Any, html: str, attached: Sequence[Asset] = ()) -> bytes:
    """A document that was laid out from this HTML, as `printed_part` gives it."""
    _address_places(document.pages)
    prefix = blake2b(html.encode(), digest_size=6).hexdigest() + "-"
    return _slim(written(document, attached, prefix, uncompressed_pdf=True))


def _saving(document: Any, sheet: Sheet, columns: int) -> Any:
    """The document, or the same in its tighter style, if that takes a sheet of paper less."""
    count = len(document.pages)
    if not sheet.tighter or count <= columns or (count - 1) % columns:
        return document
    page = document.pages[-1]
    body = page._page_box.children[0].children[0]
    if body.height > count * _SAVED * page.height:
        return document
    style = f"{sheet.tighter}</style>"
    again = laid_out(replace(sheet, html=sheet.html.replace("</style>", style, 1)))
    return again if len(again.pages) < count else document


def _slim(pdf: bytes) -> bytes:
    """Without what `tidy` took out of it: whoever joins parts has the objects of all in memory."""
    from pikepdf import ObjectStreamMode, Pdf

    slim = BytesIO()
    with Pdf.open(BytesIO(pdf)) as opened:
        opened.save(slim, object_stream_mode=ObjectStreamMode.generate, deterministic_id=True)
    return slim.getvalue()


@contextmanager
def pressing() -> Iterator[None]:
    """What `laid_out` and `written` are done in: our fonts, and no collection of garbage."""
    with _own_fonts(), _without_collection():
        yield


def laid_out(sheet: Sheet) -> Any:
    """The sheet as WeasyPrint's document, its pages laid out."""
    from exporters.pdf.weasy.fetcher import AssetFetcher
    from exporters.pdf.weasy.html_parser import Page
    from exporters.pdf.weasy.line_breaking import break_anywhere
    from exporters.pdf.weasy.tuning import tune

    tune()
    break_anywhere()
    # It says of our own styles what it does without; a library that logs something shows that too.
    logging.getLogger("weasyprint").propagate = False
    return Page(sheet.html, AssetFetcher(sheet.assets)).render(**_OPTIONS)


def written(
    document: Any, attached: Sequence[Asset] = (), prefix: str = "", **options: Any
) -> bytes:
    """The document as a PDF; the ids of its structure begin with `prefix`."""
    from exporters.pdf.weasy.structure import tidy

    pdf: bytes = document.write_pdf(
        finisher=lambda _, made: tidy(made, prefix),
        custom_metadata=True,
        attachments=[_attachment(each) for each in attached],
        **_OPTIONS,
        **options,
    )
    return pdf


def _address_places(pages: Sequence[Any]) -> None:
    """Makes addresses of the links inside the document: their places may be in another part."""
    for page in pages:
        page.links = [
            ("external", PLACE + target, *rest) if kind == "internal" else (kind, target, *rest)
            for kind, target, *rest in page.links
        ]


def _attachment(asset: Asset) -> Any:
    from datetime import UTC, datetime

    from weasyprint import Attachment

    never = datetime(1980, 1, 1, tzinfo=UTC)
    return Attachment(
        string=asset.data,
        name=asset.name,
        description=asset.name,
        relationship="Source",
        created=never,
        modified=never,
    )


@contextmanager
def _own_fonts() -> Iterator[None]:
    """Only the bundled fonts, for as long as it lasts: a browser started later needs its own."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(_FONTS)
    try:
        yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


@contextmanager
def _without_collection() -> Iterator[None]:
    """Layout makes millions of objects that all live to the end: collecting them only costs."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
