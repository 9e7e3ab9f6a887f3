"""Finds words that name an option of a choice by its letter or place, or the others as a whole.

Such words hold in one order of the options only. Words are looked at, not meaning: "以上都对" and
"both A and B" are found, "the A record" and "A类地址" are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from string import ascii_uppercase
from typing import NamedTuple

_LONGEST = 80  # characters: no such words are longer
_EDGES = " \t\n.,;:!?。，；：！？、（）()\"'「」“”"

# --- whole options that are about the others ----------------------------------------------------

_ZH_VERDICT = r"(?:不|没|有|是|对|错|可以|可能|可|能|会|行|要|非|正确|错误|成立|选项|选|适用|的)"
_ZH_OTHERS = re.compile(
    r"(?:(?:以上|上述|上面|上列|前面|其他|其它|其余|另外|前|后|这)\s*的?"
    r"(?:[一二两三四五六七八九几\d]+\s*)?[个种项条者点]?"
    r"(?:选项|说法|答案|情况|做法|方法|方式|原因|内容|描述)?"
    r"|两者|二者|三者|它们|前者和后者|[两三四][个种项])?"
    r"(?P<all>全部都|全都|全部|都|均|皆|全|各项|兼有)?" + _ZH_VERDICT + r"*+"
)
_ZH_SEVERAL = re.compile(r"都|均|皆|全|选项|[一二两三四五六七八九几\d]\s*[项个种条者点]")
_ZH_PLACE = r"第\s*[一二三四五六七八九十\d]+\s*(?:个选项|选项|项)"
_EN_OTHERS = re.compile(
    r"(?:it is |they are |only )?"
    r"(?:(?:all|none|both|neither|either|any|some|each|two|three|most|nothing|everything)"
    r"(?: of)?(?: the)? ?"
    r"(?:above|these|those|them|two|others?|options|answers|choices|statements|listed|preceding"
    r"|(?:first|last|other) (?:one|two|three|options|answers|ones))"
    r"|the (?:above|others|first (?:two|three)|last (?:two|three))|both|neither"
    r"|(?:they|these|all|both|none|neither|either)(?= (?:is|are)\b))"
    r"(?: (?:of|the|above|these|them|options|answers|statements|is|are|all|both|apply|applies|hold"
    r"|holds|right|wrong|correct|incorrect|true|false|possible|can|may|be|happen|happens|works?"
    r"|will|do|does|not))*",
    re.IGNORECASE,
)
_SAME = re.compile(r"同上|同前|(?:the )?same as (?:the )?(?:above|previous|last)(?: one)?", re.I)

# --- options that are named in a text -----------------------------------------------------------

_ENDS = r"(?=$|[\s，。；：、！？,.;:!?)）」”*的了])"
_ZH_RIGHT = r"(?:不?对|错|不?正确|错误|不?成立|不?可选|排除|不选)" + _ENDS
_ZH_NUMBERED = re.compile(
    _ZH_PLACE + r"|最后(?:一个选项|一项|的选项)|[前后]\s*[一二两三四五\d]\s*(?:个选项|项)(?![目的])"
)
_EN_NUMBERED = re.compile(
    r"\b(?:first|second|third|fourth|fifth|sixth|last|previous|next) (?:two |three )?"
    r"(?:options?|answers?|choices?)\b|\boptions? (?:number |no\. ?)?\d\b",
    re.IGNORECASE,
)
_LINE_LABEL = re.compile(
    r"^[ \t]*(?:[-*+][ \t]+|\d+[.)][ \t]+|>[ \t]*)?[*_]{0,2}(?P<letter>[A-Z])[*_]{0,2}"
    r"[ \t]*[:：.．、)）][*_]{0,2}",
    re.MULTILINE,
)


class Found(NamedTuple):
    """Words that name an option: where they begin (from 0), and the words."""

    start: int
    words: str


def is_about_others(option: str, count: int) -> bool:
    """Whether the plain text `option`, one of `count`, is nothing but words about the others."""
    text = " ".join(option.split()).strip(_EDGES)
    if not text or len(text) > _LONGEST:
        return False
    chinese = _ZH_OTHERS.fullmatch(text)
    if chinese and text != chinese["all"] and _ZH_SEVERAL.search(text):
        return True
    patterns = (_EN_OTHERS, _SAME, *_letter_options(_letters(count)))
    return any(pattern.fullmatch(text) for pattern in patterns)


def named_options(masked: str, count: int) -> Iterator[Found]:
    """The places of a text that name one of `count` options by its letter or its place, in order.

    `masked` is prose, without code.
    """
    letters = _letters(count)
    found: dict[int, str] = {}
    for pattern in (_ZH_NUMBERED, _EN_NUMBERED, *_letters_in_text(letters)):
        for match in pattern.finditer(masked):
            found.setdefault(match.start(), match.group())
    labels = [m for m in _LINE_LABEL.finditer(masked) if m["letter"] in letters]
    if len({match["letter"] for match in labels}) > 1:  # one alone may be a name, such as "C:"
        found |= {match.start("letter"): match["letter"] for match in labels}
    end = 0
    for start, words in sorted(found.items()):
        if start >= end:
            yield Found(start, words)
            end = start + len(words)


def own_letter(option: str) -> str:
    """The letter or number that an author wrote before an option, such as ``A.``; or empty."""
    match = re.match(r"[*_]{0,2}([A-Ha-h]|[1-9①-⑨])[*_]{0,2}[.．、:：)）]\s*(?=\S)", option)
    return match[1] if match else ""


def _letters(count: int) -> str:
    return ascii_uppercase[: max(1, min(count, len(ascii_uppercase)))]


@cache
def _letter_options(letters: str) -> tuple[re.Pattern[str], ...]:
    """What an option that names others by their `letters` looks like as a whole."""
    one = rf"(?:选项\s*|[Oo]ptions?\s+)?[{letters}]"
    joined = r"\s*(?:、|和|与|及|以及|或|,\s*and|,\s*or|,|，|\+|/|&|\band\b|\bor\b|\bnor\b)\s*"
    verdict = r"(?:\s*(?:都|均|皆|全|两者|两项)?" + _ZH_VERDICT + r"*+)"
    english = r"(?:\s+(?:only|are|is|both|all|right|wrong|correct|incorrect|true|false|but|not|"
    english += rf"[{letters}]))*"
    return (
        re.compile(r"(?:选|只有|仅有?|只选|(?:[Bb]oth|[Ee]ither|[Nn]either|[Oo]nly) )?\s*"
                   rf"{one}(?:{joined}{one})+{verdict}{english}"),
        re.compile(rf"(?:只有|仅有?|同|与|和|[Oo]nly |[Ss]ame as |[Ll]ike )\s*{one}"
                   rf"(?:\s*(?:相同|一样|正确|对|成立))?"),
        re.compile(rf"(?:选项|[Oo]ption )\s*[{letters}]{verdict}{english}"),
        re.compile(rf"{_ZH_PLACE}(?:{joined}{_ZH_PLACE})*{verdict}"),
        re.compile(rf"[Oo]ptions? \d(?:{joined}\d)*{english}"),
        re.compile(rf"选?(?!.*(.).*\1)[{letters}]{{2,}}(?:都|均|皆){_ZH_VERDICT}++"),
    )  # fmt: skip


@cache
def _letters_in_text(letters: str) -> tuple[re.Pattern[str], ...]:
    """What naming one of the `letters` looks like in a sentence."""
    one = rf"(?<![A-Za-z0-9_\-])[{letters}](?![A-Za-z0-9_+#\-])"
    several = rf"{one}(?:\s*(?:[、和与及或,，/&]|and|or)\s*{one}){{0,5}}"
    run = rf"[{letters}]{{2,}}(?![A-Za-z0-9_+#\-])"
    not_a_name = r"(?!\s*(?:类|级|型|语言|记录|盘|站|班|段|端|机|库))"
    return (
        re.compile(rf"(?:选项|应选|要选|该选|误选|错选|选择|选|答案[是为：:]?)\s*(?:{several}|{run}){not_a_name}"),
        re.compile(rf"{several}\s*(?:选项|项(?!目)|(?:都|均|皆|全|是|才|也|就|则)*\s*{_ZH_RIGHT})"),
        re.compile(rf"\b(?:[Oo]ptions?|[Aa]nswers?|[Cc]hoices?)\s+\(?{several}\)?"),
        re.compile(rf"\b(?:options?|answers?|choices?)\s+(?:\([{letters.lower()}]\)|"
                   rf"(?!a\b)[{letters.lower()}]\b)"),
        re.compile(rf"{several},?\s+(?:is|are|was|were|would be|cannot be|isn't|aren't)\s+"
                   r"(?:not |the |also |both |all |only |therefore |clearly )*"
                   r"(?:right|wrong|correct|incorrect|true|false)\b"),
        re.compile(rf"\bboth\s+{one}\s+and\s+{one}"),
        re.compile(rf"[(（](?:{several})[)）]"),
    )  # fmt: skip
