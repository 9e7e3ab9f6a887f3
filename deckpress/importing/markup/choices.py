"""Finds options in an answer: a task list, or lettered lines and one that says what is right."""

from __future__ import annotations

import re

_TASK = re.compile(r"- \[(?P<mark>[ x])\] ")
_OPTION = re.compile(
    r"^(?:- )?(?:\*\*)?\(?(?P<letter>[A-Ha-h])(?:\\?[.):]|[、．：])(?:\*\*)?\s*(?P<text>\S.*?)\s*$"
)
_RIGHT = re.compile(
    r"^[#*\s>]*(?:the\s+)?(?:correct\s+)?(?:answer|ans|solution|正确答案|参考答案|答案|答)(?:\s+is)?"
    r"\s*\**\s*[:：]?\s*\**\s*\(?(?P<letters>[A-Ha-h](?:(?:\s*[,，、&]\s*|\s+and\s+|和)?[A-H])*)\b\)?"
    r"(?:\**|\\?[.。:：])*\s*(?P<rest>.*)$",
    re.IGNORECASE,
)


def as_choice(blocks: list[str]) -> str:
    """The answer of a choice card that these blocks make; empty if they make none."""
    return _from_tasks(blocks) or _from_letters(blocks)


def _from_tasks(blocks: list[str]) -> str:
    lists = [block for block in blocks if _TASK.match(block)]
    if len(lists) != 1:
        return ""
    marks = [m["mark"] for line in lists[0].split("\n") if (m := _TASK.match(line))]
    return "\n\n".join(blocks) if len(marks) > 1 and "x" in marks else ""


def _from_letters(blocks: list[str]) -> str:
    lines = [(n, line.removesuffix("  ")) for n, b in enumerate(blocks) for line in b.split("\n")]
    options: dict[str, str] = {}
    used: set[int] = set()
    before: list[str] = []
    after: list[str] = []
    right = ""
    for number, line in lines:
        option = _OPTION.match(line)
        told = _RIGHT.match(line)
        if told and options and not right:
            right = told["letters"].upper()
            used.add(number)
            after += [told["rest"]] if told["rest"] else []
        elif option and not right and option["letter"].upper() == chr(65 + len(options)):
            options[option["letter"].upper()] = option["text"]
            used.add(number)
    if len(options) < 2 or not right:
        return ""
    letters = {
        letter for letter in re.sub(r"and", "", right, flags=re.IGNORECASE) if letter in options
    }
    if not letters:
        return ""
    first = min(used)
    before = blocks[:first]
    after += [block for n, block in enumerate(blocks) if n > first and n not in used]
    listed = "\n".join(
        f"- [{'x' if letter in letters else ' '}] {text}" for letter, text in options.items()
    )
    return "\n\n".join([*before, listed, *after])
