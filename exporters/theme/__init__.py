"""What all outputs share so that they look alike: colours, type scale, words, fonts."""

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
    """The CSS of the shared style files `names` (such as ``scale``, ``code``), joined in order."""
    return "\n".join((_HERE / f"{name}.css").read_text("utf-8") for name in names)


@cache
def color(name: str, scheme: str = "light") -> str:
    """The colour `name` as ``#rrggbb``, in the colour scheme ``light`` or ``dark``.

    Raises:
        KeyError: the scheme has no colour of that name.
    """
    found = re.search(rf"--{name}: (#[0-9a-f]{{6}});", stylesheet(scheme))
    if found is None:
        raise KeyError(name)
    return found[1]


def scoped_stylesheet(name: str, selector: str) -> str:
    """The style file `name`, a set of custom properties, with `selector` in place of ``:root``."""
    return stylesheet(name).replace(":root", selector)


@cache
def words(lang: str) -> Mapping[str, str]:
    """The words that a learner sees, by key, in the language `lang` of the deck.

    A word that has no translation is given in English.
    """
    table = tomllib.loads((_HERE / "words.toml").read_text("utf-8"))
    chosen: dict[str, str] = {**table["en"], **table.get(lang, {})}
    return chosen


def proof_text(proof: Proof | None, lang: str) -> str:
    """A card's proof as a learner reads it: ``已实测：nginx 1.22.1``. Empty if `proof` is None.

    What had a stand-in is named, and so is a run that was recorded and is not repeated.
    """
    if proof is None:
        return ""
    word = words(lang)
    comma = word["list-comma"]
    said = []
    if proof.programs:
        key = "proof-stand-ins" if proof.stand_ins else "proof"
        programs = comma.join(" ".join(program) for program in proof.programs)
        said.append(word[key].format(programs=programs, stand_ins=comma.join(proof.stand_ins)))
    if proof.recorded:
        programs = comma.join(" ".join(program) for program in proof.recorded)
        said.append(word["proof-recorded"].format(programs=programs, on=proof.on))
    return word["proof-comma"].join(said)


def font_file(name: str) -> Path | None:
    """The bundled file of a font with the name that a PDF has for it, or None.

    That is a name like ``/ABCDEF+Noto-Sans-SC-Bold``.
    """
    return _font_files().get(_font_key(name.partition("+")[2]))


@cache
def _font_files() -> Mapping[str, Path]:
    return {_font_key(path.stem.removesuffix("-Regular")): path for path in FONTS.glob("*.ttf")}


def _font_key(name: str) -> str:
    return name.replace("-", "").lower()


@cache
def _coverage() -> frozenset[int]:
    """The code points that at least one bundled font has."""
    covered: set[int] = set()
    for line in (FONTS / "coverage.txt").read_text("ascii").split():
        first, _, last = line.partition("-")
        covered.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(covered)


def has_glyph(character: str) -> bool:
    """Whether at least one bundled font has a glyph for `character`."""
    return ord(character) in _coverage()
