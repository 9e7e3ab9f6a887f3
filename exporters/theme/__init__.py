"""What the outputs share, so that they look like one family: colours, type scale, words, fonts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from deckpress.model import Proof

_HERE = Path(__file__).parent

FONTS = _HERE / "fonts"


@cache
def stylesheet(*names: str) -> str:
    """The shared style files of these names, such as ``scale`` and ``code``, one after another."""
    return "\n".join((_HERE / f"{name}.css").read_text("utf-8") for name in names)


@cache
def color(name: str, light: str = "light") -> str:
    """One of the colours for paper by day or, with ``dark``, by lamplight, as ``#rrggbb``."""
    found = re.search(rf"--{name}: (#[0-9a-f]{{6}});", stylesheet(light))
    if found is None:
        raise KeyError(name)
    return found[1]


def scoped(name: str, selector: str) -> str:
    """A file of custom properties, for `selector` in place of the document's root."""
    return stylesheet(name).replace(":root", selector)


@cache
def words(lang: str) -> Mapping[str, str]:
    """The words that a learner sees, in the deck's language; English for one that has no table."""
    table = tomllib.loads((_HERE / "words.toml").read_text("utf-8"))
    chosen: dict[str, str] = {**table["en"], **table.get(lang, {})}
    return chosen


def proof(proved: Proof | None, lang: str) -> str:
    """What a learner reads of a card's proof: ``已实测：nginx 1.22.1``; empty without one."""
    if proved is None:
        return ""
    said = words(lang)
    programs = said["list-comma"].join(" ".join(program) for program in proved.programs)
    return said["proof-on" if proved.on else "proof"].format(programs=programs, on=proved.on)


@cache
def _coverage() -> frozenset[int]:
    covered: set[int] = set()
    for line in (FONTS / "coverage.txt").read_text("ascii").split():
        first, _, last = line.partition("-")
        covered.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(covered)


def has_glyph(character: str) -> bool:
    """Whether at least one bundled font can print this character."""
    return ord(character) in _coverage()
