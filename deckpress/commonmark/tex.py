"""The TeX of a formula that is refused before anybody tries to draw it."""

from __future__ import annotations

import re
import unicodedata
from itertools import accumulate

LONGEST = 2000  # characters of a formula
_MOST_GROUPS = 400
# The library measures what stands in braces before it draws it: its time doubles with each level.
_MOST_WORK = 2000
_COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
# Commands that are unsafe because Anki gives the TeX to MathJax: there the brackets end a formula,
# ``href``, ``style`` and ``class`` make live HTML, and the others redefine commands.
_REFUSED = re.compile(r"[()\[\]]|href|style|class|def|(?:re)?new(?:command|environment)")
_NESTING = re.compile(r"\\(?:left|right)(?![A-Za-z])|\\.|[{}]", re.DOTALL)


def refusal(tex: str) -> dict[str, str]:
    """Why the formula `tex` is not drawn: the key of a sentence as ``reason``, and its values.

    Empty if it may be drawn.
    """
    if not tex.strip():
        return {"reason": "reason-empty"}
    if len(tex) > LONGEST or tex.count("{") > _MOST_GROUPS:
        return {"reason": "reason-long", "limit": str(LONGEST)}
    if _work(tex) > _MOST_WORK:
        return {"reason": "reason-deep"}
    if wide := next((c for c in tex if unicodedata.east_asian_width(c) in "WF"), None):
        return {"reason": "reason-glyph", "sign": wide}
    bare = _COMMAND.sub("", tex)
    if not _balanced(bare):
        return {"reason": "reason-braces"}
    if "%" in bare:
        return {"reason": "reason-percent"}
    if refused := next((c for c in _COMMAND.findall(tex) if _REFUSED.fullmatch(c)), None):
        return {"reason": "reason-refused", "sign": f"\\{refused}"}
    return {}


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
    depths = [0, *accumulate((character == "{") - (character == "}") for character in tex)]
    return min(depths) == depths[-1] == 0
