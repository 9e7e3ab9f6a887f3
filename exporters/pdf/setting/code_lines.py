"""Fits code into its column: marks long lines, and puts the name of a file beside its first line.

A line that is too long for its column continues on the next line. The mark is a stroke beside the
second and every further line, which begin a little further in than the line itself. The style sheet
draws it. It is not a character, so code that is copied out of the PDF is unchanged. A comment at
the end of such a line gets a line of its own first.

The name above a block of code takes no line of its own where the first line of code leaves room.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

from deckpress.render.plain_text import strip_tags
from exporters.pdf.setting.line_breaks import JOINER, SPACE
from exporters.pdf.setting.nesting import replace_blocks

_LABEL = '(?P<label><p class="file[^>]*>[^<]*</p>)?'
_CODE = _LABEL + "(?P<start><pre><code[^>]*>)(?P<code>.*?)(?P<close></code></pre>)"
# The line of an empty gap (sheets/question_view.py), and its greatest width in letters.
_BLANK, _BLANK_WIDTH = '<span class="blank">', 15
_EMPTY = re.compile(rf'(?!{_BLANK})<span class="\w+"></span>')
_TAB = 4  # letters between two tab stops, as on the web page
_SPAN = re.compile(r"<span[^>]*>|</span>")
_COMMENTED = re.compile(r'(?P<code>.*\s(?:</span>)?)(?P<comment><span class="c">[^<]*</span>)\s*')
_LAST_SPACES = re.compile(r"\s+(</span>)?$")
_TOKEN = re.compile(r"(?:<[^>]*>|[^\s<])+")
_SIGNS = re.compile(r"<[^>]*>|&#?\w+;|[,;|]")
_CONTINUED = re.compile(r" (?=(?:<[^>]*>)*\\(?:<[^>]*>)*$)")
_LETTER = 0.6  # ems: the width of a letter of code
_HUNG = 3  # letters by which the further lines of a long one begin further in
_GAP = 3  # letters between a line and the name beside it
_KEPT = 2  # lines above or below a long one that do not stand in a column alone
_DEEPEST = 3  # a line hangs in by at most this part of the width


def fit_code(html: str, width: int, indent: int = 0) -> str:
    """`html` with each long line of code in an element of the class ``long``.

    The name of a block has the class ``beside`` if there is room for it beside the first line.

    A line is long if it has more than `width` letters; a Chinese character counts as two. Each
    list, quotation or callout around the code takes `indent` letters from the width.
    """

    def block(found: re.Match[str], around: int) -> str:
        room = width - indent * around
        label = _label(found["label"] or "", found["code"], room)
        return label + found["start"] + _lines(found["code"], room) + found["close"]

    return replace_blocks(html, _CODE, block)


def _label(label: str, code: str, width: int) -> str:
    """The element with the name of a block of code, for its place above or beside the code."""
    first, _, _ = code.partition("\n")
    fits = _width(_untabbed(first)) + _GAP + _width(label) <= width
    return label.replace('"file', '"beside file', 1) if fits else label


def _lines(code: str, width: int) -> str:
    lines = list(map(_untabbed, code.split("\n")))
    if all(_width(line) <= width for line in lines):
        return "\n".join(lines)
    out: list[str] = []
    lines = list(_with_own_comments(list(_closed(lines)), width))
    last = len(lines) - 1
    for number, line in enumerate(lines):
        if _width(line) > width:
            kept = " top" if number <= _KEPT else ""
            kept += " end" if last - _KEPT <= number < last else ""
            out.append(f"{_hung(line, width, kept)}{_breakable(line, width)}</span>")
        else:
            out.append(line + ("\n" if number < last else ""))
    return "".join(out)


def _closed(lines: Sequence[str]) -> Iterator[str]:
    """The lines; a span that crosses an end of a line is closed there and opened again.

    Spans do not nest.
    """
    open_span = ""
    for line in lines:
        begun = open_span
        for span in _SPAN.findall(line):
            open_span = "" if span == "</span>" else span
        end = "</span>" if open_span else ""
        yield _EMPTY.sub("", f"{begun}{line}{end}")


def _with_own_comments(lines: Sequence[str], width: int) -> Iterator[str]:
    """The lines, each of them closed; a comment that makes one too long stands above its code.

    Below it, if the line continues a command: a comment within would end that command.
    """
    continued = False
    for line in lines:
        found = _COMMENTED.fullmatch(line) if _width(line) > width else None
        if found and strip_tags(found["code"]).strip():
            own = [" " * _indent(line) + found["comment"], _LAST_SPACES.sub(r"\1", found["code"])]
            yield from reversed(own) if continued else own
        else:
            yield line
        continued = strip_tags(line).rstrip().endswith("\\")


def _breakable(line: str, width: int) -> str:
    """A long line, which may end behind the commas of a word that is too long for a line itself.

    The backslash at its end stays with the word before it.
    """

    def word(found: re.Match[str]) -> str:
        if _width(found[0]) < width - _HUNG:
            return found[0]
        return _SIGNS.sub(lambda sign: sign[0] + SPACE * (len(sign[0]) == 1), found[0])

    return _CONTINUED.sub(f" {JOINER}", _TOKEN.sub(word, line))


def _hung(line: str, width: int, kept: str) -> str:
    """The start of the element of a long line; its further lines begin where the first one does.

    `kept` are classes that say whether it stands at the top or the end of its code.
    """
    letters = min(_indent(line), width // _DEEPEST)
    style = f' style="--in:{letters * _LETTER:.1f}em"' if letters else ""
    return f'<span class="long{kept}"{style}>'


def _indent(line: str) -> int:
    """The number of spaces at the start of a line."""
    text = strip_tags(line)
    return len(text) - len(text.lstrip(" "))


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
    letters = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in strip_tags(line))
    return letters + line.count(_BLANK) * _BLANK_WIDTH
