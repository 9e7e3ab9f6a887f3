"""A thin space where Chinese meets Latin letters or digits, as CSS `text-autospace` puts it.

The printer does not know that property, so the space is a character here.
"""

from __future__ import annotations

import re

THIN = "\u2009"

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_LATIN = r"A-Za-z0-9\u00c0-\u024f\u0370-\u04ff"
_BETWEEN = re.compile(f"(?<=[{_HAN}])(?=[{_LATIN}])|(?<=[{_LATIN}%])(?=[{_HAN}])")
_PIECE = re.compile(r"<[^>]*>|[^<]+")
# Text goes on through these; every other element ends it. Code has air of its own around it.
_INLINE = re.compile(r"</?(?:a|b|em|span|strong)\b")
_CODE = re.compile(r"<(/?)(?:pre|code)\b")


def spaced(html: str) -> str:
    """`html`, with thin spaces between Han and Latin, Greek or Cyrillic, in and across inline
    elements. Code is left as it is.
    """
    out: list[str] = []
    depth = 0
    before = ""
    for piece in _PIECE.findall(html):
        if code := _CODE.match(piece):
            depth += -1 if code[1] else 1
            before = ""
        elif piece.startswith("<"):
            before = before if _INLINE.match(piece) else ""
        elif not depth:
            joint = THIN if before and _BETWEEN.search(before + piece[0]) else ""
            out.append(joint + _BETWEEN.sub(THIN, piece))
            before = piece[-1]
            continue
        out.append(piece)
    return "".join(out)
