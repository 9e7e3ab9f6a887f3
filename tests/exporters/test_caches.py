"""Nothing that was kept is used by another tool chain: not one page, picture or field."""

from __future__ import annotations

from pathlib import Path

import pytest

from deckpress import toolchain
from deckpress.reading.disk.files import load
from deckpress.reading.reader import read
from deckpress.render.renderer import render
from exporters import load as load_exporter
from exporters.job import Job, PrintOptions
from tests.exporters import samples

SMALL = Path(__file__).parents[1] / "fixtures" / "decks" / "small.md"


class Asked(samples.Kept):
    """A memo that notes what it was asked for and had."""

    def __init__(self) -> None:
        super().__init__()
        self.had = 0

    def get(self, key: bytes, default: bytes | None = None) -> bytes | None:  # type: ignore[override]
        self.had += key in self
        return super().get(key, default)


@pytest.mark.parametrize("name", ["pdf", "web"])
def test_no_kept_artefact_survives_another_tool_chain(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    deck, _ = render(read(load(SMALL))[0])
    memo = Asked()
    export = load_exporter(name)

    def build() -> int:
        before = memo.had
        export(deck, samples.VERSION, Job(PrintOptions(sheets=("cards",)), memo))
        return memo.had - before

    build()
    assert build() > 0
    monkeypatch.setattr(toolchain, "fingerprint", lambda printing: f"another {printing}")
    assert build() == 0
