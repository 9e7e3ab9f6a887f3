"""A deck as packs of flash cards, each printed separately, and joined into one PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from markupsafe import Markup

from deckpress import __version__
from deckpress.model import Asset, Card, Deck, LinkStart, Picture, Version
from exporters.job import Job, Pool, PrintOptions
from exporters.pdf.book.binding import PartTask, start_parts
from exporters.pdf.book.pdf_merge import Part, join_parts
from exporters.pdf.setting.grey_pictures import pictures_to_print
from exporters.pdf.setting.html_templates import render
from exporters.pdf.sheet import Label, Sheet
from exporters.pdf.sheets.card_grid import MARGIN
from exporters.pdf.sheets.flash_cards import (
    Cards,
    Pack,
    card_fields,
    grid_for,
    print_pack,
    shown_parts,
)
from exporters.pdf.sheets.running_heads import foot_text, sheet_title
from exporters.pdf.weasy.press import print_part
from exporters.theme import color, words
from exporters.view import chapters

# The approximate number of cards in a pack, which fills whole sheets. With small packs, an edit
# prints little again. Large packs save paper if long cards continue on further cards, since each
# pack begins on a new sheet.
_CARDS_PER_PACK = 24
# The foot below the cards: millimetres from the edge, type size in points, millimetres from a mark.
_FOOT_HEIGHT, _FOOT_SIZE, _FOOT_GAP = 2.6, 5.5, 2.0


def start_flash_cards(deck: Deck, version: Version, job: Job, pool: Pool) -> Callable[[], bytes]:
    """Start to print the flash cards of `deck` with the workers of `pool`.

    The result is a function that waits for the packs and returns the PDF.

    Raises (when the returned function is called):
        LayoutError: the layout of a card did not end.
    """
    made = list(packs(deck, job.print_options))
    tasks = [PartTask(print_pack, pack, pack.content) for pack in made]
    printed_packs = start_parts(tasks, job, pool)
    title = sheet_title(deck, version, words(deck.meta.lang)["flash-cards"])
    about = pool.submit(print_part, _about(deck, version, title))

    def finish() -> bytes:
        parts = [
            Part.read(data, continues)
            for data, continues in zip(printed_packs(), _continuing(made), strict=True)
        ]
        labels = _labels(deck, version, job.print_options, sum(map(len, parts)))
        return join_parts(parts, labels, Part.read(about.result()))

    return finish


def packs(deck: Deck, print_options: PrintOptions) -> Iterator[Pack]:
    """The cards of `deck` in packs that fill whole sheets; one empty pack if there are no cards."""
    cards = [
        (replace(entry, card=_printed_card(entry.card, print_options)), chapter.section.title)
        for chapter in chapters(deck)
        for entry in chapter.entries
    ]
    numbers = {entry.card.id: entry.number for entry, _ in cards}
    pictures = pictures_to_print(deck.assets, print_options)
    grid = grid_for(print_options)
    a_sheet = grid.columns * grid.rows
    most = max(1, round(_CARDS_PER_PACK / a_sheet)) * a_sheet
    for start in range(0, len(cards) or 1, most):
        some = tuple(cards[start : start + most])
        yield Pack(
            deck.meta.lang,
            print_options,
            some,
            _linked_numbers(some, numbers),
            _shown_pictures(some, pictures),
        )


def _continuing(some: Sequence[Pack]) -> Iterator[bool]:
    """Whether each pack begins within the section with which the pack before it ended."""
    last = None
    for pack in some:
        sections = [section for _, section in pack.cards]
        yield sections[:1] == [last]
        last = sections[-1] if sections else None


def _printed_card(card: Card, print_options: PrintOptions) -> Card:
    """The card without what is not printed, so that an edit of that prints nothing again."""
    parts = shown_parts(card, print_options)
    return replace(card, parts=parts, proof=None, tags=(), digest="")


def _linked_numbers(cards: Cards, numbers: Mapping[str, int]) -> Mapping[str, int]:
    """The numbers of the cards to which `cards` have links, by id."""
    targets = {piece.card for piece in _pieces(cards) if isinstance(piece, LinkStart)}
    return {id: numbers[id] for id in sorted(targets) if id in numbers}


def _shown_pictures(cards: Cards, pictures: Mapping[str, Asset]) -> Mapping[str, Asset]:
    """The pictures that `cards` show, by name."""
    names = {piece.asset for piece in _pieces(cards) if isinstance(piece, Picture)}
    return {name: pictures[name] for name in sorted(names) if name in pictures}


def _pieces(cards: Cards) -> Iterator[object]:
    """All pieces of the printed fields of `cards`."""
    return (piece for entry, _ in cards for html in card_fields(entry.card) for piece in html)


def _about(deck: Deck, version: Version, title: str) -> Sheet:
    """A sheet with the metadata of the PDF. The packs know neither the version nor the deck."""
    values = {"deck": deck, "version": version, "title": title, "style": Markup("")}
    return Sheet(render("about", **values, tags=[], generator=f"Deckpress {__version__}"))


def _labels(
    deck: Deck, version: Version, print_options: PrintOptions, count: int
) -> list[tuple[Label, ...]]:
    """The foot of each sheet, outside the cut: the version on the left, the page on the right."""
    grid = grid_for(print_options)
    room = grid.card[0] - 2 * _FOOT_GAP
    left, right = MARGIN + _FOOT_GAP, grid.width - MARGIN - _FOOT_GAP
    # With several columns, each label has the width of a card. With one, both share that width.
    share, rest = (room, room) if grid.columns > 1 else (0.7 * room, 0.3 * room)
    ink = "#000000" if print_options.ink_saver else color("muted")
    y = grid.height - _FOOT_HEIGHT
    left_label = Label("", left, y, share, _FOOT_SIZE, ink)
    left_label = replace(
        left_label, text=foot_text(deck, version, words(deck.meta.lang)["flash-cards"], left_label)
    )
    page_of = words(deck.meta.lang)["page-of"]
    return [
        (
            left_label,
            Label(
                page_of.format(page=page, pages=count),
                right,
                y,
                rest,
                _FOOT_SIZE,
                ink,
                right_aligned=True,
            ),
        )
        for page in range(1, count + 1)
    ]
