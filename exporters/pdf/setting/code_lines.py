"""Marks lines of code that are too long for their column and continue on the next line.

The mark is a stroke beside the second and every further line. The style sheet draws it. It is not a
character, so code that is copied out of the PDF is unchanged.
"""

from __future__ import annotations

import re
from unicodedata import east_asian_width

from deckpress.render.plain_text import strip_tags
from exporters.pdf.setting.nesting import replace_blocks

_CODE = "(?P<start><pre><code[^>]*>)(?P<code>.*?)(?P<close></code></pre>)"
_EMPTY = re.compile(r'<span class="\w+"></span>')
_TAB = 4  # letters between two tab stops, as on the web page
_SPAN = re.compile(r"<span[^>]*>|</span>")


def mark_long_lines(html: str, width: int, indent: int = 0) -> str:
    """`html` with each long line of code in an element of the class ``long``.

    A line is long if it has more than `width` letters; a Chinese character counts as two. Each
    list, quotation or callout around the code takes `indent` letters from the width.
    """

    def block(found: re.Match[str], around: int) -> str:
        return found["start"] + _lines(found["code"], width - indent * around) + found["close"]

    return replace_blocks(html, _CODE, block)


def _lines(code: str, width: int) -> str:
    out: list[str] = []
    open_span = ""
    lines = [_untabbed(line) for line in code.split("\n")]
    for number, line in enumerate(lines):
        begun = open_span
        for span in _SPAN.findall(line):
            open_span = "" if span == "</span>" else span
        end = "\n" if number < len(lines) - 1 else ""
        if _width(line) <= width:
            out.append(line + end)
            continue
        # Spans do not nest. So a span that crosses an end of the line is closed and opened again.
        before = "</span>" if begun else ""
        after = "</span>" if open_span else ""
        whole = f'<span class="long">{begun}{line}{after}</span>'
        out.append(f"{before}{whole}{open_span}")
    return _EMPTY.sub("", "".join(out))


def _untabbed(line: str) -> str:
    """The line with each tab replaced by spaces up to the next tab stop.

    WeasyPrint gives no width to a tab that begins at a tab stop.
    """
    if "\t" not in line:
        return line
    pieces = line.split("\t")
    whole = pieces[0]
    for piece in pieces[1:]:
        whole += " " * (_TAB - _width(whole) % _TAB) + piece
    return whole


def _width(line: str) -> int:
    """The width of a line of code, in letters; a Chinese character counts as two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in strip_tags(line))
