"""A section whose cards are all retired: no output has a heading for it, Anki keeps its cards.

One that never had cards is an appendix: the book and the page have it whole, and nothing else.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from commands.main import main
from tests.exporters.pdf_reading import glyphs

SOURCE = """\
---
title: Retired section
lang: en
key: retired-section
anki_deck: Retired
---

# Alive {#alive}

## What is a port? {#port level=1}

A number.

# Departed {#departed}

What was here before.

## What is old? {#old .retired level=1}

Nothing.

### Retired

Superseded.

# How to look {#how-to-look}

Type this:

```sh
ss --tcp
```
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("retired")
    (home / "deck.md").write_text(SOURCE)
    assert main(["build", str(home / "deck.md"), "--output", str(home / "output")]) == 0
    return home / "output" / "latest"


def test_no_sheet_has_its_heading(built: Path) -> None:
    sheets = sorted(built.glob("*.pdf"))
    assert len(sheets) == 4
    for sheet in sheets:
        printed = "".join(glyph.text for glyph in glyphs(sheet.read_bytes()))
        assert "Alive" in printed, sheet.name
        assert "Departed" not in printed, sheet.name


def test_an_appendix_is_in_the_book_and_on_the_page(built: Path) -> None:
    printed = {
        path.stem.rpartition("-")[2]: "".join(glyph.text for glyph in glyphs(path.read_bytes()))
        for path in built.glob("*.pdf")
    }
    assert "ss --tcp" in printed.pop("handbook")
    others = printed.values()
    assert len(others) == 3
    assert not any("How to look" in text or "ss --tcp" in text for text in others)
    page = next(built.glob("*.html")).read_text("utf-8")
    contents = page.partition("<nav")[2].partition("</nav>")[0]
    entry = contents.partition("#how-to-look")[2]
    assert "How to look" in entry
    assert "count" not in entry  # of cards, which it has none of
    assert "--tcp" in page


def test_no_page_has_its_heading(built: Path) -> None:
    for path in (next(built.glob("*.html")), built / "site" / "index.html"):
        page = path.read_text("utf-8")
        assert "Alive" in page
        assert "Departed" not in page
        assert "What was here before" not in page
