"""Names of products, spelled as their makers do: which spellings of a text are slips."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

# A name that is part of an address, a path, an option or an identifier is none.
_BEFORE = r"(?<![A-Za-z0-9_./@#$%&=\\-])"
_AFTER = r"(?![A-Za-z0-9_]|[-./:@=#]+[A-Za-z0-9_])"
_WORD = re.compile(r"[A-Za-z]{3,}+")
# NGINX Plus, NGINX Unit: the name of a product, which is written so.
_PRODUCT = re.compile(r" [A-Z]")


def slips(text: str) -> Mapping[str, str]:
    """The wrong spellings among the words of a whole source, and what each should be.

    They may stand where they are right, in code or an address: `pattern` finds the others.
    """
    table = _table()
    present = [word for word in set(_WORD.findall(text)) if word.lower() in table]
    found = {}
    for word in present:
        name = table[word.lower()]
        if word != name and not word.islower() and not word.isupper():
            found[word] = name
    for word in set(_pairs().findall(text)):
        joined = "".join(letter for letter in word.lower() if letter.isalpha())
        name = table.get(joined, "")
        if " " in name and word != name and not word.islower():
            found[word] = name
    return found


def mixed(text: str) -> Mapping[str, str]:
    """The rarer spellings of names that `text` spells in several ways, and the commonest one.

    What stands in code counts too. With equal numbers the first of the table wins.
    """
    found = {}
    for group in _names()[1]:
        if sum(name in text for name in group) < 2:
            continue
        counts = {name: text.count(name) - len(_products(name, text)) for name in group}
        best = max(group, key=lambda name: (counts[name], -group.index(name)))
        found.update({name: best for name in group if counts[name] and name != best})
    return found


def is_product(text: str, match: re.Match[str]) -> bool:
    """Whether a name in capitals goes on, as the name of another product."""
    return match.group().isupper() and _PRODUCT.match(text, match.end()) is not None


def _products(name: str, text: str) -> list[str]:
    return re.findall(f"{name}{_PRODUCT.pattern}", text) if name.isupper() else []


def pattern(spellings: tuple[str, ...]) -> re.Pattern[str]:
    """Finds these spellings as words of their own."""
    longest = sorted(spellings, key=lambda word: (-len(word), word))
    return re.compile(f"{_BEFORE}(?:{'|'.join(map(re.escape, longest))}){_AFTER}")


@cache
def _names() -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    table = tomllib.loads((Path(__file__).parent / "product_names.toml").read_text("utf-8"))
    return tuple(table["names"]), tuple(map(tuple, table["either"]))


@cache
def _table() -> Mapping[str, str]:
    """Each name by its letters."""
    return {name.replace(" ", "").lower(): name for name in _names()[0]}


@cache
def _pairs() -> re.Pattern[str]:
    """Finds what may be a name of two words: its first one, and any other."""
    first = {name.split()[0] for name in _names()[0] if " " in name}
    either = "|".join(f"[{word[0]}{word[0].lower()}]{word[1:]}" for word in sorted(first))
    return re.compile(f"(?:{either})[ -][A-Za-z]++")
