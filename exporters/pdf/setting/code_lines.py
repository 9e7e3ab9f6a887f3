"""Lines of code that are longer than their column, marked where they go on.

The mark is a stroke beside the second and every further line, drawn by the style sheet. It is no
character: whoever copies the code out of the PDF gets the code.
"""

from __future__ import annotations

import re
from unicodedata import east_asian_width

from deckpress.render.plain_text import unmarked
from exporters.pdf.setting.nesting import nested

_CODE = "(?P<start><pre><code[^>]*>)(?P<code>.*?)(?P<close></code></pre>)"
_EMPTY = re.compile(r'<span class="\w+"></span>')
_TAB = 4  # letters from one stop to the next, as on the page
_SPAN = re.compile(r"<span[^>]*>|</span>")


def marked(html: str, width: int, indent: int = 0) -> str:
    """`html`, each line of code of more than `width` halves of a Chinese character an element of
    the class ``long``. A list, a quotation or a callout around the code takes `indent` of them.
    """

    def block(found: re.Match[str], around: int) -> str:
        return found["start"] + _lines(found["code"], width - indent * around) + found["close"]

    return nested(html, _CODE, block)


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
        # Spans do not nest, so one that goes on over the line's ends is closed and opened again.
        before = "</span>" if begun else ""
        after = "</span>" if open_span else ""
        whole = f'<span class="long">{begun}{line}{after}</span>'
        out.append(f"{before}{whole}{open_span}")
    return _EMPTY.sub("", "".join(out))


def _untabbed(line: str) -> str:
    """The line with spaces up to the next of its stops for each tab: to the printer, a tab that
    begins at a stop is nothing at all.
    """
    if "\t" not in line:
        return line
    pieces = line.split("\t")
    whole = pieces[0]
    for piece in pieces[1:]:
        whole += " " * (_TAB - _width(whole) % _TAB) + piece
    return whole


def _width(line: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in unmarked(line))
