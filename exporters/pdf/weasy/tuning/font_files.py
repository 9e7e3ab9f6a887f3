"""Fonts without their files, in a part of a book: who binds it puts in one file for all parts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from weasyprint.pdf.fonts import Font

from exporters.theme import font_file

_clean = Font.clean


@contextmanager
def left_out() -> Iterator[None]:
    """While this is entered, WeasyPrint embeds none of the bundled fonts, and makes no subsets."""
    Font.clean = _empty
    try:
        yield
    finally:
        Font.clean = _clean


def _empty(self: Any, *rest: Any) -> None:
    """Replaces `Font.clean`."""
    if font_file(self.name.decode()):
        self.file_content = b""
    else:
        _clean(self, *rest)
