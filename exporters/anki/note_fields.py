"""A card's values for the fields of its note, in the order of the schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from markupsafe import Markup

from deckpress.model import Card, CardKind, ClozeStart, Html, Meta, PartName
from exporters.anki import note_types
from exporters.anki.field_html import field, plain
from exporters.anki.html_templates import render
from exporters.theme import proof, words

_PARTS = {
    PartName.WHY: "Why",
    PartName.EXAMPLE: "Example",
    PartName.FOLLOW_UP: "FollowUp",
    PartName.PITFALL: "Pitfall",
    PartName.SOURCES: "Sources",
}

# A repository, and the page that GitHub serves from one.
_REPOSITORY = re.compile(
    r"https://(?:github\.com/(?P<owner>[\w-]+)|(?P<site>[\w-]+)\.github\.io)/"
    r"(?P<name>[\w.-]+?)(?:\.git)?(?:[/?].*)?",
    re.IGNORECASE,
)


class Filler:
    """Fills the notes of one deck.

    `retired` says of a card's id which version retired it; `pictures` gathers the names of the
    files that the notes show.
    """

    def __init__(self, meta: Meta, retired: Mapping[str, str]) -> None:
        self._meta = meta
        self._retired = retired
        self._page = page(meta)
        self.pictures: set[str] = set()

    def fields(self, card: Card, section: str) -> list[str]:
        """The values of the note of `card`, which stands in the section of that title."""
        gaps = card.kind is CardKind.CLOZE

        def html(pieces: Html) -> str:
            return field(pieces, self._page, self.pictures, gaps)

        values = {
            "Key": f"{self._meta.key}/{card.id}",
            "Title": plain(card.title, gaps),
            "Question": html(card.question),
            "Lead": html(card.lead),
            "Short": html(card.short),
            "Section": plain(section, gaps),
            "Level": str(card.level or ""),
            "Tier": card.tier or "",
            "Lang": self._meta.lang,
            "Proof": plain(proof(card.proof, self._meta.lang)),
            "Link": plain(f"{self._page}#{card.id}") if self._page else "",
            "Report": plain(_report(self._page, card.id)),
            "Retired": self._tombstone(card, html) if card.retired else "",
            **{_PARTS[p.name]: html(p.html) for p in card.parts if p.name in _PARTS},
        }
        if card.kind is CardKind.CHOICE:
            values["Options"] = render(
                "options.html", options=[(Markup(html(o.html)), o.right) for o in card.options]
            )
            values["Count"] = str(sum(option.right for option in card.options))
        elif card.kind is CardKind.ORDERED:
            values["Steps"] = render(
                "steps.html", steps=[Markup(html(step)) for step in card.steps]
            )
            values["Count"] = str(len(card.steps))
        elif gaps:
            values |= _with_gaps(card, values["Question"], values["Short"])
        return [values.get(name, "") for name in note_types.FIELDS]

    def _tombstone(self, card: Card, html: Callable[[Html], str]) -> str:
        """What a retired card says above its question: since when, why, what replaces it."""
        said = words(self._meta.lang)
        version = self._retired.get(card.id)
        head = said["retired-in"].format(version=version) if version else said["retired"]
        reason = next((p.html for p in card.parts if p.name is PartName.RETIRED), ())
        return f"<b>{plain(head)}</b>{html(reason)}"

    @staticmethod
    def ords(card: Card) -> list[int]:
        """Which of its type's cards the note has: a template's position, or a gap's number - 1."""
        if card.kind is CardKind.CLOZE:
            return sorted(_numbers(card.question) | _numbers(card.short))
        return [0, 1] if card.kind is CardKind.REVERSE else [0]


def page(meta: Meta) -> str:
    """The address on which a card's id is an anchor, without a fragment; empty if there is none."""
    address = meta.homepage.partition("#")[0].strip()
    return address if address.startswith(("https://", "http://")) else ""


def _report(page: str, card: str) -> str:
    """Where a mistake on that card is reported; empty if `page` is none of GitHub's.

    A file of an owner's own site, such as ``OWNER.github.io/deck.html``, names no repository.
    """
    found = _REPOSITORY.fullmatch(page)
    if not found or (found["site"] and found["name"].lower().endswith(".html")):
        return ""
    owner = found["owner"] or found["site"]
    return f"https://github.com/{owner}/{found['name']}/issues/new?title={quote(card)}"


def _numbers(html: Html) -> set[int]:
    return {piece.number - 1 for piece in html if isinstance(piece, ClozeStart)}


def _with_gaps(card: Card, question: str, short: str) -> dict[str, str]:
    """All gaps in one field: Anki shows a field of gaps only if the card's own gap is in it."""
    if not _numbers(card.question):
        return {"Text": short, "Short": ""}
    if not _numbers(card.short):
        return {"Question": "", "Text": question}
    return {"Question": "", "Text": f"{question}{short}", "Short": ""}
