"""Which field of a note type is what in a card: known types, those of ``--map``, proposals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from deckpress.importing.anki.collection import AnkiType
from deckpress.model import CardKind, PartName

# What a field can be in a card, as an author writes it behind the arrow.
TARGETS = (
    *("question", "short", "tags", "section", "guid", "kind"),
    *(part.value for part in PartName if part is not PartName.RETIRED),
    "-",
)
# Names of columns and fields that say what they hold; the first that fits is proposed.
_NAMES = {
    "question": "question front frage prompt q term word 问题 题目 题干 正面 问",
    "short": "answer back short response a definition meaning 答案 回答 背面 答 简答",
    "prompt": "lead 题面",
    "why": "why explanation extra details reason notes note remarks back-extra 为什么 解释 详解",
    "example": "example examples code 例子 示例",
    "follow-up": "follow-up follow-ups followup 追问",
    "pitfall": "pitfall pitfalls mistake 误区",
    "sources": "source sources reference references link url 来源 出处 参考",
    "tags": "tags tag 标签",
    "section": "section deck topic chapter category 章节 分类 牌组",
    "guid": "guid id key",
    "kind": "kind type 类型 题型",
}
_BY_NAME = {name: target for target, names in _NAMES.items() for name in names.split()}
_REFERENCE = re.compile(r"\{\{\s*(?![#^/!])(?P<filters>(?:[^{}:]+:)*)(?P<name>[^{}:]+?)\s*\}\}")
_SCRIPT = re.compile(r"<script\b|\bon[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE)
_OCCLUSION = re.compile(r"cloze:Occlusion|image-?occlusion", re.IGNORECASE)


class MapError(Exception):
    """A ``--map`` that cannot be read; the exception's text is the part that is wrong."""


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Which kind of card a note type makes, and what each of its fields is in it.

    `optional_reverse` is the field that makes a card ask both ways if it is not empty.
    """

    kind: CardKind
    targets: Mapping[str, str]
    optional_reverse: str = ""


def read_maps(options: Sequence[str]) -> dict[str, dict[str, str]]:
    """The maps of ``Type: Field -> target, …``, by type; without a type they are under ``""``.

    Raises:
        MapError: one of them cannot be read.
    """
    maps: dict[str, dict[str, str]] = {}
    for option in options:
        head, colon, rest = option.partition(":")
        named = bool(colon) and "->" not in head
        pairs = maps.setdefault(head.strip() if named else "", {})
        for pair in (rest if named else option).split(","):
            name, arrow, target = (each.strip() for each in pair.rpartition("->"))
            if not arrow or not name or target not in TARGETS:
                raise MapError(pair.strip())
            pairs[name] = target
    return maps


def known_map(type: AnkiType) -> FieldMap | None:
    """The map of a note type that is like one of Anki's own, whatever it is called."""
    if type.cloze:
        return _cloze_map(type)
    shown = [_asked_and_answered(type, *template) for template in type.templates]
    if not shown or any(len(asked) != 1 or len(told) != 1 for asked, told in shown):
        return None
    asked, told = shown[0][0][0], shown[0][1][0]
    known = {asked: "question", told: "short"}
    if len(shown) == 1 and len(type.fields) == 2:
        return FieldMap(CardKind.BASIC, known)
    if len(shown) != 2 or shown[1] != ([told], [asked]):
        return None
    rest = [name for name in type.fields if name not in known]
    if not rest:
        return FieldMap(CardKind.REVERSE, known)
    if len(rest) == 1 and re.match(r"\s*\{\{#", type.templates[1][0]):
        return FieldMap(CardKind.REVERSE, {**known, rest[0]: "-"}, optional_reverse=rest[0])
    return None


def chosen_map(type: AnkiType, targets: Mapping[str, str]) -> FieldMap:
    """The map that an author chose for a note type; fields that it does not name are left out."""
    if type.cloze:
        return FieldMap(CardKind.CLOZE, targets)
    asked = [{targets.get(n) for n in _references(type, q)} for q, _ in type.templates]
    both = len(asked) > 1 and "question" in asked[0] and "short" in asked[1]
    return FieldMap(CardKind.REVERSE if both else CardKind.BASIC, targets)


def surplus_templates(type: AnkiType, fields: FieldMap) -> int:
    """How many cards of each note of this type have no counterpart in a deck."""
    if type.cloze:
        return 0
    return max(0, len(type.templates) - (2 if fields.kind is CardKind.REVERSE else 1))


def proposal(type: AnkiType) -> str:
    """A ``--map`` for a note type, from the names of its fields and their order."""
    pairs = propose(type.fields)
    return f"{type.name}: " + ", ".join(f"{name} -> {target}" for name, target in pairs.items())


def propose(names: Sequence[str]) -> dict[str, str]:
    """What fields or columns probably are, by their names and their order."""
    found = {name: target for name in names if (target := target_of(name))}
    for target in ("question", "short", "why"):
        free = next((name for name in names if name not in found), None)
        if free is not None and target not in found.values():
            found[free] = target
    return {name: found.get(name, "-") for name in names}


def target_of(name: str) -> str:
    """What a field with this name is; empty if the name does not say it."""
    return _BY_NAME.get("-".join(name.casefold().split()), "")


def has_script(type: AnkiType) -> bool:
    """Whether a template runs JavaScript, so that its cards may show more than their fields."""
    return any(_SCRIPT.search(text) for template in type.templates for text in template)


def is_occlusion(type: AnkiType) -> bool:
    """Whether the notes of a type hide parts of a picture."""
    return {"Occlusion", "Image"} <= set(type.fields) or any(
        _OCCLUSION.search(text) for template in type.templates for text in template
    )


def near_type(name: str, types: Sequence[str]) -> str:
    """The note type that was probably meant by `name`; empty if none is similar."""
    return next(iter(get_close_matches(name, types, 1)), "")


def _cloze_map(type: AnkiType) -> FieldMap | None:
    question, _ = type.templates[0] if type.templates else ("", "")
    gaps = [m["name"] for m in _REFERENCE.finditer(question) if "cloze:" in m["filters"]]
    if len(set(gaps)) != 1 or len(type.fields) > 2:
        return None
    rest = [name for name in type.fields if name != gaps[0]]
    return FieldMap(CardKind.CLOZE, {gaps[0]: "question", **dict.fromkeys(rest, "why")})


def _asked_and_answered(type: AnkiType, question: str, answer: str) -> tuple[list[str], list[str]]:
    """The fields that a template asks with, and those that only its answer shows."""
    asked = _references(type, question)
    told = _references(type, answer.replace("type:", ""))
    return asked, [name for name in told if name not in asked]


def _references(type: AnkiType, text: str) -> list[str]:
    # What a learner types in is no part of the question.
    matches = (m for m in _REFERENCE.finditer(text) if "type:" not in m["filters"])
    names = (match["name"].strip() for match in matches)
    return list(dict.fromkeys(name for name in names if name in type.fields))
