"""Lines of code that are longer than their column, marked where they go on.

The mark is a stroke beside the second and every further line, drawn by the style sheet. It is no
character: whoever copies the code out of the PDF gets the code.
"""

from __future__ import annotations

import re
from html import unescape
from unicodedata import east_asian_width

_CODE = re.compile(r"(<pre><code[^>]*>)(.*?)(</code></pre>)", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_SPAN = re.compile(r"<span[^>]*>|</span>")


def marked(html: str, width: int) -> str:
    """`html`, each line of code of more than `width` halves of a Chinese character an element of
    the class ``long``.
    """
    return _CODE.sub(lambda code: code[1] + _lines(code[2], width) + code[3], html)


def _lines(code: str, width: int) -> str:
    out: list[str] = []
    open_span = ""
    lines = code.split("\n")
    for number, line in enumerate(lines):
        begun = open_span
        for span in _SPAN.findall(line):
            open_span = "" if span == "</span>" else span
        end = "\n" if number < len(lines) - 1 else ""
        if _width(line) <= width:
            out.append(line + end)
            continue
        # Spans do not nest, so one that goes on over the line's ends is closed and opened again.
        before = "</span>" if begun else ""
        after = "</span>" if open_span else ""
        whole = f'<span class="long">{begun}{line}{after}</span>'
        out.append(f"{before}{whole}{open_span}")
    return "".join(out)


def _width(line: str) -> int:
    text = unescape(_TAG.sub("", line))
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
