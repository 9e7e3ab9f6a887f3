"""Tells whether two questions ask the same thing in other words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from deckpress.language.han import HAN
from deckpress.language.speaking_time import spoken_text
from deckpress.reading.prose import FILLER, prose

# Questions are the same if they differ only in these words, in the order around "and", or in
# punctuation. Any other word may be what the question is about: no measure of similarity would keep
# 「正向代理」 apart from 「反向代理」, or port 80 from port 443.
_WHY, _HOW, _WHEN, _SOME, _END = "\ue001", "\ue002", "\ue003", "\ue004", "\ue000"
_SAME_ZH = (
    *((word, _WHEN) for word in ("什么时候", "何时")),
    *((word, _WHY) for word in ("为什么", "为何", "为啥")),
    *((word, _HOW) for word in ("怎么样", "怎么", "怎样", "如何")),
    *((word, "区别") for word in ("不同", "差异", "差别")),
    *((word, _END) for word in ("什么", "请问", "简述", "说说", "谈谈", "之间", "各自", "分别")),
    *((word, _END) for word in ("一句话说清", "一句话", "一下", "一个", "一种", "是否")),
    ("以及", "&"),
    *((f"{word}区别", f"{_END}区别") for word in ("有哪些", "哪些", "有何", "有" + _END, "有")),
    *((f"区别{word}", "区别" + _END) for word in ("有哪些", "是哪些", "在哪里", "在哪")),
    *((word, _SOME) for word in ("哪些", "哪几种", "哪几个")),
)
_FUNCTION_ZH = str.maketrans(
    {**dict.fromkeys("和与跟及、", "&"), **dict.fromkeys("请是的地得了着呢啊呀吧嘛之有吗", _END)}
)
_YES_NO_ZH = re.compile(r"吗|(?<![什怎这那多])么(?=\W|$)|是否|能否|可否|([是能会可要])不\1|有没有")
_EITHER_ZH = re.compile(r"哪|还是|谁|几")
_STOP_WORDS = """
a an the of is are was were be do does did what s it its there between please exactly
"""
_STOP_EN = frozenset(_STOP_WORDS.split())
_AUXILIARIES = """
is are was were do does did can could will would should may must has have
"""
_FIRST_EN = frozenset(_AUXILIARIES.split())
_SAME_EN = {
    "differ": "difference",
    "different": "difference",
    "vs": "&",
    "and": "&",
    "versus": "&",
}
_TOKEN = re.compile(
    "[0-9A-Za-z]++[+#]*+"  # a word, C++ among them
    "|[^\\W_0-9A-Za-z]++"  # a run of Han
    "|[&\ue000-\ue004]"
    "|[=<>|^%$@+#\\\\]|(?<!\\w)-(?=\\d)"  # signs in which two formulas may differ
)


@dataclass(frozen=True, slots=True)
class Content:
    """The words of a question that carry its meaning, and what sort of question it is.

    `closed` tells whether it is answered by yes or no, or by one of its own words. `named` tells
    whether it contains a name or code that says what it is about, so that it is clear without its
    section.
    """

    words: tuple[str, ...]
    closed: bool
    named: bool


def content(text: str) -> Content:
    """The content of a short Markdown text, without punctuation, case and function words."""
    text = spoken_text(text)
    closed = _YES_NO_ZH.search(text) is not None
    units: list[str] = []
    named = False
    for piece, code in _pieces(text):
        if code:
            units += (word.lower() if word.isalnum() else word for word in piece.split())
            named = True
            continue
        units += _units(piece)
    words = text.split()
    han = not text.isascii() and HAN.search(text) is not None
    if han:
        named = named or re.search("[A-Za-z]{2}", text) is not None
    else:
        named = named or any(len(word) > 1 and word.lower() != word for word in words[1:])
        closed = bool(units) and units[0] in _FIRST_EN
    either = _EITHER_ZH.search(text) or (not han and not {"or", "which", "who"}.isdisjoint(units))
    kept = _without_function_words(units)
    if not kept:
        kept = tuple(unicodedata.normalize("NFKC", text).casefold().split())
    yes_no = ("?",) if closed else ()
    return Content((*kept, *yes_no), closed or bool(either), named)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The parts of a text in order, each with whether it is code."""
    if "`" not in text:
        yield text, False
        return
    masked = prose(text)
    position = 0
    for match in re.finditer(f"{FILLER}++", masked):
        yield text[position : match.start()], False
        yield text[match.start() : match.end()].strip("`"), True
        position = match.end()
    yield text[position:], False


def _units(text: str) -> list[str]:
    """The words, runs of Han and signs of a text; synonyms are replaced by one of them."""
    text = unicodedata.normalize("NFKC", text)
    if not text.isascii():
        for word, into in _SAME_ZH:
            text = text.replace(word, into)
        text = text.translate(_FUNCTION_ZH)
    units = (_stem(match.group()).casefold() for match in _TOKEN.finditer(text))
    return [_SAME_EN.get(unit, unit) for unit in units]


def _without_function_words(units: list[str]) -> tuple[str, ...]:
    last = len(units) - 1
    kept = [
        unit
        for index, unit in enumerate(units)
        if unit not in _STOP_EN or (unit == "do" and index == last)
    ]
    for index in range(1, len(kept) - 1):
        if kept[index] == "&" and kept[index + 1] < kept[index - 1]:
            kept[index - 1], kept[index + 1] = kept[index + 1], kept[index - 1]
    # Runs of Han are split into characters, so the places of function words make no difference.
    return tuple(part for unit in kept if unit not in (_END, "&") for part in _split(unit))


def _stem(word: str) -> str:
    """A word without the ``s`` of a plural or a third person; names such as HTTPS keep theirs."""
    plural = len(word) > 3 and word[-1] == "s" and word[-2] not in "aisu" and word != "https"
    if not plural or not word.isascii() or not word.islower() or word in _STOP_EN:
        return word
    return word[:-1]


def _split(unit: str) -> tuple[str, ...]:
    return tuple(unit) if HAN.match(unit) else (unit,)
