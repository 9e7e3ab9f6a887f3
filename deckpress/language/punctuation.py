"""Finds slips in Chinese punctuation (full-width marks, quotes, brackets) and in product names.

A slip is a part of a Markdown text, with what should be there instead. Code, formulas, links with
their texts, tags and the marks of Markdown itself are never part of a slip: they are blanked out
first, so the rules see only the rest, which is called the mask.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from deckpress.language import product_names
from deckpress.language.han import HAN
from deckpress.language.style import CLOSING, FULL_WIDTH, OPENING, PARTNER, Style
from deckpress.reading.prose import FILLER, without_formulas
from deckpress.reading.references import ADDRESS, trim_address

# In a mask these replace single characters:
_HAN = "\3"  # a Chinese character
_CLEAR = "\1"  # a mark that the rules look through, such as one of emphasis or of a gap
_MARGIN = "\2"  # a mark or white space at the beginning of a line

_WIDE = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"}
_PASSES = 100  # at most; two or three are enough for real texts
_DEEPEST = 50  # brackets that can be open at the same time
_LOOK_BACK = 80  # characters to the left of a mark that are looked at

_CHINESE = frozenset(_HAN + FULL_WIDTH)
_ESCAPE = r"\\[\s\S]"
_BRACKETED = r"\[(?:[^\[\]\\]|\\[\s\S]|\[[^\[\]]*+\])*+\]"
_TARGET = r"\((?:[^()\n]|\n(?![ \t]*+\n)|\([^()\n]*+\))*+\)"
_OPAQUE = re.compile(
    _ESCAPE
    + rf"|!?{_BRACKETED}(?:{_TARGET}|\[[^\[\]\n]*+\])"  # a link
    + rf"|^{_MARGIN}*+\[(?!\^)[^\[\]\n]++\]:.*$"  # a link's address below the text
    + r"|\[[\^!][^\[\]\n]*+\]:?"  # a footnote's mark, a callout's
    + r"|<[A-Za-z/!?][^<>\n]*+>"
    + r"|&#?\w++;"
    + r"|(?<!\{)\{(?!\{)[^{}\n]*+\}"  # what may be meant as attributes
    + r"|" + ADDRESS,
    re.MULTILINE,
)  # fmt: skip
_LABEL = re.compile(rf"^{_MARGIN}*+(\[(?!\^)[^\[\]\n]++\]):", re.MULTILINE)
_NAMED = re.compile(r"\[[^\[\]\n]++\]")
_TRANSPARENT = re.compile(
    r"\{\{[ \t]*+(?:[cC][ \t]*+\d*+|\d++)[ \t]*+(?:::?|：：?)|\{\{[cC]\d++|\}\}|::|\*+|~~"
)
_LINE_START = re.compile(
    r"^(?:[ \t]*+(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])|#{1,6}(?=[ \t])|\[[ xX]\](?=[ \t])"
    r"|\[\^[^\[\]\s]++\]:))*+[ \t]*+",
    re.MULTILINE,
)
_ITEM = re.compile(r"[ \t]*+(?:[-*+]|\d{1,9}[.)])[ \t]|[ ]{0,3}\[\^")
_QUOTED_CODE = re.compile(r"^[ \t]*+>[ ]{5}.*$", re.MULTILINE)

_HALF_WIDTH_MARKS = re.compile(r"[,;:?!]+")
_FULL_STOP = re.compile(
    rf"[{_HAN}」』）》】][{_CLEAR}]*+(?P<stop>\.)(?=[{_CLEAR}]*+(?:[ \t\n」』）”\"]|$))"
)
_NUMERAL = re.compile(r"[\s>*+#\d.-]*+第?[一二三四五六七八九十百]++[章节条]?$")
_DOTS = re.compile(rf"(?<=[{_HAN}」』）》】])\.{{3,}}+(?![\w./])|。{{3,}}+")
_SPACE = re.compile(
    rf"(?<=[{FULL_WIDTH}])[ \t]++(?=[^\s|#*~_${_CLEAR}{_MARGIN}])"
    rf"|(?<=[^\s|#*~_${_CLEAR}{_MARGIN}])[ \t]++(?=[{FULL_WIDTH}])"
)
_TWICE = re.compile(r"([，；：？！、])\1+|(?<!。)。。(?!。)")
_CURLY = re.compile(r"“([^“”\n]*+)”")
_BRACKET = re.compile(rf"[(){OPENING}{CLOSING}]")
_ENUMERATOR = re.compile(
    r"(?:^|[\s，。；：、！？（(「])(?:[0-9]{1,3}|[A-Za-z]|[一二三四五六七八九十]+)$"
)
_BREAK = re.compile(rf"\n[ \t]*+\n|\n{_MARGIN}|\|")


class Slip(NamedTuple):
    """A slip: ``text[start:stop]`` should be `right`. If that is None, only the author can tell.

    `code` is that of the finding.
    """

    code: str
    start: int
    stop: int
    right: str | None = None


def slips(text: str, style: Style) -> list[Slip]:
    """All slips in a Markdown text, in order."""
    if not style.may_have_slips(text):
        return []
    mask = _masked(text)
    found = [*_names(mask, style)]
    if _HAN in mask:
        found += _punctuation(text, mask, style)
        found += _brackets(text, mask, style)
        found += _dots(mask, style)
        found += _spaces(mask, style)
        found += _quotes(mask, style)
        found += (Slip("D912", *match.span()) for match in _TWICE.finditer(mask))
    return sorted(found, key=lambda slip: slip.start)


def mend_slips(text: str, style: Style) -> tuple[str, Counter[str]]:
    """`text` with all slips corrected that can be, and how many there were of each code."""
    counts: Counter[str] = Counter()
    for _ in range(_PASSES):
        out: list[str] = []
        position = 0
        for slip in slips(text, style):
            if slip.right is not None:
                out += (text[position : slip.start], slip.right)
                position = slip.stop
                counts[slip.code] += 1
        if not out:
            break
        text = "".join(out) + text[position:]
    return text, counts


@lru_cache(maxsize=64)
def _masked(text: str) -> str:
    """The mask of a text: everything but prose is blanked out, character by character."""
    mask = without_formulas(text)
    mask = _LINE_START.sub(lambda match: _MARGIN * len(match[0]), mask)
    if "](" in mask or any(mark in mask for mark in "\\[<&{") or "://" in mask:
        mask = _without_labels(mask)
        mask = _OPAQUE.sub(_blank, mask)
    mask = _TRANSPARENT.sub(lambda match: _CLEAR * len(match[0]), mask)
    return HAN.sub(lambda match: _HAN * len(match[0]), mask)


def _blank(match: re.Match[str]) -> str:
    found = match.group()
    if found.lower().startswith("http"):
        kept = trim_address(found)
        return FILLER * len(kept) + found[len(kept) :]
    return re.sub(r"[^\n]", FILLER, found)


def _without_labels(mask: str) -> str:
    """`mask` with each ``[name]`` blanked out that is a link, because its address is below."""
    labels = set(_LABEL.findall(mask))
    if not labels:
        return mask
    return _NAMED.sub(lambda m: FILLER * len(m[0]) if m[0] in labels else m[0], mask)


def _names(mask: str, style: Style) -> Iterator[Slip]:
    for code, wrong in (("D913", style.misspelled), ("D914", style.mixed)):
        if wrong:
            for match in _spelling_pattern(tuple(wrong)).finditer(mask):
                right = wrong[match.group()]
                if right.islower() and _begins_sentence(mask, match.start()):
                    continue
                if code == "D913" or not product_names.is_longer_name(mask, match):
                    yield Slip(code, *match.span(), right)


def _begins_sentence(mask: str, position: int) -> bool:
    """Whether a name in small letters may have a capital here, as at the start of a sentence."""
    before = mask[max(0, position - _LOOK_BACK) : position].rstrip(f" \t{_CLEAR}{_MARGIN}")
    return before[-1:] in ("", "\n") or before[-1] in ".!?:;。！？：；（(「|"


_spelling_pattern = lru_cache(maxsize=8)(product_names.spelling_pattern)


def _left(mask: str, position: int) -> str:
    """The character before `position`, skipping marks; empty at the start of a line."""
    while position and mask[position - 1] == _CLEAR:
        position -= 1
    found = mask[position - 1 : position]
    return "" if found in ("\n", _MARGIN) else found


def _right(mask: str, position: int, *, spaces: bool) -> str:
    """The character at `position`, skipping marks; empty at the end of a line.

    With `spaces`, white space is skipped too.
    """
    over = _CLEAR + (" \t" if spaces else "")
    while position < len(mask) and mask[position] in over:
        position += 1
    found = mask[position : position + 1]
    return "" if found == "\n" else found


def _is_chinese(character: str) -> bool:
    return character in _CHINESE


def _word_before(mask: str, position: int) -> str:
    start = position
    while (
        start > max(0, position - _LOOK_BACK)
        and mask[start - 1] not in " \t\n"
        and not _is_chinese(mask[start - 1])
    ):
        start -= 1
    return mask[start:position]


def _punctuation(text: str, mask: str, style: Style) -> Iterator[Slip]:
    """Half-width marks beside Chinese, and half-width full stops after Chinese sentences."""
    for match in _HALF_WIDTH_MARKS.finditer(mask):
        if _ends_chinese(mask, match, style):
            for start in range(*match.span()):
                yield Slip("D907", start, start + 1, _WIDE[mask[start]])
    for match in _FULL_STOP.finditer(mask) if style.chinese and "." in mask else ():
        start = match.start("stop")
        line = text[max(mask.rfind("\n", 0, start) + 1, start - _LOOK_BACK) : start]
        if not _NUMERAL.match(line):
            yield Slip("D907", start, start + 1, "。")


def _ends_chinese(mask: str, match: re.Match[str], style: Style) -> bool:
    run, (start, stop) = match.group(), match.span()
    following = mask[stop : stop + 2]
    if following[:1] in ("=", "/", "[") or (run[-1] == ":" and following[:1] in ("(", ")", "-")):
        return False  # an operator, an address, an image, a smiley
    left = _is_chinese(_left(mask, start))
    right = _is_chinese(_right(mask, stop, spaces=True))
    if not style.chinese:
        return left and right
    if left:
        return not (run == "?" and re.match(r"\w+=", mask[stop : stop + 40]))
    before = _word_before(mask, start)
    return (
        right
        and before != ""
        and not any(sign in before for sign in "/@=\\")
        and not (run[0] == ":" and before[-1].isdigit())
    )


def _brackets(text: str, mask: str, style: Style) -> Iterator[Slip]:
    """Round brackets that should be full-width, and brackets without a partner."""
    opened: list[int] = []
    for match in _BRACKET.finditer(mask):
        position, mark = match.start(), match.group()
        if mark == "(" or mark in PARTNER:
            opened.append(position)
            if len(opened) > _DEEPEST:
                opened.pop(0)
            continue
        if mark == ")" and not any(mask[p] == "(" for p in opened) and _enumerates(text, position):
            continue
        want = "(（" if mark in ")）" else OPENING[CLOSING.index(mark)]
        depth = next((d for d in range(len(opened) - 1, -1, -1) if mask[opened[d]] in want), None)
        if depth is None:
            if mark != ")" and not (mark == "）" and _enumerates(text, position)):
                yield Slip("D911", position, position + 1)
            continue
        for left_open in opened[depth + 1 :]:
            if mask[left_open] != "(":
                yield Slip("D911", left_open, left_open + 1)
        yield from _check_pair(mask, opened[depth], position, style)
        del opened[depth:]
    for left_open in opened:
        if mask[left_open] != "(":
            yield Slip("D911", left_open, left_open + 1)


def _enumerates(text: str, position: int) -> bool:
    """Whether a closing bracket at `position` follows a number in a list, as in ``1）``."""
    return _ENUMERATOR.search(text[max(0, position - 6) : position]) is not None


def _check_pair(mask: str, start: int, stop: int, style: Style) -> Iterator[Slip]:
    """The brackets of a pair that should be full-width."""
    marks = mask[start] + mask[stop]
    if "(" not in marks and ")" not in marks:
        return
    inside = mask[start + 1 : stop]
    if _BREAK.search(inside):
        return
    mixed = marks not in ("()", "（）")
    content = _HAN in inside
    left = _is_chinese(_left(mask, start))
    word = _word_before(mask, start)
    if style.chinese:
        near = max(0, start - _LOOK_BACK)
        spaced = near + len(mask[near:start].rstrip(" \t"))
        beside = left or _is_chinese(_left(mask, spaced))
        call = any(sign in word for sign in "._/\\$=:" + FILLER)
        wide = mixed or beside or (content and not call)
    else:
        wide = mixed or (left and content)
    if wide:
        for position in (start, stop):
            if mask[position] in _WIDE:
                yield Slip("D907", position, position + 1, _WIDE[mask[position]])


def _dots(mask: str, style: Style) -> Iterator[Slip]:
    for match in _DOTS.finditer(mask) if "..." in mask or "。。。" in mask else ():
        if style.chinese or _is_chinese(_right(mask, match.end(), spaces=True)):
            yield Slip("D910", *match.span(), "……")


def _spaces(mask: str, style: Style) -> Iterator[Slip]:
    for match in _SPACE.finditer(mask):
        start, stop = match.span()
        beside = _is_chinese(mask[start - 1]) and _is_chinese(mask[stop])
        if style.chinese or beside:
            yield Slip("D908", start, stop, "")


def _quotes(mask: str, style: Style) -> Iterator[Slip]:
    """Straight quotes around Chinese, and curly ones too if the deck uses 「」."""
    if not style.chinese:
        return
    if '"' in mask:
        for start, line in _cells(mask):
            places = [start + match.start() for match in re.finditer('"', line)]
            if len(places) % 2 == 0:
                pairs = list(zip(places[::2], places[1::2], strict=True))
                if all(_encloses_tightly(mask, *pair) for pair in pairs):
                    for pair in pairs:
                        yield from _check_quote(mask, *pair, style)
    if style.quotes == "「」":
        for match in _CURLY.finditer(mask):
            yield from _check_quote(mask, match.start(), match.end() - 1, style)


def _cells(mask: str) -> Iterator[tuple[int, str]]:
    """The lines and table cells of a text, with their offsets: quotes pair up within them."""
    for match in re.finditer(r"[^\n|]+", mask):
        yield match.start(), match.group()


def _encloses_tightly(mask: str, start: int, stop: int) -> bool:
    inside = mask[start + 1 : stop]
    return bool(inside.strip()) and inside == inside.strip()


def _check_quote(mask: str, start: int, stop: int, style: Style) -> Iterator[Slip]:
    outside = _is_chinese(_left(mask, start)) and _is_chinese(_right(mask, stop + 1, spaces=False))
    if not outside and _HAN not in mask[start + 1 : stop]:
        return
    line = mask[max(mask.rfind("\n", 0, start) + 1, start - _LOOK_BACK) : start]
    marks = style.quotes
    if marks == "「」" and line.count("「") > line.count("」"):
        marks = "『』"
    yield Slip("D909", start, start + 1, marks[0])
    yield Slip("D909", stop, stop + 1, marks[1])
