"""These tests are about one deck; where another is in ``source/``, they are skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shipped import OtherDecksTests, is_known_deck


def pytest_pycollect_makemodule(
    module_path: Path, parent: pytest.Collector
) -> pytest.Module | None:
    return None if is_known_deck() else OtherDecksTests.from_parent(parent, path=module_path)
