"""How Chinese is set: full-width punctuation, quotes, brackets; and names as their makers do.

A slip is a stretch of a Markdown text with what should stand there. Code, formulas, links with
their texts, tags and the marks of Markdown itself are never part of one: they are blanked out
first, and a rule sees only what is left.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from deckpress.language import product_names
from deckpress.language.han import HAN
from deckpress.language.style import CLOSE, FULL, OPEN, PARTNER, Style
from deckpress.reading.lines import indent_of
from deckpress.reading.prose import FILLER, prose, without_formulas
from deckpress.reading.references import ADDRESS, trimmed

_HAN = "\3"  # stands for a Chinese character
_CLEAR = "\1"  # stands for marks between which and a character there is nothing: emphasis, gaps
_MARGIN = "\2"  # stands for marks and white space at the beginning of a line

_WIDE = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"}
_PASSES = 100  # at most; two or three are enough for what people write
_DEEPEST = 50  # brackets that are open at once
_NEAR = 80  # characters that are looked at on the left of a mark

_CHINESE = frozenset(_HAN + FULL)
_ESCAPE = r"\\[\s\S]"
_BRACKETED = r"\[(?:[^\[\]\\]|\\[\s\S]|\[[^\[\]]*+\])*+\]"
_TARGET = r"\((?:[^()\n]|\n(?![ \t]*+\n)|\([^()\n]*+\))*+\)"
_OPAQUE = re.compile(
    _ESCAPE
    + rf"|!?{_BRACKETED}(?:{_TARGET}|\[[^\[\]\n]*+\])"  # a link
    + rf"|^{_MARGIN}*+\[(?!\^)[^\[\]\n]++\]:.*$"  # where a link leads, below the text
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

_RUN = re.compile(r"[,;:?!]+")
_STOP = re.compile(
    rf"[{_HAN}」』）》】][{_CLEAR}]*+(?P<stop>\.)(?=[{_CLEAR}]*+(?:[ \t\n」』）”\"]|$))"
)
_NUMERAL = re.compile(r"[\s>*+#\d.-]*+第?[一二三四五六七八九十百]++[章节条]?$")
_DOTS = re.compile(rf"(?<=[{_HAN}」』）》】])\.{{3,}}+(?![\w./])|。{{3,}}+")
_SPACE = re.compile(
    rf"(?<=[{FULL}])[ \t]++(?=[^\s|#*~_${_CLEAR}{_MARGIN}])"
    rf"|(?<=[^\s|#*~_${_CLEAR}{_MARGIN}])[ \t]++(?=[{FULL}])"
)
_TWICE = re.compile(r"([，；：？！、])\1+|(?<!。)。。(?!。)")
_CURLY = re.compile(r"“([^“”\n]*+)”")
_BRACKET = re.compile(rf"[(){OPEN}{CLOSE}]")
_ENUMERATOR = re.compile(
    r"(?:^|[\s，。；：、！？（(「])(?:[0-9]{1,3}|[A-Za-z]|[一二三四五六七八九十]+)$"
)
_BREAK = re.compile(rf"\n[ \t]*+\n|\n{_MARGIN}|\|")


class Slip(NamedTuple):
    """``text[start:stop]`` should be `right`; if `right` is None, only its author knows."""

    code: str
    start: int
    stop: int
    right: str | None = None


def slips(text: str, style: Style) -> list[Slip]:
    """Everything in a Markdown text that is not set as it should be, in order."""
    if not style.doubts(text):
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


def mended(text: str, style: Style) -> tuple[str, Counter[str]]:
    """The text with every slip mended that can be, and how many of each code there were."""
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
    """`text` with all that is not prose blanked out, each character by one."""
    mask = _without_line_code(text, without_formulas(prose(text)))
    if "    " in mask or "\t" in mask:
        mask = _without_item_code(mask)
    mask = _LINE_START.sub(lambda match: _MARGIN * len(match[0]), mask)
    if "](" in mask or any(mark in mask for mark in "\\[<&{") or "://" in mask:
        mask = _without_labels(mask)
        mask = _OPAQUE.sub(_blank, mask)
    mask = _TRANSPARENT.sub(lambda match: _CLEAR * len(match[0]), mask)
    return HAN.sub(lambda match: _HAN * len(match[0]), mask)


def _blank(match: re.Match[str]) -> str:
    found = match.group()
    if found.lower().startswith("http"):
        kept = trimmed(found)
        return FILLER * len(kept) + found[len(kept) :]
    return re.sub(r"[^\n]", FILLER, found)


def _without_line_code(text: str, mask: str) -> str:
    """Blank out what is code if a span ends with its line, as it does in a list.

    Two ways to read the backquotes of a text may differ if one has no partner; what is code in
    either is left alone.
    """
    if "`" not in text:
        return mask
    lines = mask.split("\n")
    for number, line in enumerate(text.split("\n")):
        if "`" in line:
            body = line.lstrip(" \t")
            own = line[: len(line) - len(body)] + prose(body)
            pairs = zip(lines[number], own, strict=True)
            lines[number] = "".join(FILLER if FILLER in pair else pair[0] for pair in pairs)
    return "\n".join(lines)


def _without_labels(mask: str) -> str:
    """Blank out ``[name]`` where it is a link because its address stands below."""
    labels = set(_LABEL.findall(mask))
    if not labels:
        return mask
    return _NAMED.sub(lambda m: FILLER * len(m[0]) if m[0] in labels else m[0], mask)


def _without_item_code(mask: str) -> str:
    """Blank out what may be a code block by its indentation, in a list item or a quote."""
    lines = _QUOTED_CODE.sub(lambda match: FILLER * len(match[0]), mask).split("\n")
    item = 0
    blank = code = False
    for number, line in enumerate(lines):
        if not line.strip():
            blank = True
            continue
        indent = indent_of(line)
        code = indent >= item + 6 and (blank or code)
        if code:
            lines[number] = FILLER * len(line)
        elif _ITEM.match(line):
            item = indent
        elif blank and indent == 0:
            item = 0
        blank = False
    return "\n".join(lines)


def _names(mask: str, style: Style) -> Iterator[Slip]:
    for code, wrong in (("D913", style.names), ("D914", style.mixed)):
        if wrong:
            for match in _pattern(tuple(wrong)).finditer(mask):
                right = wrong[match.group()]
                if right.islower() and _begins_sentence(mask, match.start()):
                    continue
                if code == "D913" or not product_names.is_product(mask, match):
                    yield Slip(code, *match.span(), right)


def _begins_sentence(mask: str, position: int) -> bool:
    """Whether a name in small letters may be written with a capital here."""
    before = mask[max(0, position - _NEAR) : position].rstrip(f" \t{_CLEAR}{_MARGIN}")
    return before[-1:] in ("", "\n") or before[-1] in ".!?:;。！？：；（(「|"


_pattern = lru_cache(maxsize=8)(product_names.pattern)


def _left(mask: str, position: int) -> str:
    """The character before `position`, marks left out; empty at the start of a line."""
    while position and mask[position - 1] == _CLEAR:
        position -= 1
    found = mask[position - 1 : position]
    return "" if found in ("\n", _MARGIN) else found


def _right(mask: str, position: int, *, spaces: bool) -> str:
    """The character at `position`, marks left out, and white space too; empty at a line's end."""
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
        start > max(0, position - _NEAR)
        and mask[start - 1] not in " \t\n"
        and not _is_chinese(mask[start - 1])
    ):
        start -= 1
    return mask[start:position]


def _punctuation(text: str, mask: str, style: Style) -> Iterator[Slip]:
    """Half-width marks beside Chinese, and the full stop at the end of a Chinese sentence."""
    for match in _RUN.finditer(mask):
        if _ends_chinese(mask, match, style):
            for start in range(*match.span()):
                yield Slip("D907", start, start + 1, _WIDE[mask[start]])
    for match in _STOP.finditer(mask) if style.chinese and "." in mask else ():
        start = match.start("stop")
        line = text[max(mask.rfind("\n", 0, start) + 1, start - _NEAR) : start]
        if not _NUMERAL.match(line):
            yield Slip("D907", start, start + 1, "。")


def _ends_chinese(mask: str, match: re.Match[str], style: Style) -> bool:
    run, (start, stop) = match.group(), match.span()
    following = mask[stop : stop + 2]
    if following[:1] in ("=", "/", "[") or (run[-1] == ":" and following[:1] in ("(", ")", "-")):
        return False  # an operator, an address, an image, a face
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
    """Round brackets that should be full-width, and brackets that have no partner."""
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
        want = "(（" if mark in ")）" else OPEN[CLOSE.index(mark)]
        depth = next((d for d in range(len(opened) - 1, -1, -1) if mask[opened[d]] in want), None)
        if depth is None:
            if mark != ")" and not (mark == "）" and _enumerates(text, position)):
                yield Slip("D911", position, position + 1)
            continue
        for left_open in opened[depth + 1 :]:
            if mask[left_open] != "(":
                yield Slip("D911", left_open, left_open + 1)
        yield from _pair(mask, opened[depth], position, style)
        del opened[depth:]
    for left_open in opened:
        if mask[left_open] != "(":
            yield Slip("D911", left_open, left_open + 1)


def _enumerates(text: str, position: int) -> bool:
    """Whether a closing bracket follows a number, as in ``1）``."""
    return _ENUMERATOR.search(text[max(0, position - 6) : position]) is not None


def _pair(mask: str, start: int, stop: int, style: Style) -> Iterator[Slip]:
    """What should be full-width of a pair of brackets."""
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
        near = max(0, start - _NEAR)
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
    """Straight quotes around Chinese; curly ones too in a deck that has 「」."""
    if not style.chinese:
        return
    if '"' in mask:
        for start, line in _cells(mask):
            places = [start + match.start() for match in re.finditer('"', line)]
            if len(places) % 2 == 0:
                pairs = list(zip(places[::2], places[1::2], strict=True))
                if all(_hugs(mask, *pair) for pair in pairs):
                    for pair in pairs:
                        yield from _quote(mask, *pair, style)
    if style.quotes == "「」":
        for match in _CURLY.finditer(mask):
            yield from _quote(mask, match.start(), match.end() - 1, style)


def _cells(mask: str) -> Iterator[tuple[int, str]]:
    """The stretches of a text that a pair of quotes stays in: lines, and the cells of tables."""
    for match in re.finditer(r"[^\n|]+", mask):
        yield match.start(), match.group()


def _hugs(mask: str, start: int, stop: int) -> bool:
    inside = mask[start + 1 : stop]
    return bool(inside.strip()) and inside == inside.strip()


def _quote(mask: str, start: int, stop: int, style: Style) -> Iterator[Slip]:
    outside = _is_chinese(_left(mask, start)) and _is_chinese(_right(mask, stop + 1, spaces=False))
    if not outside and _HAN not in mask[start + 1 : stop]:
        return
    line = mask[max(mask.rfind("\n", 0, start) + 1, start - _NEAR) : start]
    marks = style.quotes
    if marks == "「」" and line.count("「") > line.count("」"):
        marks = "『』"
    yield Slip("D909", start, start + 1, marks[0])
    yield Slip("D909", stop, stop + 1, marks[1])
