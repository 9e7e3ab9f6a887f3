"""A deck as the one HTML document that a browser opens, from a disk or from a server."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup

from deckpress import __version__
from deckpress.model import Card, CardKind, Deck, Version
from deckpress.reading.part_names import label
from exporters.job import Memo
from exporters.theme import color, proof, scoped, stylesheet, words
from exporters.view import Chapter, chapters, has_gaps, letter
from exporters.web.assembly import HERE, integrity, scripts, templates
from exporters.web.facets import facets
from exporters.web.field_html import Screen, data_uri
from exporters.web.icons import ICONS
from exporters.web.initials import initials
from exporters.web.minify import lean

# In this order they are one script.
_SCRIPTS = (
    *("ground", "theme", "fsrs", "progress", "queue", "find", "unfold", "copy", "contents"),
    *("sheet", "dashboard", "study", "keys", "start"),
)
# The words that only the script says; all others stand in the templates.
_SPOKEN = (
    *("show-answer", "ordered-prompt", "reverse-prompt", "right", "wrong"),
    *("study-next", "study-check", "study-shown", "study-left", "study-done", "study-undone"),
    *("study-choose-one", "study-choose-all", "study-score", "study-taken", "study-not-undone"),
    *("study-unkept", "study-damaged", "study-mended", "study-newer"),
    *("study-file-damaged", "study-file-foreign", "study-file-newer"),
)
_SPOKEN_WHERE_SERVED = ("site-newer",)
_STYLES = ("page.css", "side.css", "card.css", "content.css", "study.css", "wide.css", "print.css")

# A choice beside a dark system: light stays light, dark is dark by day too.
_UNLESS_LIGHT = ":root:not([data-theme=light])"
_WHEN_DARK = ":root[data-theme=dark]"


@dataclass(frozen=True, slots=True)
class Documents:
    """The page twice. `alone` needs nothing and asks for nothing. `served` is the same page with a
    web manifest and a worker beside it, and is as complete where they are missing.
    """

    alone: str
    served: str


def documents(deck: Deck, version: Version, memo: Memo) -> Documents:
    """The whole page: styles, script and pictures stand in it, and its policy allows no others.

    `memo` remembers the initials of its questions.
    """
    shown = tuple(chapters(deck))
    screen = Screen(_anchors(shown), deck.assets)
    shared: dict[str, Any] = {
        "deck": deck,
        "version": version,
        "words": words(deck.meta.lang),
        "kinds": CardKind,
        "screen": screen,
        "has_gaps": has_gaps,
        "letter": letter,
        "right_letters": _right_letters,
        "label": lambda name: label(name, deck.meta.lang),
        "initials": lambda card: initials(card.title, deck.meta.lang, memo),
        "facets": tuple(facets(deck)),
        "proof": lambda card: proof(card.proof, deck.meta.lang),
    }
    body = (
        templates()
        .get_template("body.html.jinja")
        .render(chapters=shown, count=sum(len(chapter.entries) for chapter in shown), **shared)
    )
    style = (
        templates()
        .get_template("style.css.jinja")
        .render(
            light=Markup(lean(stylesheet("light"))),
            dark_unless_light=Markup(lean(scoped("dark", _UNLESS_LIGHT))),
            dark=Markup(lean(scoped("dark", _WHEN_DARK))),
            rules=Markup(_rules()),
            depths=sorted(screen.depths),  # known only now that the body has been set
        )
    )
    icon = data_uri("image/svg+xml", HERE.joinpath("icon.svg").read_bytes())

    def page(scripts: tuple[str, ...], spoken: tuple[str, ...], served: dict[str, str]) -> str:
        return (
            templates()
            .get_template("page.html.jinja")
            .render(
                body=Markup(body),
                style=Markup(style),
                scripts=[Markup(script) for script in scripts],
                hashes=[integrity(text.encode()) for text in (style, *scripts)],
                data={
                    "key": deck.meta.key,
                    "words": {name: shared["words"][name] for name in spoken},
                },
                icon=icon,
                generator=f"Deckpress {__version__}",
                served=served,
                **shared,
            )
        )

    own, keeping = _script(*_SCRIPTS), _script("served")
    beside = {"light": color("paper"), "dark": color("paper", "dark"), "icon": ICONS[-1].name}
    return Documents(
        alone=page((own,), _SPOKEN, {}),
        served=page((own, keeping), (*_SPOKEN, *_SPOKEN_WHERE_SERVED), beside),
    )


def _anchors(chapters: tuple[Chapter, ...]) -> frozenset[str]:
    """What a link inside the deck can lead to on this page."""
    sections = (chapter.section.id for chapter in chapters)
    cards = (entry.card.id for chapter in chapters for entry in chapter.entries)
    return frozenset((*sections, *cards))


def _right_letters(card: Card) -> list[str]:
    return [letter(index) for index, option in enumerate(card.options) if option.right]


@cache
def _script(*names: str) -> str:
    return lean(scripts(*names))


@cache
def _rules() -> str:
    own = (HERE.joinpath("css", name).read_text("utf-8") for name in _STYLES)
    return lean("\n".join((stylesheet("scale", "content", "code"), *own)))
