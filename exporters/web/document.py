"""A deck as one HTML document, opened from a disk or from a server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup

from deckpress import __version__
from deckpress.homepage import report_address
from deckpress.model import Asset, Card, CardKind, Deck, Version
from deckpress.output.manifest import FIGURES
from deckpress.reading.part_names import part_label
from exporters.job import Memo
from exporters.theme import color, proof_text, stylesheet, words
from exporters.view import Chapter, chapters, has_gaps, letter
from exporters.web.assembly import HERE, integrity, scripts, templates
from exporters.web.facets import facets
from exporters.web.field_html import ScreenRenderer, data_uri
from exporters.web.icons import ICONS
from exporters.web.minify import minify, minify_style
from exporters.web.pinyin import pinyin

# The parts of the one script, in order.
_SCRIPTS = (
    *("ground", "theme", "fsrs", "fuzz", "progress", "queue", "plan", "match", "marks"),
    *(
        "find",
        "inert",
        "unfold",
        "copy",
        "contents",
        "states",
        "scope",
        "session",
        "sheet",
        "dashboard",
        "transfer",
    ),
    *("exam", "study", "keys", "start"),
)
# The words that the script needs; the templates write all others.
_SCRIPT_WORDS = (
    *("found", "found-for", "found-in", "nothing-found", "try", "copied", "right-are"),
    *("list-comma", "card", "cards"),
    *("show-answer", "reverse-prompt", "right", "wrong", "level-1", "level-2", "level-3"),
    *("study-next", "study-check", "study-shown", "study-left", "study-done", "study-undone"),
    *("study-choose-one", "study-choose-all", "study-score", "study-taken", "study-not-undone"),
    *("study-order", "study-typed", "study-compared", "study-minutes", "study-sum"),
    *("study-paused", "study-elsewhere", "study-buried", "study-suspended", "study-unsuspend"),
    *("study-unkept", "study-damaged", "study-mended", "study-newer", "study-days-said"),
    *("study-file-damaged", "study-file-foreign", "study-file-newer", "study-file-large"),
    *("study-ask-limit", "study-ask-clear", "study-cleared", "study-restored", "study-remind"),
    *("plan-said", "plan-on-course", "plan-behind", "plan-over", "state-due", "state-known"),
    *("scope-all", "scope-found", "scope-missed"),
)
_SERVED_SCRIPT_WORDS = ("site-newer",)
# With more cards than this, browsers take seconds to read all answers: they are unpacked later.
_INERT_ABOVE = 2000
_END = re.compile("</(?=noscript)", re.IGNORECASE)
_STYLES = ("page.css", "side.css", "card.css", "content.css", "study.css", "wide.css", "print.css")


@dataclass(frozen=True, slots=True)
class Documents:
    """The page in two forms.

    `standalone` needs no other file. `served` is the same page with links to a web manifest and a
    service worker, and works if they are missing, too. It shows the `pictures`, which are beside
    it by these names.
    """

    standalone: str
    served: str
    pictures: Mapping[str, bytes]


def render_documents(deck: Deck, version: Version, memo: Memo) -> Documents:
    """Both forms of the page of `deck`, complete with styles and scripts.

    The page's content security policy allows no others. `memo` keeps the pinyin of the questions.
    """
    shown = tuple(chapters(deck))
    screen = ScreenRenderer(_link_targets(shown), deck.assets)
    shared: dict[str, Any] = {
        "deck": deck,
        "version": version,
        "words": words(deck.meta.lang),
        "kinds": CardKind,
        "screen": screen,
        "has_gaps": has_gaps,
        "letter": letter,
        "numeral": lambda number: _numeral(number, deck.meta.lang),
        "right_letters": _right_letters,
        "label": lambda name: part_label(name, deck.meta.lang),
        "pinyin": lambda card: pinyin(card.title, deck.meta.lang, memo),
        "facets": tuple(facets(deck)),
        "report": report_address(deck.meta.homepage, ""),
        "proof": lambda card: proof_text(card.proof, deck.meta.lang),
        "inert_html": _inert_html,
    }
    count = sum(len(chapter.entries) for chapter in shown)
    body = (
        templates()
        .get_template("body.html.jinja")
        .render(chapters=shown, count=count, inert=count > _INERT_ABOVE, **shared)
    )
    style = (
        templates()
        .get_template("style.css.jinja")
        .render(
            light=Markup(minify_style(stylesheet("light"))),
            dark=Markup(minify_style(stylesheet("dark"))),
            rules=Markup(_style_rules()),
            depths=sorted(screen.depths),  # complete only after the body was rendered
        )
    )
    icon = data_uri("image/svg+xml", HERE.joinpath("icon.svg").read_bytes())

    def page(
        body: str, scripts: tuple[str, ...], script_words: tuple[str, ...], served: dict[str, str]
    ) -> str:
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
                    "words": {name: shared["words"][name] for name in script_words},
                },
                icon=icon,
                generator=f"Deckpress {__version__}",
                served=served,
                **shared,
            )
        )

    main_script, served_script = _script(*_SCRIPTS), _script("served")
    served_values = {
        "light": color("paper"),
        "dark": color("paper", "dark"),
        "icon": ICONS[-1].name,
    }
    return Documents(
        standalone=page(
            screen.with_sources(body, lambda asset: data_uri(asset.media_type, asset.data)),
            (main_script,),
            _SCRIPT_WORDS,
            {},
        ),
        served=page(
            screen.with_sources(body, _file_name),
            (main_script, served_script),
            (*_SCRIPT_WORDS, *_SERVED_SCRIPT_WORDS),
            served_values,
        ),
        pictures={_file_name(asset): asset.data for asset in screen.shown},
    )


def _file_name(picture: Asset) -> str:
    """The name of a picture's file beside the served page."""
    return f"{FIGURES}/{picture.name}"


def _link_targets(chapters: tuple[Chapter, ...]) -> frozenset[str]:
    """The ids to which a link inside the deck can lead on this page."""
    sections = (chapter.section.id for chapter in chapters)
    cards = (entry.card.id for chapter in chapters for entry in chapter.entries)
    return frozenset((*sections, *cards))


def _inert_html(html: Markup) -> Markup:
    """`html` for a noscript element, whose end could be written in an attribute, too.

    https://html.spec.whatwg.org/multipage/parsing.html#generic-raw-text-element-parsing-algorithm
    """
    return Markup(_END.sub("&lt;/", html))


def _right_letters(card: Card) -> list[str]:
    return [letter(index) for index, option in enumerate(card.options) if option.right]


def _numeral(number: int, lang: str) -> str:
    """The number of a section in the numerals of the deck's language, which no deck has 10,000 of.

    https://www.w3.org/TR/css-counter-styles-3/#limited-chinese
    """
    if not lang.startswith("zh") or number > 9999:
        return str(number)
    digits = str(number)
    units = ("千", "百", "十", "")[-len(digits) :]
    said = "".join(
        "零一二三四五六七八九"[int(digit)] + (unit if digit != "0" else "")
        for digit, unit in zip(digits, units, strict=True)
    )
    said = re.sub("零+", "零", said).rstrip("零")
    return said[1:] if said.startswith("一十") else said


@cache
def _script(*names: str) -> str:
    """The scripts `names` as one, minified."""
    return minify(scripts(*names))


@cache
def _style_rules() -> str:
    """All style rules except the colours, minified."""
    own = (HERE.joinpath("css", name).read_text("utf-8") for name in _STYLES)
    return minify_style("\n".join((stylesheet("scale", "content", "code"), *own)))
