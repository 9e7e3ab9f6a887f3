"""A deck as packs of flash cards, printed by themselves and bound into one PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from markupsafe import Markup

from deckpress import __version__
from deckpress.model import Asset, Card, Deck, LinkStart, Picture, Version
from exporters.job import Job, Pool, Printing
from exporters.pdf.book.binding import Work, remembered
from exporters.pdf.book.pdf_merge import Part, joined
from exporters.pdf.setting.grey_pictures import inked
from exporters.pdf.setting.html_templates import rendered
from exporters.pdf.sheet import Label, Sheet
from exporters.pdf.sheets.card_grid import MARGIN
from exporters.pdf.sheets.flash_cards import Cards, Pack, cutting, fields, printed_pack
from exporters.pdf.sheets.running_heads import foot
from exporters.pdf.weasy.press import printed_part
from exporters.theme import color, words
from exporters.view import chapters

# Cards of a pack, as near as whole sheets allow. Few make an edit cheap; many save paper where
# long cards take several, since each pack begins a sheet.
_MANY = 24
# What stands below the cards: millimetres from the edge, points, millimetres from a mark.
_FOOT, _SIZE, _GAP = 2.6, 5.5, 2.0


def packing(deck: Deck, version: Version, job: Job, pool: Pool) -> Callable[[], bytes]:
    """Begins to print the cards; what is returned waits for the packs and gives the one PDF.

    Raises (when it is waited for):
        LayoutError: a card's layout did not end.
    """
    works = [Work(printed_pack, pack, pack.content) for pack in packs(deck, job.printing)]
    begun = remembered(works, job, pool)
    title = f"{deck.meta.title} · {words(deck.meta.lang)['flash-cards']}"
    about = pool.submit(printed_part, _about(deck, version, title))

    def finished() -> bytes:
        parts = [Part.read(data) for data in begun()]
        labels = _labels(deck, version, job.printing, sum(map(len, parts)))
        return joined(parts, labels, Part.read(about.result()))

    return finished


def packs(deck: Deck, printing: Printing) -> Iterator[Pack]:
    """The cards in packs of whole sheets; one pack without cards if there are none."""
    cards = [
        (replace(entry, card=_shown(entry.card)), chapter.section.title)
        for chapter in chapters(deck)
        for entry in chapter.entries
    ]
    numbers = {entry.card.id: entry.number for entry, _ in cards}
    pictures = inked(deck.assets, printing)
    there = cutting(printing)
    a_sheet = there.columns * there.rows
    most = max(1, round(_MANY / a_sheet)) * a_sheet
    for start in range(0, len(cards) or 1, most):
        some = tuple(cards[start : start + most])
        yield Pack(
            deck.meta.lang, printing, some, _linked(some, numbers), _pictured(some, pictures)
        )


def _shown(card: Card) -> Card:
    """The card without what does not stand on it, so that an edit of that prints nothing anew."""
    return replace(card, parts=(), proof=None, tags=(), digest="")


def _linked(cards: Cards, numbers: Mapping[str, int]) -> Mapping[str, int]:
    """The numbers of the cards to which these have links."""
    targets = {piece.card for piece in _pieces(cards) if isinstance(piece, LinkStart)}
    return {id: numbers[id] for id in sorted(targets) if id in numbers}


def _pictured(cards: Cards, pictures: Mapping[str, Asset]) -> Mapping[str, Asset]:
    """The pictures that these cards show."""
    names = {piece.asset for piece in _pieces(cards) if isinstance(piece, Picture)}
    return {name: pictures[name] for name in sorted(names) if name in pictures}


def _pieces(cards: Cards) -> Iterator[object]:
    """Everything that stands in the fields of these cards."""
    return (piece for entry, _ in cards for html in fields(entry.card) for piece in html)


def _about(deck: Deck, version: Version, title: str) -> Sheet:
    """A sheet that only says what the cards are: they know neither the version nor the deck."""
    values = {"deck": deck, "version": version, "title": title, "style": Markup("")}
    return Sheet(rendered("about", **values, tags=[], generator=f"Deckpress {__version__}"))


def _labels(
    deck: Deck, version: Version, printing: Printing, count: int
) -> list[tuple[Label, ...]]:
    """What stands below the cards, outside the cut: the sheets' version, and their order."""
    there = cutting(printing)
    room = there.card[0] - 2 * _GAP
    left, right = MARGIN + _GAP, there.width - MARGIN - _GAP
    # Two columns or more leave each of the two a card's width; one column is shared.
    share, rest = (room, room) if there.columns > 1 else (0.7 * room, 0.3 * room)
    ink = "#000000" if printing.ink_saver else color("muted")
    y = there.height - _FOOT
    said = Label("", left, y, share, _SIZE, ink)
    said = replace(said, text=foot(deck, version, words(deck.meta.lang)["flash-cards"], said))
    numbered = words(deck.meta.lang)["page-of"]
    return [
        (
            said,
            Label(numbered.format(page=page, pages=count), right, y, rest, _SIZE, ink, right=True),
        )
        for page in range(1, count + 1)
    ]
