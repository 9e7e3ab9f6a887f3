"""Decides where a line may break inside a word, so that no version of Pango decides otherwise.

Versions of Pango disagree about a hyphen or a colon inside a word (Unicode Standard Annex 14 has
changed there): up to 1.52 a line may end between the hyphen and the letter of ``-t``, or within
``shop:1.0``. So each place at which one of them would tear a word gets a word joiner, and the
quotation marks of Chinese get a zero-width space where a line may break beside them. Neither has a
glyph: text that is copied from the page contains none of them.
"""

from __future__ import annotations

import re
from html import unescape

JOINER, SPACE = "\u2060", "\u200b"

_WORD = "!-~\u00a1-\u058f"  # visible characters of scripts that put spaces between words
_LETTER = "A-Za-z\u00c0-\u058f"
_SIGN = r"-:+!?/}%$\u2010\u2013"  # the signs behind which some Pango breaks a word
_EAST_ASIAN = "\u2e80-\u2fff\u3001-\u9fff\uf900-\ufaff\uff01-\uffef"

# Some break behind other signs, too: before a digit, a bracket, or what stands before a number.
_TORN = re.compile(rf"(?<=[{_SIGN}])(?=[{_WORD}])|(?<=[.,;)\]\\])(?=[\d$%(+\[\\{{])")
# A path may go on in the next line behind a slash between two names, a query behind its mark.
_PATH = r"(?<=[\w.-]\w/)(?=\w[\w.])|(?<=\w\w\?)(?=\w)"
_GOOD_IN_CODE = re.compile(_PATH, re.ASCII)
# Outside of code, so may a compound word behind its hyphen.
_GOOD = re.compile(f"{_PATH}|(?<=[{_LETTER}]{{2}}-)(?=[{_LETTER}]{{2}})", re.ASCII)
_QUOTE = re.compile(
    f"(?<=[{_EAST_ASIAN}])(?=[\u2018\u201c][{_EAST_ASIAN}])"
    f"|(?<=[{_EAST_ASIAN}][\u2019\u201d])(?=[\u3400-\u9fff])"
    r"|(?<=[\"'\u2019\u201d])(?= +[(\[{])"
)

_PIECE = re.compile(r"<[^>]*>|[^<]+")
_INLINE = re.compile(r"</?(?:a|b|code|em|i|span|strong|sub|sup)\b")
_CODE = re.compile(r"<(/?)code\b")
_CHARACTER = re.compile("&[^;&]*;|.", re.DOTALL)


def decide_breaks(html: str) -> str:
    """`html` with a word joiner wherever no line may end, and a zero-width space where one may.

    A word goes on from one inline element to the next. In code, a hyphen never ends a line.
    """
    out: list[str] = []
    run: list[tuple[int, bool]] = []  # the places in `out` of the texts of a block, and if in code
    code = 0
    for piece in _PIECE.findall(html):
        if not piece.startswith("<"):
            run.append((len(out), code > 0))
        elif not _INLINE.match(piece):
            _decide(out, run)
            run = []
        if found := _CODE.match(piece):
            code += -1 if found[1] else 1
        out.append(piece)
    _decide(out, run)
    return "".join(out)


def _decide(out: list[str], run: list[tuple[int, bool]]) -> None:
    """Put the marks into the texts of one block, which stand in `out` at the places of `run`."""
    texts = [unescape(out[place]) for place, _ in run]
    text = "".join(texts)
    torn = _places(_TORN, text)
    quoted = _places(_QUOTE, text)
    if not torn | quoted:
        return
    good, good_in_code = _places(_GOOD, text), _places(_GOOD_IN_CODE, text)
    start = 0
    for (place, in_code), length in zip(run, map(len, texts), strict=True):
        joined = torn - (good_in_code if in_code else good)
        marks = dict.fromkeys(joined, JOINER) | dict.fromkeys(quoted, SPACE)
        here = {at - start: mark for at, mark in marks.items() if start <= at < start + length}
        if here:
            out[place] = _marked(out[place], length, here)
        start += length


def _places(pattern: re.Pattern[str], text: str) -> set[int]:
    return {found.start() for found in pattern.finditer(text)}


def _marked(html: str, length: int, marks: dict[int, str]) -> str:
    """The text `html` of `length` characters, with each of `marks` before its character."""
    characters = html if len(html) == length else _CHARACTER.findall(html)
    return "".join(marks.get(at, "") + each for at, each in enumerate(characters))
