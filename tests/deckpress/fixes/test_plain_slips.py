"""What has one mend only: `check --fix` makes it, and leaves every other byte alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from deckpress.checks import check
from deckpress.fixes.autofix import mend
from deckpress.fixes.plain_slips import _RULES
from deckpress.reading.disk.files import LoadedSource
from deckpress.reading.reader import read

ROOT = Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "tests" / "fixtures" / "fixes"
SLIPS = ROOT / "tests" / "fixtures" / "diagnostics"
DOCUMENT = ROOT / "docs" / "diagnostics.md"

# Findings of these codes have fixtures in which only their author knows what was meant.
OPEN = {"D202", "D210", "D213", "D216", "D602", "D702"}


def codes_in(text: str) -> list[str]:
    loaded = LoadedSource("", "", text.encode(), text, {}, ())
    deck, structure = read(loaded)
    return [each.code for each in (*structure, *check(deck))]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", sorted(path.stem for path in FIXTURES.glob("*.md")))
def test_slips_are_mended_and_every_other_byte_stays(name: str, end: str) -> None:
    source = (FIXTURES / f"{name}.md").read_text("utf-8").replace("\n", end)
    expected = (FIXTURES / f"{name}.mended").read_text("utf-8").replace("\n", end)
    fresh, _ = mend(source)
    assert fresh == expected
    again, counts = mend(fresh)
    assert again == fresh
    assert not counts.total()


@pytest.mark.parametrize("code", sorted(_RULES.keys() - OPEN))
def test_after_mending_the_finding_is_gone_and_nothing_else_has_come(code: str) -> None:
    source = (SLIPS / f"{code}.md").read_text("utf-8")
    fresh, counts = mend(source)
    assert counts[code]
    assert code in codes_in(source)
    assert set(codes_in(fresh)) <= set(codes_in(source)) - {code}


@pytest.mark.parametrize("code", sorted(_RULES.keys() | {"D603"}))
def test_the_document_says_what_is_mended(code: str) -> None:
    entry = DOCUMENT.read_text("utf-8").partition(f"### {code} ")[2].partition("\n### ")[0]
    assert "`check --fix`" in entry
