"""The notes on a version: what it changes for learners, as Markdown."""

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
from deckpress.history.section_decks import section_decks
from deckpress.homepage import page_address
from deckpress.model import PartName, RawDeck, Release
from deckpress.reading.cloze import fill_gaps
from deckpress.reading.part_names import part_label

_HERE = Path(__file__).parent
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
# Code and escaped characters, which keep their "<"; formulas; and the "<" that begins a tag.
_CODE_FORMULA_OR_TAG = re.compile(
    rf"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|\\.|\$[^$\n]+\$|{_TAG.pattern}", re.DOTALL
)
_WITH_DETAILS = frozenset({"restored", "reworded", "edited"})
_LOSSES = (
    *("key", "anki_deck", "tag_root", "note_types"),
    *("vanished", "other_kind", "other_gaps"),
)
_ANSWER_PARTS = frozenset(PartName) - {PartName.RETIRED}


@dataclass(frozen=True, slots=True)
class CardLine:
    """The line about a changed card: its id, its question as Markdown, and a note on the change.

    `details` are lines of Markdown to show below it.
    """

    id: str
    question: str
    note: str = ""
    details: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The lines about all cards that changed in the same way, under a title that says how."""

    title: str
    lines: tuple[CardLine, ...]


def _groups(
    deck: RawDeck,
    changes: Changes,
    only: Collection[str] | None,
    details: Mapping[str, Sequence[str]],
) -> Sequence[Group]:
    """The changes in the deck's language, the most important first.

    `only` holds the ids of the cards to include; None includes all. A card with a reworded question
    is listed only there, with the names of all its changed parts.
    """
    said = words(deck.meta.lang)
    before = deck.release.cards if deck.release else {}
    questions = {id: card.question for id, card in before.items()}
    questions |= {card.id: fill_gaps(card.question.source) for card in deck.cards()}
    homes = {
        card.id: escape_tags(section.title.source)
        for section in deck.sections
        for card in section.cards
    }

    def parts(names: Sequence[str]) -> str:
        return said["list-comma"].join(card_part_label(name, deck.meta.lang) for name in names)

    def listed(texts: Sequence[str]) -> str:
        return said["list-comma"].join(escape_tags(text) for text in texts)

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
        yield "more_gaps", {id: listed(texts) for id, texts in changes.more_gaps.items()}
        yield "other_gaps", {id: listed(texts) for id, texts in changes.other_gaps.items()}
        yield "other_kind", dict.fromkeys(changes.other_kind, "")
        yield "vanished", dict.fromkeys(changes.vanished, "")

    return tuple(
        Group(said[name], lines)
        for name, found in notes()
        if (
            lines := tuple(
                CardLine(
                    id,
                    escape_tags(questions[id]),
                    note,
                    details.get(id, ()) if name in _WITH_DETAILS else (),
                )
                for id, note in found.items()
                if only is None or id in only
            )
        )
    )


def version_notes(
    deck: RawDeck,
    title: str,
    changes: Changes,
    *,
    only: Collection[str] | None = None,
    details: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> str:
    """The notes on a version, as Markdown under the heading `title`, in the deck's language.

    `only` holds the ids of the cards to include; None includes all. `details` has lines of Markdown
    to show below cards that were edited, by id.
    """
    decks = section_decks(deck.release, deck)
    page = page_address(deck.meta.homepage)
    return (
        _templates()
        .get_template("changes.md.jinja")
        .render(
            title=escape_tags(title),
            words=words(deck.meta.lang),
            since=deck.release.version if deck.release else "",
            count=len(only) if only is not None else len(deck.cards()),
            partial=only is not None,
            groups=_groups(deck, changes, only, details),
            sections=[
                (decks.get(section.id, ""), escape_tags(section.title.source))
                for section in deck.sections
                if section.id in changes.renamed
            ],
            retired_tag=deck.meta.retired_tag,
            losses=[f"loses-{name}" for name in _LOSSES if getattr(changes, name)],
            page=page,
            linked={card.id for card in deck.cards() if not card.retired} if page else (),
            retired=any(card.retired for card in deck.cards()),
        )
    )


def with_section(log: str, deck: RawDeck, release: Release, changes: Changes) -> str:
    """The deck's changelog `log` with a section about `release` on top.

    An older section about the same version is replaced. If `log` is empty, it gets its title.
    """
    said = words(deck.meta.lang)
    date = datetime.fromtimestamp(release.time, UTC).date()
    notes = version_notes(deck, f"{release.version} ({date})", changes)
    section = re.sub(r"^(?=#+ )", "#", notes, flags=re.MULTILINE).strip()
    head, *others = re.split(r"^(?=## )", log, flags=re.MULTILINE)
    kept = [one.strip() for one in others if not one.startswith(f"## {release.version} ")]
    head = head.strip() or "# " + said["changelog"].format(title=escape_tags(deck.meta.title))
    return "\n\n".join((head, section, *kept)) + "\n"


def escape_tags(text: str) -> str:
    """A line of a source with its HTML tags escaped, because there they are plain text.

    GitHub would take them for HTML, and ``<!--`` would hide everything after it. In a formula a
    space follows the ``<``, since a backslash would change its meaning.
    """

    def safe(match: re.Match[str]) -> str:
        if match[0] == "<":
            return r"\<"
        return _TAG.sub("< ", match[0]) if match[0].startswith("$") else match[0]

    return _CODE_FORMULA_OR_TAG.sub(safe, text)


@cache
def words(lang: str) -> Mapping[str, str]:
    """The words of the notes, by name; in English if there is no table for `lang`."""
    table: dict[str, dict[str, str]] = tomllib.loads((_HERE / "changes.toml").read_text("utf-8"))
    return table.get(lang, table["en"])


def card_part_label(name: str, lang: str) -> str:
    """The label in the language `lang` of a part of a card that `digests` calls `name`."""
    if name in _ANSWER_PARTS:
        return part_label(PartName(name), lang)
    return words(lang)[f"part-{name}"]


@cache
def _templates() -> Environment:
    # The templates make Markdown, not HTML, so nothing is escaped.
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
