"""HTML in, PDF bytes out: everything that WeasyPrint has to be told.

WeasyPrint and its font libraries are imported when the first sheet is printed, after the
environment says where the fonts are: fontconfig reads that once.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deckpress.model import Asset

_FONTS = Path(__file__).with_name("fonts.conf")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page to print: its HTML, and the assets that it shows as ``asset:NAME``."""

    html: str
    assets: Mapping[str, Asset]


def printed(sheet: Sheet) -> bytes:
    """The sheet as a PDF. It carries no dates, so that two builds give the same bytes.

    Nothing is fetched but `sheet.assets`. A picture that is not among them, or that cannot be
    read, is replaced by its text alternative.
    """
    with _own_fonts(), _without_collection():
        from weasyprint import HTML

        from .fetcher import AssetFetcher

        page = HTML(string=sheet.html, url_fetcher=AssetFetcher(sheet.assets))
        pdf: bytes = page.write_pdf(
            presentational_hints=True, pdf_variant="pdf/ua-1", custom_metadata=True
        )
        return pdf


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
