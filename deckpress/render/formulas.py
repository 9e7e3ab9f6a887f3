"""Draws TeX formulas as inline SVGs, in the colour and the size of the text around them."""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate
from xml.etree import ElementTree

from markupsafe import escape

from deckpress.model import Math

_SIZE = 16.0
_LONGEST = 2000
# The library measures what stands in braces before it draws it: its time doubles with each level.
_MOST_WORK = 2000
_SVG = "http://www.w3.org/2000/svg"
_WORDS = re.compile(r"\\(?:text|textbf|textit|mbox)\{[^{}]*\}")
_SIGN = re.compile(r"<(?![A-Za-z/!?])")
_COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
# Commands that are unsafe because Anki gives the TeX to MathJax: there the brackets end a formula,
# ``href``, ``style`` and ``class`` make live HTML, and the others redefine commands.
_REFUSED = re.compile(r"[()\[\]]|href|style|class|def|(?:re)?new(?:command|environment)")


_NESTING = re.compile(r"\\(?:left|right)(?![A-Za-z])|\\.|[{}]", re.DOTALL)


class FormulaError(Exception):
    """A formula that cannot be drawn; the exception's text says why."""


def draw(tex: str, *, display: bool) -> Math:
    """The drawing of the formula `tex`; `display` tells whether it is set on a line of its own.

    Raises:
        FormulaError: the TeX is empty, too long, too deep or not understood.
    """
    if not tex.strip():
        raise FormulaError("it is empty")
    if len(tex) > _LONGEST or tex.count("{") > 400:
        raise FormulaError("it is too long")
    if _work(tex) > _MOST_WORK:
        raise FormulaError("its braces are nested too deeply")
    if wide := next((c for c in tex if unicodedata.east_asian_width(c) in "WF"), None):
        raise FormulaError(f"its font has no {wide}: write such words outside the formula")
    bare = _COMMAND.sub("", tex)
    if not _balanced(bare):
        raise FormulaError("its braces do not match")
    if "%" in bare:
        raise FormulaError("a percent sign is written \\%")
    if refused := next((c for c in _COMMAND.findall(tex) if _REFUSED.fullmatch(c)), None):
        raise FormulaError(f"\\{refused} is not allowed in a formula")
    from ziamath.config import config
    from ziamath.zmath import Latex

    config.svg2 = False  # no symbols with ids: there are many formulas on a page
    try:
        drawing = Latex(_with_references(tex), size=_SIZE, inline=not display)
        unknown = _unknown_command(drawing.mathml)
        root = ElementTree.fromstring(drawing.svg())
    except RecursionError as error:
        raise FormulaError("it is too deep") from error
    except Exception as error:  # the parser raises many types of its own
        reason = " ".join(str(error).split())[:200]
        raise FormulaError(reason or "something is missing in it") from error
    if unknown:
        raise FormulaError(f"{unknown} is not known")
    left, top, width, height = (float(number) for number in (root.get("viewBox") or "").split())
    height = max(height, -top)  # down to the baseline, above which an exponent alone stands
    body = "".join(ElementTree.tostring(child, encoding="unicode") for child in root)
    body = re.sub(r'\sxmlns(?::\w+)?="[^"]*"|(?<=<)ns\d+:|(?<=</)ns\d+:|\sfill="black"', "", body)
    svg = (
        f'<svg xmlns="{_SVG}" role="img" aria-label="{escape(tex)}" fill="currentColor" '
        f'width="{width / _SIZE:.3f}em" height="{height / _SIZE:.3f}em" '
        f'viewBox="{left:g} {top:g} {width:g} {height:g}">{body}</svg>'
    )
    return Math(tex, display, svg, max(0, round((top + height) / _SIZE * 20)))


def _with_references(tex: str) -> str:
    """The TeX with the signs ``<`` and ``&`` in words as XML writes them, but no tag."""
    return _WORDS.sub(lambda match: _SIGN.sub("&lt;", match[0].replace("&", "&amp;")), tex)


def _unknown_command(mathml: ElementTree.Element) -> str:
    """An unknown command, which was drawn as the name of a variable; empty if there is none."""
    names = (name.text or "" for name in mathml.iter("mi"))
    return next((name for name in names if len(name) > 1 and name.startswith("\\")), "")


def _work(tex: str) -> int:
    """How much there is to measure: each group counts twice as much as the one around it."""
    total, depth = 0, 0
    for match in _NESTING.finditer(tex):
        if match.group() in ("{", "\\left"):
            depth += 1
            total += 1 << min(depth, 30)
        elif match.group() in ("}", "\\right"):
            depth -= 1
    return total


def _balanced(tex: str) -> bool:
    depths = [0, *_depths(tex)]
    return min(depths) == depths[-1] == 0


def _depths(tex: str) -> list[int]:
    """How many braces are open after each character."""
    return list(accumulate((character == "{") - (character == "}") for character in tex))
