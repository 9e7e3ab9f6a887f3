"""The deck in ``source/``, whichever it is, and whether it is the one that these tests came with.

The tests in ``tests/deck/`` and ``tests/examples/`` are about that deck's facts and examples. Where
another has taken its place, they have nothing to say.
"""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = sorted((ROOT / "source").glob("*.md"))[0]
EXAMPLES = SOURCE.parent / "examples"
WHY_NOT = "source/ holds another deck than the one that these tests are about"


def is_known_deck() -> bool:
    """Whether most of the cards of the deck that these tests came with are in ``source/``."""
    text = SOURCE.read_text("utf-8")
    ids = (ROOT / "tests" / "deck" / "ids.txt").read_text("ascii").split()
    return sum(f"{{#{id}" in text for id in ids) * 2 > len(ids)


class OtherDecksTests(pytest.Module):
    """A file of tests that is not imported, because it would look for the deck it is about."""

    class _Left(pytest.Item):
        def runtest(self) -> None:
            pytest.skip(WHY_NOT)

    def collect(self) -> list[pytest.Item | pytest.Collector]:
        return [self._Left.from_parent(self, name="another_deck")]
