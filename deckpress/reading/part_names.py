"""The names of the parts of an answer: those that an author may write, and those a learner sees."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from deckpress.model import PartName

# For each language: first the name that every output shows, then others that are understood.
_NAMES: Mapping[PartName, Mapping[str, tuple[str, ...]]] = {
    PartName.PROMPT: {"zh-CN": ("题面",), "en": ("Prompt",)},
    PartName.WHY: {"zh-CN": ("为什么", "原理", "详解"), "en": ("Why", "Details")},
    PartName.EXAMPLE: {"zh-CN": ("例子", "示例"), "en": ("Example", "Examples")},
    PartName.FOLLOW_UP: {"zh-CN": ("追问", "延伸"), "en": ("Follow-ups", "Follow-up")},
    PartName.PITFALL: {"zh-CN": ("误区", "常见误区"), "en": ("Pitfalls", "Pitfall")},
    PartName.SOURCES: {"zh-CN": ("来源", "出处", "参考"), "en": ("Sources", "Source")},
    PartName.RETIRED: {"zh-CN": ("下架说明", "下架"), "en": ("Retired", "Retirement")},
}

# The heading of a short answer that stands below a prompt.
_ANSWER = {"zh-CN": "答案", "en": "Answer"}


def part_label(part: PartName, lang: str) -> str:
    """The heading that a learner sees above this part; in English if `lang` is not in the table."""
    names = _NAMES[part]
    return names.get(lang, names["en"])[0]


def all_labels() -> tuple[str, ...]:
    """All names that an author may write, in all languages."""
    return tuple(name for names in _NAMES.values() for group in names.values() for name in group)


def _normalised(heading: str) -> str:
    return unicodedata.normalize("NFC", heading).strip().rstrip(":：?？").rstrip().casefold()


_BY_LABEL = {
    _normalised(name): part
    for part, names in _NAMES.items()
    for group in names.values()
    for name in group
}


def answer_label(lang: str) -> str:
    """The heading of a short answer below a prompt; in English if `lang` is not in the table."""
    return _ANSWER.get(lang, _ANSWER["en"])


def is_answer(heading: str) -> bool:
    """Whether a ``###`` heading begins the short answer."""
    return _normalised(heading) in map(_normalised, _ANSWER.values())


@lru_cache(maxsize=256)
def part_named(heading: str) -> PartName | None:
    """The part that a ``###`` heading names, in any language, or None."""
    return _BY_LABEL.get(_normalised(heading))
