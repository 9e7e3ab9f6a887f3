"""HTML becomes the bytes of a PDF.

WeasyPrint and its font libraries are imported when the first sheet is printed. By then the
environment says where the fonts are, which fontconfig reads only once.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import Any

from deckpress.collection import without_collection
from deckpress.model import Asset
from exporters.pdf.sheet import BELOW, PLACE, REST, Above, Sheet
from exporters.pdf.weasy.even_columns import even_columns
from exporters.pdf.weasy.filled_columns import (
    ends_in_few_lines,
    fill_columns,
    fill_last_page,
    overflows,
    save_last_column,
)
from exporters.pdf.weasy.imposition import free_height, imposed, room_height
from exporters.pdf.weasy.version import require_version

_FONTS = Path(__file__).parents[1] / "fonts.conf"

_OPTIONS: dict[str, Any] = {"presentational_hints": True, "pdf_variant": "pdf/ua-1"}

# The first columns begin below another page if that takes at most this share of the height.
_MOST_ABOVE = 0.8
_GAP = 6.0  # millimetres below it


def print_sheet(sheet: Sheet) -> bytes:
    """The sheet as a PDF. It has no dates in it, so that two builds give the same bytes.

    Only `sheet.assets` are fetched. A picture that is not among them, or that cannot be read, is
    replaced by its alternative text.

    Raises:
        PrinterError: WeasyPrint cannot be used here.
    """
    return _print(sheet, part=False)


def print_part(sheet: Sheet) -> bytes:
    """The sheet as a part of a book, to be merged with others.

    Links inside the book are addresses that start with `PLACE`, and the ids in its structure tree
    are unique among the parts. The bundled fonts are named, and not embedded.

    Raises:
        PrinterError: WeasyPrint cannot be used here.
    """
    return _print(sheet, part=True)


def _print(sheet: Sheet, part: bool) -> bytes:
    with print_environment():
        usual = sheet
        if sheet.above and sheet.imposition:
            sheet = _begun_below(sheet, sheet.above, len(sheet.imposition.places))
        elif sheet.lowered and sheet.imposition:
            sheet = _lowered(sheet, sheet.lowered, 1)
        page = _read(sheet)
        document = _laid_out(page, sheet)
        if sheet is not usual and (overflows(document) or _saves_nothing(document, sheet)):
            sheet, page = usual, _read(usual)
            document = _laid_out(page, sheet)
        if sheet.imposition:
            if part and not sheet.even:
                one_column = len(sheet.imposition.places) == 1
                fill = fill_last_page if one_column else save_last_column
                document = fill(document, _again(page))
            if part:
                document.metadata.custom[REST] = f"{free_height(document.pages[-1]):.1f}"
            places = sheet.imposition.places[: 1 if part else None]
            imposition = replace(sheet.imposition, places=places)
            document = document.copy(list(imposed(document.pages, imposition)))
        if part:
            return write_part(document, sheet.html, sheet.attached)
        return write_pdf(document, sheet.attached)


def write_part(document: Any, html: str, attached: Sequence[Asset] = ()) -> bytes:
    """A document that was laid out from this HTML, as `print_part` returns it.

    It lacks the files of the bundled fonts.
    """
    from exporters.pdf.weasy.tuning import font_files

    _address_places(document.pages)
    prefix = blake2b(html.encode(), digest_size=6).hexdigest() + "-"
    with font_files.left_out():
        return _slim(write_pdf(document, attached, prefix, uncompressed_pdf=True))


def _begun_below(sheet: Sheet, above: Above, columns: int) -> Sheet:
    """The sheet, or the same with its first columns below the page `above`, if they have room."""
    page = lay_out(replace(sheet, html=above.html)).pages[-1]
    height = room_height(page)
    used = height - free_height(page)
    if used > _MOST_ABOVE * height:
        return sheet
    return _lowered(sheet, above.margin + used + _GAP, columns)


def _saves_nothing(document: Any, sheet: Sheet) -> bool:
    """Whether a `lowered` sheet still needs another column, though only for a few lines."""
    return sheet.lowered > 0 and len(document.pages) == 2 and ends_in_few_lines(document)


def _lowered(sheet: Sheet, top: float, columns: int) -> Sheet:
    """The sheet with its first columns so many millimetres below the top of the page."""
    css = "".join(
        f"@page :nth({number}) {{ margin-top: {top:.2f}mm; "
        "@top-left { vertical-align: bottom; padding-bottom: 0.8mm } }\n"
        for number in range(1, columns + 1)
    )
    # In an element of its own: the other one is parsed once for many sheets.
    html = sheet.html.replace("</style>", f"</style><style>{css}</style>", 1)
    marked = html.replace("<style>", f'<meta name="{BELOW}" content="{columns}"><style>', 1)
    return replace(sheet, html=marked)


def _slim(pdf: bytes) -> bytes:
    """The PDF without the objects that `tidy` emptied: merging keeps all objects in memory."""
    from pikepdf import ObjectStreamMode, Pdf

    slim = BytesIO()
    with Pdf.open(BytesIO(pdf)) as opened:
        opened.save(slim, object_stream_mode=ObjectStreamMode.generate, static_id=True)
    return slim.getvalue()


@contextmanager
def print_environment() -> Iterator[None]:
    """Enter this around `lay_out` and `write_pdf`: our fonts only, and no garbage collection."""
    with _own_fonts(), without_collection():
        yield


def lay_out(sheet: Sheet) -> Any:
    """The sheet as a document of WeasyPrint, its pages laid out.

    Raises:
        PrinterError: WeasyPrint cannot be used here.
    """
    return _read(sheet).render(**_OPTIONS)


def _laid_out(page: Any, sheet: Sheet) -> Any:
    document = page.render(**_OPTIONS)
    if sheet.even:
        return even_columns(document, sheet.even)
    return fill_columns(document, _again(page))


def _again(page: Any) -> Callable[[str], Any]:
    """A function that lays out the changed tree of `page`, with further CSS."""

    def render(css: str) -> Any:
        from weasyprint import CSS

        wrapper, root = type(page.wrapper_element), page.etree_element
        page.wrapper_element = wrapper.from_html_root(root, content_language=None)
        return page.render(stylesheets=[CSS(string=css)] if css else None, **_OPTIONS)

    return render


def _read(sheet: Sheet) -> Any:
    """The sheet as a page of WeasyPrint, which is changed as we need it."""
    require_version()
    from weasyprint import HTML

    from exporters.pdf.weasy.box_ends import end_below_text
    from exporters.pdf.weasy.card_breaks import keep_cards_whole
    from exporters.pdf.weasy.copied_code import copy_lines_whole
    from exporters.pdf.weasy.drawing_order import draw_in_place
    from exporters.pdf.weasy.fetcher import AssetFetcher
    from exporters.pdf.weasy.justification import spread_lines
    from exporters.pdf.weasy.line_breaking import break_anywhere
    from exporters.pdf.weasy.punctuation import set_punctuation_narrow
    from exporters.pdf.weasy.tuning import tune

    tune()
    break_anywhere()
    keep_cards_whole()
    copy_lines_whole()
    end_below_text()
    draw_in_place()
    set_punctuation_narrow()
    spread_lines()
    # It warns of properties in our own styles that it does not know.
    logging.getLogger("weasyprint").propagate = False
    return HTML(string=sheet.html, url_fetcher=AssetFetcher(sheet.assets))


def write_pdf(
    document: Any, attached: Sequence[Asset] = (), prefix: str = "", **options: Any
) -> bytes:
    """The document as a PDF. The ids in its structure tree begin with `prefix`."""
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
    """Turn links inside the document into addresses: their targets may be in another part."""
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
    """Let fontconfig see only the bundled fonts; programs started afterwards see their own."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(_FONTS)
    try:
        yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before
