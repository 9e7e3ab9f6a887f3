"""A deck as the one HTML document that a browser opens."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from deckpress import __version__
from deckpress.model import Card, CardKind, Deck, Section, Version
from deckpress.parts import label
from exporters.job import Memo
from exporters.theme import proof, scoped, stylesheet, words

from .facets import facets
from .initials import initials
from .lean import lean
from .screen import Screen, data_uri, has_gaps

_HERE = Path(__file__).parent
# In this order they are one script.
_SCRIPTS = (
    *("ground", "theme", "fsrs", "progress", "queue", "find", "unfold", "copy", "contents"),
    *("sheet", "dashboard", "study", "keys", "start"),
)
# The words that only the script says; all others stand in the templates.
_SPOKEN = (
    *("show-answer", "ordered-prompt", "reverse-prompt", "right", "wrong"),
    *("study-next", "study-check", "study-shown", "study-left", "study-done", "study-undone"),
    *("study-choose-one", "study-choose-all", "study-score", "study-taken"),
    *("study-unkept", "study-damaged", "study-newer"),
    *("study-file-damaged", "study-file-foreign", "study-file-newer"),
)
_STYLES = ("page.css", "side.css", "card.css", "content.css", "study.css", "print.css")

# A choice beside a dark system: light stays light, dark is dark by day too.
_UNLESS_LIGHT = ":root:not([data-theme=light])"
_WHEN_DARK = ":root[data-theme=dark]"


@dataclass(frozen=True, slots=True)
class Entry:
    """A card and its number on the page, counted from 1 through all sections."""

    number: int
    card: Card


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section and the cards of it that are shown."""

    section: Section
    entries: tuple[Entry, ...]


def document(deck: Deck, version: Version, memo: Memo) -> str:
    """The whole page: styles, script and pictures stand in it, and its policy allows no others.

    `memo` remembers the initials of its questions.
    """
    chapters = tuple(_chapters(deck))
    screen = Screen(_anchors(chapters), deck.assets)
    environment = _environment()
    shared: dict[str, Any] = {
        "deck": deck,
        "version": version,
        "words": words(deck.meta.lang),
        "kinds": CardKind,
        "screen": screen,
        "has_gaps": has_gaps,
        "letter": _letter,
        "right_letters": _right_letters,
        "label": lambda name: label(name, deck.meta.lang),
        "initials": lambda card: initials(card.title, deck.meta.lang, memo),
        "facets": tuple(facets(deck)),
        "proof": lambda card: proof(card.proof, deck.meta.lang),
    }
    body = environment.get_template("body.html.jinja").render(
        chapters=chapters, count=sum(len(chapter.entries) for chapter in chapters), **shared
    )
    style = environment.get_template("style.css.jinja").render(
        light=Markup(stylesheet("light")),
        dark_unless_light=Markup(scoped("dark", _UNLESS_LIGHT)),
        dark=Markup(scoped("dark", _WHEN_DARK)),
        rules=Markup(_rules()),
        depths=sorted(screen.depths),  # known only now that the body has been set
    )
    script = _script()
    return environment.get_template("page.html.jinja").render(
        body=Markup(body),
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
        data={
            "key": deck.meta.key,
            "words": {name: shared["words"][name] for name in _SPOKEN},
        },
        icon=data_uri("image/svg+xml", _HERE.joinpath("icon.svg").read_bytes()),
        generator=f"Deckpress {__version__}",
        **shared,
    )


def _chapters(deck: Deck) -> Iterator[Chapter]:
    number = 0
    for section in deck.sections:
        entries: list[Entry] = []
        for card in section.cards:
            if not card.retired:
                number += 1
                entries.append(Entry(number, card))
        yield Chapter(section, tuple(entries))


def _anchors(chapters: tuple[Chapter, ...]) -> frozenset[str]:
    """What a link inside the deck can lead to on this page."""
    sections = (chapter.section.id for chapter in chapters)
    cards = (entry.card.id for chapter in chapters for entry in chapter.entries)
    return frozenset((*sections, *cards))


def _letter(index: int) -> str:
    """What the option at `index` (from 0) is called: A to Z, then its number."""
    return chr(ord("A") + index) if index < 26 else str(index + 1)


def _right_letters(card: Card) -> list[str]:
    return [_letter(index) for index, option in enumerate(card.options) if option.right]


def _hash(text: str) -> str:
    """A source for a Content-Security-Policy: https://www.w3.org/TR/CSP3/#grammardef-hash-source"""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}"


@cache
def _script() -> str:
    own = (_HERE.joinpath("js", f"{name}.js").read_text("utf-8") for name in _SCRIPTS)
    return lean("\n".join(own))


@cache
def _rules() -> str:
    own = (_HERE.joinpath("css", name).read_text("utf-8") for name in _STYLES)
    return lean("\n".join((stylesheet("scale", "content", "code"), *own)))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": True}
    return environment
