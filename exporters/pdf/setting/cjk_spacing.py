"""Adds a thin space between Chinese and Latin letters or digits, like CSS `text-autospace`.

WeasyPrint does not know that property, so the space is a character here.
"""

from __future__ import annotations

import re

THIN = "\u2009"

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_LATIN = r"A-Za-z0-9\u00c0-\u024f\u0370-\u04ff"
_BETWEEN = re.compile(f"(?<=[{_HAN}])(?=[{_LATIN}])|(?<=[{_LATIN}%])(?=[{_HAN}])")
_PIECE = re.compile(r"<[^>]*>|[^<]+")
# Inline elements do not interrupt a text; all others do. Code has its own space around it.
_INLINE = re.compile(r"</?(?:a|b|em|span|strong)\b")
_CODE = re.compile(r"<(/?)(?:pre|code)\b")


def add_thin_spaces(html: str) -> str:
    """`html` with thin spaces between Chinese and Latin, Greek or Cyrillic.

    Spaces are also added where an inline element begins or ends, outside of it: they have no line
    below them, and a line may end there although none may within the element. Code does not change.
    """
    out: list[str] = []
    depth = 0
    before = ""
    between = 0  # where in `out` a space would stand between `before` and what follows
    for piece in _PIECE.findall(html):
        if code := _CODE.match(piece):
            depth += -1 if code[1] else 1
            before = ""
        elif piece.startswith("<"):
            before = before if _INLINE.match(piece) else ""
            if piece.startswith("</") and between == len(out):
                between += 1
        elif not depth:
            if before and _BETWEEN.search(before + piece[0]):
                out.insert(between, THIN)
            out.append(_BETWEEN.sub(THIN, piece))
            before, between = piece[-1], len(out)
            continue
        out.append(piece)
    return "".join(out)
