"""Draws TeX formulas as inline SVGs, in the colour and the size of the text around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

from markupsafe import escape

from deckpress.commonmark.tex import refusal
from deckpress.model import Math

_SIZE = 16.0
_SVG = "http://www.w3.org/2000/svg"
_WORDS = re.compile(r"\\(?:text|textbf|textit|mbox)\{[^{}]*\}")
_SIGN = re.compile(r"<(?![A-Za-z/!?])")
# What the errors of the library mean, which mostly have no words.
_REASONS = {
    "DoubleSubscriptsError": "reason-twice",
    "DoubleSuperscriptsError": "reason-twice",
    "ExtraLeftOrMissingRightError": "reason-pair",
    "MissingEndError": "reason-end",
    "ParseError": "reason-mark",
}


class FormulaError(Exception):
    """A formula that cannot be drawn.

    `reason` says why, in the words of the library or as the key of a sentence with `values`.
    """

    def __init__(self, reason: str, **values: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values


@lru_cache(maxsize=512)
def draw(tex: str, *, display: bool) -> Math:
    """The drawing of the formula `tex`; `display` tells whether it is set on a line of its own.

    Raises:
        FormulaError: the TeX is empty, too long, too deep or not understood.
    """
    if refused := refusal(tex):
        raise FormulaError(**refused)
    from ziamath.config import config
    from ziamath.zmath import Latex

    config.svg2 = False  # no symbols with ids: there are many formulas on a page
    try:
        drawing = Latex(_with_references(tex), size=_SIZE, inline=not display)
        unknown = _unknown_command(drawing.mathml)
        root = ElementTree.fromstring(drawing.svg())
    except RecursionError as error:
        raise FormulaError("reason-deep") from error
    except Exception as error:  # the parser raises many types of its own
        detail = " ".join(str(error).split())[:200]
        known = _REASONS.get(type(error).__name__, "reason-missing" if not detail else "")
        raise FormulaError(known or "reason-engine", detail=detail) from error
    if unknown:
        raise FormulaError("reason-unknown", sign=unknown)
    left, top, width, height = (float(number) for number in (root.get("viewBox") or "").split())
    height = max(height, -top)  # down to the baseline, above which an exponent alone stands
    body = "".join(ElementTree.tostring(child, encoding="unicode") for child in root)
    body = re.sub(r'\sxmlns(?::\w+)?="[^"]*"|(?<=<)ns\d+:|(?<=</)ns\d+:|\sfill="black"', "", body)
    svg = (
        f'<svg xmlns="{_SVG}" role="img" aria-label="{escape(tex)}" fill="currentColor" '
        f'width="{width / _SIZE:.3f}em" height="{height / _SIZE:.3f}em" '
        f'viewBox="{left:g} {top:g} {width:g} {height:g}">{body}</svg>'
    )
    depth = max(0, round((top + height) / _SIZE * 20))
    return Math(
        tex, display, svg, depth, round(min(_sizes(drawing.node), default=_SIZE) / _SIZE, 3)
    )


def _sizes(node: Any) -> Iterator[float]:
    """The size of each sign of a part of a drawing, as far as it is known."""
    for part in getattr(node, "nodes", ()):
        if type(part).__name__ == "Glyph":
            yield part.size
        else:
            yield from _sizes(part)


def _with_references(tex: str) -> str:
    """The TeX with the signs ``<`` and ``&`` in words as XML writes them, but no tag."""
    return _WORDS.sub(lambda match: _SIGN.sub("&lt;", match[0].replace("&", "&amp;")), tex)


def _unknown_command(mathml: ElementTree.Element) -> str:
    """An unknown command, which was drawn as the name of a variable; empty if there is none."""
    names = (name.text or "" for name in mathml.iter("mi"))
    return next((name for name in names if len(name) > 1 and name.startswith("\\")), "")
