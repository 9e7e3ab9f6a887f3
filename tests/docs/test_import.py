"""Each worked example of the page on import, in both languages, becomes what the page shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from commands.main import main
from deckpress.diagnostics import Severity
from releases.checked_source import check_source

DOCS = Path(__file__).resolve().parents[2] / "docs"
_EXAMPLE = re.compile(
    r"^```\w+ input=(?P<name>\S+)\n(?P<given>.*?)^```\n[^`]*?"
    r"^```markdown output\n(?P<made>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
EXAMPLES = [
    pytest.param(match["name"], match["given"], match["made"], id=f"{page.name}-{match['name']}")
    for page in sorted(DOCS.glob("import*.md"))
    for match in _EXAMPLE.finditer(page.read_text("utf-8"))
]


def test_both_languages_have_an_example_of_each_kind_of_input() -> None:
    assert len(EXAMPLES) == 14


@pytest.mark.parametrize(("name", "given", "made"), EXAMPLES)
def test_the_example_becomes_what_the_page_shows(
    name: str, given: str, made: str, tmp_path: Path
) -> None:
    if name.endswith(".apkg"):  # the example is the script that makes it
        subprocess.run([sys.executable, "-W", "ignore", "-c", given], cwd=tmp_path, check=True)
    else:
        (tmp_path / name).write_text(given, "utf-8")
    source = tmp_path / "deck.md"
    assert main(["import", str(tmp_path / name), "-o", str(source)]) == 0
    _, _, cards = source.read_text("utf-8").partition("---\n\n")
    assert cards == made
    assert all(d.severity is Severity.WARNING for d in check_source(source).findings)
