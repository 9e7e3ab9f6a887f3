"""Proven code: it comes from a file, and that file was run as the card shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deckpress.checks.code_blocks import word_span
from deckpress.checks.positions import proofs_path, source_start
from deckpress.diagnostics import Diagnostic, finding
from deckpress.history.proofs import (
    RecordedProof,
    card_texts,
    file_fences,
    file_fingerprint,
    file_key,
    parse,
)
from deckpress.model import RawCard, RawDeck
from deckpress.reading.fences import DIAGRAM, FORMULA, find_fences


def check(deck: RawDeck) -> Iterator[Diagnostic]:
    """Findings about code without a proof.

    There are none for a deck whose front matter names no file of proofs.
    """
    path = deck.meta.proofs
    if not path:
        return
    for card in deck.cards():
        yield from _check_unmarked_code(card)
    if proofs_path(deck) == source_start(deck):
        reason = f"the front matter does not name it on one line, as in `proofs: {path}`"
        yield finding("D805", source_start(deck), path=path, reason=reason)
    if path not in deck.files:
        return  # this was reported when the source was read
    try:
        table = parse(deck.files[path])
    except ValueError as error:
        yield finding("D805", proofs_path(deck), path=path, reason=error)
        return
    cards = {card.id: card for card in deck.cards()}
    for id in sorted(table.keys() - cards.keys()):
        yield finding("D804", proofs_path(deck), path=path, id=id)
    for card in deck.cards():
        yield from _check_shown_files(card, table.get(card.id), deck.files)


def _check_unmarked_code(card: RawCard) -> Iterator[Diagnostic]:
    """Findings about code that is not from a file, unless a role or language marks it as other."""
    for text in card_texts(card):
        for fence in find_fences(text.source):
            info = fence.info
            if info.file is None and not info.role and info.language not in (DIAGRAM, FORMULA):
                yield finding("D801", text.at(fence.line, fence.column, len(fence.mark)))


def _check_shown_files(
    card: RawCard, recorded: RecordedProof | None, files: Mapping[str, bytes]
) -> Iterator[Diagnostic]:
    for text, fence in file_fences(card):
        path, part = fence.info.file or "", fence.info.part
        current = file_fingerprint(files[path], part) if path in files else None
        if current is None:
            continue  # a missing file or part has a finding of its own
        span = word_span(text, fence, f"file={path}")
        if recorded is None:
            yield finding("D802", span, id=card.id)
        elif recorded.shown.get(file_key(path, part)) != current:
            yield finding("D803", span, path=file_key(path, part), id=card.id)
