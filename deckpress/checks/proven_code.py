"""Code that is proven: it comes from a file, and somebody has run that file as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deckpress.checks.code_blocks import word
from deckpress.checks.positions import proofs_path, start
from deckpress.diagnostics import Diagnostic, finding
from deckpress.history.proofs import Recorded, fingerprint, name, parse, shown, texts
from deckpress.model import RawCard, RawDeck
from deckpress.reading.fences import DIAGRAM, find


def check(deck: RawDeck) -> Iterator[Diagnostic]:
    """Nothing, for a deck whose front matter names no file of proofs."""
    path = deck.meta.proofs
    if not path:
        return
    for card in deck.cards():
        yield from _unmarked(card)
    if proofs_path(deck) == start(deck):
        reason = f"the front matter does not name it on one line, as in `proofs: {path}`"
        yield finding("D805", start(deck), path=path, reason=reason)
    if path not in deck.files:
        return  # reading the source has said so
    try:
        table = parse(deck.files[path])
    except ValueError as error:
        yield finding("D805", proofs_path(deck), path=path, reason=error)
        return
    cards = {card.id: card for card in deck.cards()}
    for id in sorted(table.keys() - cards.keys()):
        yield finding("D804", proofs_path(deck), path=path, id=id)
    for card in deck.cards():
        yield from _proven(card, table.get(card.id), deck.files)


def _unmarked(card: RawCard) -> Iterator[Diagnostic]:
    """Code without a file that is not said to be anything else."""
    for text in texts(card):
        for fence in find(text.source):
            info = fence.info
            if info.file is None and not info.role and info.language != DIAGRAM:
                yield finding("D801", text.at(fence.line, fence.column, len(fence.mark)))


def _proven(
    card: RawCard, recorded: Recorded | None, files: Mapping[str, bytes]
) -> Iterator[Diagnostic]:
    for text, fence in shown(card):
        path, part = fence.info.file or "", fence.info.part
        current = fingerprint(files[path], part) if path in files else None
        if current is None:
            continue  # there is no such file, or no such part: said elsewhere
        span = word(text, fence, f"file={path}")
        if recorded is None:
            yield finding("D802", span, id=card.id)
        elif recorded.shown.get(name(path, part)) != current:
            yield finding("D803", span, path=name(path, part), id=card.id)
