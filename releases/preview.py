"""What an author sees while writing: the page and the cheat sheet of a source, made in memory."""

from __future__ import annotations

from dataclasses import dataclass

from deckpress import toolchain
from deckpress.collection import without_collection
from deckpress.diagnostics import Diagnostic, ordered
from deckpress.history import versions
from deckpress.model import Deck, Section, Version
from exporters import load
from exporters.job import Job, Pool, PrintOptions
from releases import pipeline
from releases.checked_source import CheckedSource, refuse_if_fatal


@dataclass(frozen=True, slots=True)
class Preview:
    """The page of a source, as a build of it publishes it, and all findings about the source."""

    page: str
    deck: Deck
    version: Version
    findings: tuple[Diagnostic, ...]


def preview(source: CheckedSource) -> Preview:
    """Make the page of a source as a build of all outputs would, and write nothing.

    Raises:
        SourceRejected: the source has errors.
    """
    from deckpress.render.cache import FileCache
    from exporters.web.document import render_documents

    refuse_if_fatal(source, source.findings, strict=False)
    with without_collection():
        deck, drawn, _ = pipeline.rendered(source.deck)
        found = ordered([*source.findings, *drawn])
        refuse_if_fatal(source, found, strict=False)
        tools = toolchain.fingerprint(printing=True)
        version = versions.development_version(source.deck, tools, pipeline.EVERYTHING, None)
        with FileCache(pipeline.PRINT_CACHE) as memo:
            page = render_documents(deck, version, memo).standalone
    return Preview(page, deck, version, found)


def cheat_sheet(made: Preview, pool: Pool) -> bytes:
    """The cheat sheet of a preview, as a PDF. Workers of `pool` lay it out.

    Raises:
        FitError, LayoutError, PrinterError: the cards cannot be printed.
    """
    from deckpress.render.cache import FileCache

    with FileCache(pipeline.PRINT_CACHE) as memo:
        job = Job(PrintOptions(sheets=("cheat",)), memo=memo, pool=pool)
        (sheet,) = load("pdf")(made.deck, made.version, job)
    return sheet.data


def edited_place(before: Deck, after: Deck) -> str:
    """The id of the first card that is new or another one now, or of the first such section.

    Empty if there is none.
    """
    cards = {card.id: card for card in before.cards()}
    heads = {section.id: _head(section) for section in before.sections}
    for section in after.sections:
        for card in section.cards:
            if not card.retired and cards.get(card.id) != card:
                return card.id
    return next((one.id for one in after.sections if heads.get(one.id) != _head(one)), "")


def _head(section: Section) -> tuple[object, ...]:
    return section.title, section.intro
