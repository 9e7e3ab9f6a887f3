"""What is new in a version for those who learn it: the ledger's changes as Markdown."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deckpress.history.comparison import Changes
from deckpress.model import PartName, RawDeck, Release
from deckpress.reading.cloze import filled
from deckpress.reading.part_names import label

_HERE = Path(__file__).parent
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
# What keeps its "<" (code, and what has a backslash before it), formulas, and what begins a tag.
_PIECE = re.compile(rf"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|\\.|\$[^$\n]+\$|{_TAG.pattern}", re.DOTALL)
_WITH_WORDS = frozenset({"restored", "reworded", "edited"})
_LOSING = ("key", "anki_deck", "note_types", "vanished", "other_kind")
_FROM_PARTS = frozenset(PartName) - {PartName.RETIRED}


@dataclass(frozen=True, slots=True)
class Line:
    """A card that has changed: its id, its question as Markdown, and what there is to say.

    `below` are lines of Markdown that say more.
    """

    id: str
    question: str
    note: str = ""
    below: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The cards that have changed in one way, under the title that names it."""

    title: str
    lines: tuple[Line, ...]


def _groups(
    deck: RawDeck,
    changes: Changes,
    only: Collection[str] | None,
    below: Mapping[str, Sequence[str]],
) -> Sequence[Group]:
    """The changes in the deck's language, most important first; `only` names the cards to tell of.

    A card whose question was reworded is told among those, with what else of it has changed.
    """
    said = words(deck.meta.lang)
    before = deck.release.cards if deck.release else {}
    questions = {id: card.question for id, card in before.items()}
    questions |= {card.id: filled(card.question.source) for card in deck.cards()}
    homes = {
        card.id: shown(section.title.source) for section in deck.sections for card in section.cards
    }

    def parts(names: Sequence[str]) -> str:
        return said["list-comma"].join(part(name, deck.meta.lang) for name in names)

    def notes() -> Iterator[tuple[str, Mapping[str, str]]]:
        edited = {id: ps for id, ps in changes.edited.items() if id not in changes.restored}
        reworded = {id: names for id, names in edited.items() if "question" in names}
        yield "added", dict.fromkeys(changes.added, "")
        yield "retired", dict.fromkeys(changes.retired, "")
        yield "restored", {id: parts(changes.edited.get(id, ())) for id in changes.restored}
        yield "reworded", {id: parts(names) for id, names in reworded.items()}
        edited = {id: names for id, names in edited.items() if id not in reworded}
        yield "edited", {id: parts(names) for id, names in edited.items()}
        yield "moved", {id: homes[id] for id in changes.moved}
        yield "other_kind", dict.fromkeys(changes.other_kind, "")
        yield "vanished", dict.fromkeys(changes.vanished, "")

    return tuple(
        Group(said[name], lines)
        for name, found in notes()
        if (
            lines := tuple(
                Line(
                    id, shown(questions[id]), note, below.get(id, ()) if name in _WITH_WORDS else ()
                )
                for id, note in found.items()
                if only is None or id in only
            )
        )
    )


def text(
    deck: RawDeck,
    title: str,
    changes: Changes,
    *,
    only: Collection[str] | None = None,
    below: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> str:
    """The notes on a version under the heading `title`, in the deck's language.

    `only` names the cards that are told of, `below` has lines of Markdown for the cards that were
    edited, by id.
    """
    page = deck.meta.homepage.partition("#")[0].strip()
    return (
        _templates()
        .get_template("changes.md.jinja")
        .render(
            title=shown(title),
            words=words(deck.meta.lang),
            since=deck.release.version if deck.release else "",
            count=len(only) if only is not None else len(deck.cards()),
            partial=only is not None,
            groups=_groups(deck, changes, only, below),
            sections=[shown(s.title.source) for s in deck.sections if s.id in changes.renamed],
            losses=[f"loses-{name}" for name in _LOSING if getattr(changes, name)],
            page=page,
            linked={card.id for card in deck.cards() if not card.retired} if page else (),
            retired=any(card.retired for card in deck.cards()),
        )
    )


def with_section(log: str, deck: RawDeck, release: Release, changes: Changes) -> str:
    """The deck's changelog `log` with the section of `release` on top, or in its own place.

    The newest release stands first. A section that is there already is written anew.
    """
    said = words(deck.meta.lang)
    date = datetime.fromtimestamp(release.time, UTC).date()
    notes = text(deck, f"{release.version} ({date})", changes)
    section = re.sub(r"^(?=#+ )", "#", notes, flags=re.MULTILINE).strip()
    head, *others = re.split(r"^(?=## )", log, flags=re.MULTILINE)
    kept = [one.strip() for one in others if not one.startswith(f"## {release.version} ")]
    head = head.strip() or "# " + said["changelog"].format(title=shown(deck.meta.title))
    return "\n\n".join((head, section, *kept)) + "\n"


def shown(text: str) -> str:
    """A line of a source, whose HTML is text: GitHub would take it for HTML, and ``<!--`` for the
    end of all that follows. In a formula no backslash may stand before it.
    """

    def safe(match: re.Match[str]) -> str:
        if match[0] == "<":
            return r"\<"
        return _TAG.sub("< ", match[0]) if match[0].startswith("$") else match[0]

    return _PIECE.sub(safe, text)


@cache
def words(lang: str) -> Mapping[str, str]:
    """The words of the notes; English for a language that has no table."""
    table: dict[str, dict[str, str]] = tomllib.loads((_HERE / "changes.toml").read_text("utf-8"))
    return table.get(lang, table["en"])


def part(name: str, lang: str) -> str:
    """A part of a card, as `digests` names it, in the deck's language."""
    if name in _FROM_PARTS:
        return label(PartName(name), lang)
    return words(lang)[f"part-{name}"]


@cache
def _templates() -> Environment:
    # Markdown, not HTML: nothing here is escaped.
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
