"""Keeps the full-width characters of an English page as wide as the author wrote them.

On such a page the style sheets ask for proportional quotation marks (``proportional-width``), since
those of a Chinese font are as wide as its characters. The same feature turns ``，`` into ``,``: the
page would show another character, and text that is copied from it would have it.
"""

from __future__ import annotations

import re

# Everything but quotation marks and the ellipsis that the feature makes narrow.
_WIDE = re.compile("[\u2015\u3000-\u303f\uff01-\uffee]+")
_TEXT = re.compile(r"(?<=>)[^<]+")


def keep_full_width(html: str) -> str:
    """The page `html` with the full-width characters of its text in elements of class ``wide``."""
    if not _WIDE.search(html):
        return html
    head, body, rest = html.partition("<body")
    return head + body + _TEXT.sub(_with_wide, rest)


def _with_wide(text: re.Match[str]) -> str:
    return _WIDE.sub(r'<span class="wide">\g<0></span>', text[0])
