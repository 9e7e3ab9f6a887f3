"""The field values of a card's note, in the order of the schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup

from deckpress.homepage import page_address, report_address
from deckpress.model import Card, CardKind, ClozeStart, Html, Meta, PartName
from deckpress.tiers import EXTRA, MUST
from exporters.anki import note_types
from exporters.anki.field_html import render_field, render_text
from exporters.anki.html_templates import render
from exporters.theme import proof_text, words
from exporters.view import letter


class NoteFiller:
    """Makes the field values of the notes of one deck.

    `retired` maps the id of a retired card to the version that retired it. `pictures` collects the
    names of the figures that the notes show.
    """

    def __init__(self, meta: Meta, retired: Mapping[str, str]) -> None:
        self._meta = meta
        self._retired = retired
        self._page = page_address(meta.homepage)
        self.pictures: set[str] = set()

    def fields(self, card: Card, section: str) -> list[str]:
        """The field values of the note of `card`; `section` is the title of its section."""
        gaps = card.kind is CardKind.CLOZE
        fields = note_types.PART_FIELDS

        def html(pieces: Html) -> str:
            return render_field(pieces, self._page, self.pictures, gaps)

        word = words(self._meta.lang)
        values = {
            "Key": f"{self._meta.key}/{card.id}",
            "Title": render_text(card.title, gaps),
            "Question": html(card.question),
            "Lead": html(card.lead),
            "Short": html(card.short),
            "Section": render_text(section, gaps),
            "Level": word[f"level-{card.level}"] if card.level else "",
            "Tier": word[f"tier-{card.tier}"] if card.tier in (MUST, EXTRA) else "",
            "Lang": self._meta.lang,
            "Chinese": "1" if self._meta.lang.startswith("zh") else "",
            "Proof": render_text(proof_text(card.proof, self._meta.lang)),
            "Link": render_text(f"{self._page}#{card.id}") if self._page else "",
            "Report": render_text(report_address(self._meta.homepage, card.id)),
            "Retired": self._retired_notice(card, html) if card.retired else "",
            **{fields[p.name]: html(p.html) for p in card.parts if p.name in fields},
        }
        if card.kind is CardKind.CHOICE:
            values |= self._with_options(card, [html(option.html) for option in card.options])
        elif card.kind is CardKind.ORDERED:
            values["Steps"] = render(
                "steps.html", steps=[Markup(html(step)) for step in card.steps]
            )
            values["Count"] = str(len(card.steps))
        elif gaps:
            values |= _with_gaps(card, values["Question"], values["Short"])
        return [values.get(name, "") for name in note_types.FIELDS]

    def _with_options(self, card: Card, texts: Sequence[str]) -> dict[str, str]:
        """The values of the fields of a choice card, whose options have these `texts` as HTML."""
        options = [
            {"letter": letter(number), "html": Markup(text), "right": option.right}
            for number, (text, option) in enumerate(zip(texts, card.options, strict=True))
        ]
        rights = [str(option["letter"]) for option in options if option["right"]]
        several = len(rights) > 1
        return {
            "Options": render("options.html", options=options, several=several),
            "Right": words(self._meta.lang)["list-comma"].join(rights),
            "Several": "1" if several else "",
            "Count": str(len(rights)),
        }

    def _retired_notice(self, card: Card, html: Callable[[Html], str]) -> str:
        """The notice above the question of a retired card: since when, why, and its replacement."""
        word = words(self._meta.lang)
        version = self._retired.get(card.id)
        head = word["retired-in"].format(version=version) if version else word["retired"]
        reason = next((p.html for p in card.parts if p.name is PartName.RETIRED), ())
        return f"<b>{render_text(head)}</b>{html(reason)}"

    @staticmethod
    def ords(card: Card) -> list[int]:
        """The `ord` of each Anki card that the note of `card` has.

        It is the position of the card's template or, for a cloze note, the gap's number minus 1.
        """
        if card.kind is CardKind.CLOZE:
            return sorted(_numbers(card.question) | _numbers(card.short))
        return [0, 1] if card.kind is CardKind.REVERSE else [0]


def _numbers(html: Html) -> set[int]:
    return {piece.number - 1 for piece in html if isinstance(piece, ClozeStart)}


def _with_gaps(card: Card, question: str, short: str) -> dict[str, str]:
    """The values of the fields with gaps: all gaps are put into the field ``Text``.

    Anki shows a cloze field on a card only if the card's own gap is in that field.
    """
    if not _numbers(card.question):
        return {"Text": short, "Short": ""}
    if not _numbers(card.short):
        return {"Question": "", "Text": question}
    return {"Question": "", "Text": f"{question}{short}", "Short": ""}
