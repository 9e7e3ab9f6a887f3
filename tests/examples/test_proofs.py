"""Every proof that the deck shows is the work of a test that is still there."""

from __future__ import annotations

from pathlib import Path

from deckpress.history.proofs import parse
from deckpress.reading.disk.files import load
from deckpress.reading.reader import read
from tests.examples.test_fastdfs_recorded import OBSERVED
from tests.shipped import SOURCE


def test_every_proof_names_a_card_that_a_test_proves() -> None:
    deck, _ = read(load(SOURCE))
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    table = parse(deck.files[deck.meta.proofs])
    assert table
    observed = {card for card, *_ in OBSERVED}
    assert [id for id in table if id not in observed and f'"{id}"' not in tests] == []
