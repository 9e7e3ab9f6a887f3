"""Finds the largest type in which the handbook fits into a number of pages."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from math import sqrt

from pikepdf import Pdf

from exporters.job import FitError

# Points. In text below the smallest size, its smaller parts would be enlarged out of proportion;
# above the largest, a sheet becomes a poster.
_SMALLEST, _USUAL, _LARGEST, _STEP = 7.0, 8.5, 12.0, 0.25


def fit_to_pages(print_in: Callable[[float], bytes], max_pages: int) -> bytes:
    """The PDF in the largest type in which it has at most `max_pages` pages.

    `print_in` gets a type size in points and returns the PDF.

    Raises:
        FitError: even in the smallest type, it has more pages.
    """
    fits, fails = -1, int((_LARGEST - _SMALLEST) / _STEP) + 1  # in steps above the smallest size
    step = int((_USUAL - _SMALLEST) / _STEP)
    best = b""
    while fails - fits > 1:
        size = _SMALLEST + step * _STEP
        tried = print_in(size)
        count = _page_count(tried)
        if count <= max_pages:
            fits, best = step, tried
        elif step == 0:
            raise FitError("handbook", max_pages, count, _SMALLEST)
        else:
            fails = step
        # The number of pages grows with the square of the type size.
        guess = round((size * sqrt(max_pages / count) - _SMALLEST) / _STEP)
        step = min(max(guess, fits + 1), fails - 1)
    return best


def _page_count(pdf: bytes) -> int:
    with Pdf.open(BytesIO(pdf)) as opened:
        return len(opened.pages)
