"""Names of products: finds spellings that differ from those of the makers."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

# What is part of an address, a path, an option or an identifier is not the name of a product.
_BEFORE = r"(?<![A-Za-z0-9_./@#$%&=\\-])"
_AFTER = r"(?![A-Za-z0-9_]|[-./:@=#]+[A-Za-z0-9_])"
_WORD = re.compile(r"[A-Za-z]{3,}+")
# What follows NGINX in "NGINX Plus" and "NGINX Unit", which are names of other products.
_NAME_GOES_ON = re.compile(r" [A-Z]")


def misspellings(text: str) -> Mapping[str, str]:
    """The wrong spellings among the words of a whole source, each with the right one.

    In some places they may be right, such as code and addresses. `spelling_pattern` finds only
    those that stand alone.
    """
    table = _table()
    present = [word for word in set(_WORD.findall(text)) if word.lower() in table]
    found = {}
    for word in present:
        name = table[word.lower()]
        if word != name and not word.islower() and not word.isupper():
            found[word] = name
    for word in _two_words(text):
        joined = "".join(letter for letter in word.lower() if letter.isalpha())
        name = table.get(joined, "")
        if " " in name and word != name and not word.islower():
            found[word] = name
    return found


def mixed_spellings(text: str) -> Mapping[str, str]:
    """For names that `text` spells in several ways: the rarer spellings, each with the commonest.

    Code counts too. If two spellings are equally common, the first in the table wins.
    """
    found = {}
    for group in _names()[1]:
        if sum(name in text for name in group) < 2:
            continue
        counts = {name: text.count(name) - len(_longer_names(name, text)) for name in group}
        best = max(group, key=lambda name: (counts[name], -group.index(name)))
        found.update({name: best for name in group if counts[name] and name != best})
    return found


def is_longer_name(text: str, match: re.Match[str]) -> bool:
    """Whether a matched name in capitals is only the first word of a longer name."""
    return match.group().isupper() and _NAME_GOES_ON.match(text, match.end()) is not None


def _longer_names(name: str, text: str) -> list[str]:
    return re.findall(f"{name}{_NAME_GOES_ON.pattern}", text) if name.isupper() else []


def spelling_pattern(spellings: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern that finds these spellings where they are whole words."""
    longest = sorted(spellings, key=lambda word: (-len(word), word))
    return re.compile(f"{_BEFORE}(?:{'|'.join(map(re.escape, longest))}){_AFTER}")


@cache
def _names() -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    table = tomllib.loads((Path(__file__).parent / "product_names.toml").read_text("utf-8"))
    return tuple(table["names"]), tuple(map(tuple, table["either"]))


@cache
def _table() -> Mapping[str, str]:
    """The names of products by their letters, in lower case and without spaces."""
    return {name.replace(" ", "").lower(): name for name in _names()[0]}


def _two_words(text: str) -> set[str]:
    """What may be names of two words: the first word of one, and any second word."""
    first = {name.split()[0] for name in _names()[0] if " " in name}
    # Looking for each word alone takes a tenth of the time of looking for all in one pattern.
    spelled = {letter + word[1:] for word in first for letter in (word[0], word[0].lower())}
    present = sorted(word for word in spelled if word in text)
    return set(re.findall(f"(?:{'|'.join(present)})[ -][A-Za-z]++", text)) if present else set()
