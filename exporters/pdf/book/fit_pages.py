"""The largest type in which a sheet has no more than so many pages."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from math import sqrt

from pikepdf import Pdf

from exporters.job import FitError

# Points, in quarters. Below the least nobody reads with ease, above the largest it is a poster.
_LEAST, _USUAL, _LARGEST, _STEP = 5.5, 8.5, 12.0, 0.25


def fitted(made: Callable[[float], bytes], pages: int) -> bytes:
    """What `made` gives for the largest size in points with which it has at most `pages` pages.

    Raises:
        FitError: it has more in the smallest type, too.
    """
    fits, fails = -1, int((_LARGEST - _LEAST) / _STEP) + 1  # in steps above the least size
    step = int((_USUAL - _LEAST) / _STEP)
    best = b""
    while fails - fits > 1:
        size = _LEAST + step * _STEP
        tried = made(size)
        count = _pages(tried)
        if count <= pages:
            fits, best = step, tried
        elif step == 0:
            raise FitError(pages, count, _LEAST)
        else:
            fails = step
        # A page holds as much text as the square of the size allows.
        guess = round((size * sqrt(pages / count) - _LEAST) / _STEP)
        step = min(max(guess, fits + 1), fails - 1)
    return best


def _pages(pdf: bytes) -> int:
    with Pdf.open(BytesIO(pdf)) as opened:
        return len(opened.pages)
