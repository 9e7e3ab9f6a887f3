"""Somebody who learns with real Anki."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.exporters.learner import Learner, learner


@pytest.fixture
def anki(tmp_path: Path) -> Iterator[Learner]:
    """A learner with a collection in which nothing is."""
    with learner(tmp_path) as someone:
        yield someone
